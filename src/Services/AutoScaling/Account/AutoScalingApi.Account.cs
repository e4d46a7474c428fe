using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.LifecycleHooks;
using Estiba.AutoScaling.Metrics;
using Estiba.AutoScaling.Notifications;
using Estiba.AutoScaling.Policies;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling;

/// <content>Limits, and the values that members have.</content>
public sealed partial class AutoScalingApi
{
    /// <inheritdoc/>
    public Task<DescribeAccountLimitsAnswer> DescribeAccountLimitsAsync(
        DescribeAccountLimitsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var prefix = Scope.Of(context).Prefix;
        return Task.FromResult(
            new DescribeAccountLimitsAnswer
            {
                MaxNumberOfAutoScalingGroups = Quotas.Groups,
                MaxNumberOfLaunchConfigurations = Quotas.LaunchConfigurations,
                NumberOfAutoScalingGroups = _store.Current.Count(AutoScalingTables.Groups, prefix),
                NumberOfLaunchConfigurations = _store.Current.Count(AutoScalingTables.LaunchConfigurations, prefix),
            }
        );
    }

    /// <inheritdoc/>
    public Task<DescribeAdjustmentTypesAnswer> DescribeAdjustmentTypesAsync(
        DescribeAdjustmentTypesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeAdjustmentTypesAnswer
            {
                AdjustmentTypes =
                [
                    .. Adjustment.Types.Select(type => new AdjustmentType { AdjustmentTypeValue = type }),
                ],
            }
        );

    /// <inheritdoc/>
    public Task<DescribeAutoScalingNotificationTypesAnswer> DescribeAutoScalingNotificationTypesAsync(
        DescribeAutoScalingNotificationTypesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeAutoScalingNotificationTypesAnswer
            {
                AutoScalingNotificationTypes = NotificationRecord.AllTypes,
            }
        );

    /// <inheritdoc/>
    public Task<DescribeLifecycleHookTypesAnswer> DescribeLifecycleHookTypesAsync(
        DescribeLifecycleHookTypesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeLifecycleHookTypesAnswer { LifecycleHookTypes = [HookRecord.Launching, HookRecord.Terminating] }
        );

    /// <inheritdoc/>
    public Task<DescribeMetricCollectionTypesAnswer> DescribeMetricCollectionTypesAsync(
        DescribeMetricCollectionTypesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        return Task.FromResult(
            new DescribeMetricCollectionTypesAnswer
            {
                Metrics = [.. GroupMetric.All.Select(metric => new MetricCollectionType { Metric = metric })],
                Granularities = [new MetricGranularityType { Granularity = GroupMetric.Granularity }],
            }
        );
    }

    /// <inheritdoc/>
    public Task<ProcessesType> DescribeScalingProcessTypesAsync(
        DescribeScalingProcessTypesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new ProcessesType
            {
                Processes = [.. ScalingProcess.All.Select(process => new ProcessType { ProcessName = process })],
            }
        );

    /// <inheritdoc/>
    public Task<DescribeTerminationPolicyTypesAnswer> DescribeTerminationPolicyTypesAsync(
        DescribeTerminationPolicyTypesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new DescribeTerminationPolicyTypesAnswer { TerminationPolicyTypes = TerminationPolicy.All });
}
