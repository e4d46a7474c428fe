using Estiba.Compute.Instances;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    private static readonly InstanceMetadataOptionsResponse Applied = new() { State = "applied" };

    /// <inheritdoc />
    public async Task<ModifyInstanceMetadataOptionsResult> ModifyInstanceMetadataOptionsAsync(
        ModifyInstanceMetadataOptionsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        MetadataOptions.CheckHopLimit(request.HttpPutResponseHopLimit);
        Ec2Requests.EndDryRun(request.DryRun);
        var after = await ChangeInstanceAsync(
            request.InstanceId!,
            context,
            before =>
                before with
                {
                    MetadataOptions = (before.MetadataOptions ?? Applied) with
                    {
                        HttpTokens = request.HttpTokens ?? before.MetadataOptions?.HttpTokens,
                        HttpPutResponseHopLimit = request.HttpPutResponseHopLimit
                            ?? before.MetadataOptions?.HttpPutResponseHopLimit,
                        HttpEndpoint = request.HttpEndpoint ?? before.MetadataOptions?.HttpEndpoint,
                        HttpProtocolIpv6 = request.HttpProtocolIpv6 ?? before.MetadataOptions?.HttpProtocolIpv6,
                        InstanceMetadataTags = request.InstanceMetadataTags
                            ?? before.MetadataOptions?.InstanceMetadataTags,
                    },
                },
            cancellation
        );
        return new ModifyInstanceMetadataOptionsResult
        {
            InstanceId = after.InstanceId,
            InstanceMetadataOptions = after.MetadataOptions! with { State = "pending" },
        };
    }

    /// <inheritdoc />
    public async Task<ModifyInstanceMaintenanceOptionsResult> ModifyInstanceMaintenanceOptionsAsync(
        ModifyInstanceMaintenanceOptionsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Ec2Requests.EndDryRun(request.DryRun);
        var after = await ChangeInstanceAsync(
            request.InstanceId!,
            context,
            before =>
                before with
                {
                    AutoRecovery = request.AutoRecovery ?? before.AutoRecovery,
                    RebootMigration = request.RebootMigration ?? before.RebootMigration,
                },
            cancellation
        );
        return new ModifyInstanceMaintenanceOptionsResult
        {
            InstanceId = after.InstanceId,
            AutoRecovery = after.AutoRecovery ?? "default",
            RebootMigration = after.RebootMigration ?? "default",
        };
    }

    /// <inheritdoc />
    public async Task<MonitorInstancesResult> MonitorInstancesAsync(
        MonitorInstancesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        new()
        {
            InstanceMonitorings = await SetMonitoringAsync(
                request.InstanceIds!,
                request.MetricCategoryIds,
                request.DryRun,
                enabled: true,
                context,
                cancellation
            ),
        };

    /// <inheritdoc />
    public async Task<UnmonitorInstancesResult> UnmonitorInstancesAsync(
        UnmonitorInstancesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        new()
        {
            InstanceMonitorings = await SetMonitoringAsync(
                request.InstanceIds!,
                request.MetricCategoryIds,
                request.DryRun,
                enabled: false,
                context,
                cancellation
            ),
        };

    private Task<IReadOnlyList<InstanceMonitoring>> SetMonitoringAsync(
        IReadOnlyList<string> ids,
        IReadOnlyList<string>? categories,
        bool? dryRun,
        bool enabled,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (ids.Count == 0)
            throw Ec2Requests.Missing("InstanceId");
        if (categories is { Count: > 0 })
            throw Ec2Requests.Unsupported("metric categories");
        Ec2Requests.EndDryRun(dryRun);
        return _store.CommitAsync<IReadOnlyList<InstanceMonitoring>>(
            transaction =>
            {
                var instances = InstanceLookup.Get(transaction, context, ids);
                foreach (var instance in instances)
                    RefuseTerminated(instance);
                foreach (var instance in instances)
                    transaction.Put(ComputeTables.Instances, instance with { Monitoring = enabled });
                return
                [
                    .. instances.Select(instance => new InstanceMonitoring
                    {
                        InstanceId = instance.InstanceId,
                        Monitoring = new Monitoring { State = enabled ? "pending" : "disabling" },
                    }),
                ];
            },
            cancellation
        );
    }
}
