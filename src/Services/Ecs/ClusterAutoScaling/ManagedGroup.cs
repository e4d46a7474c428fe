using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;
using Estiba.Ecs.CapacityProviders;
using Estiba.Ecs.LoadBalancers;
using ManagedScalingStatus = Estiba.Contracts.Ecs.ManagedScalingStatus;

namespace Estiba.Ecs.ClusterAutoScaling;

/// <summary>The Auto Scaling group of a capacity provider, asked and told through its API.</summary>
/// <param name="autoScaling">Auto Scaling, called as ECS.</param>
/// <param name="ids">Makes request ids.</param>
internal sealed class ManagedGroup(IAutoScalingApi autoScaling, EcsIds ids)
{
    internal const string DrainingHook = "ecs-managed-draining-termination-hook";

    private const string Terminating = "autoscaling:EC2_INSTANCE_TERMINATING";
    private const string Tracking = "TargetTrackingScaling";
    private const int DrainingTimeout = 3600;

    /// <summary>The group; null as long as there is none.</summary>
    internal async Task<AutoScalingGroup?> FindAsync(CapacityProviderRecord provider, CancellationToken cancellation)
    {
        try
        {
            var found = await autoScaling.DescribeAutoScalingGroupsAsync(
                new AutoScalingGroupNamesType { AutoScalingGroupNames = [NameOf(provider)] },
                ContextOf(provider),
                cancellation
            );
            return found.AutoScalingGroups is [{ Status: null } group] ? group : null;
        }
        catch (AwsException refused) when (refused.StatusCode < 500)
        {
            // A platform without instances has no groups either.
            return null;
        }
    }

    /// <summary>Has the group follow <see cref="CapacityReservation"/>, or not, as the provider says.</summary>
    internal async Task FollowAsync(
        CapacityProviderRecord provider,
        IReadOnlyList<string> clusters,
        CancellationToken cancellation
    )
    {
        var settings = provider.Provider.AutoScalingGroupProvider!.ManagedScaling!;
        var isOn = provider.IsActive && settings.Status == ManagedScalingStatus.Enabled && clusters.Count > 0;
        var found = await autoScaling.DescribePoliciesAsync(
            new DescribePoliciesType { AutoScalingGroupName = NameOf(provider), PolicyNames = [PolicyOf(provider)] },
            ContextOf(provider),
            cancellation
        );
        var known = found.ScalingPolicies is [var policy] ? policy : null;
        if (isOn && !Matches(known, provider, clusters[0]))
            await autoScaling.PutScalingPolicyAsync(Policy(provider, clusters[0]), ContextOf(provider), cancellation);
        else if (!isOn && known is not null)
            await autoScaling.DeletePolicyAsync(
                new DeletePolicyType { AutoScalingGroupName = NameOf(provider), PolicyName = PolicyOf(provider) },
                ContextOf(provider),
                cancellation
            );
    }

    /// <summary>Has instances of the group wait before they are terminated, or not, as the provider says.</summary>
    internal async Task HookAsync(CapacityProviderRecord provider, bool isWanted, CancellationToken cancellation)
    {
        var found = await autoScaling.DescribeLifecycleHooksAsync(
            new DescribeLifecycleHooksType
            {
                AutoScalingGroupName = NameOf(provider),
                LifecycleHookNames = [DrainingHook],
            },
            ContextOf(provider),
            cancellation
        );
        var isThere = found.LifecycleHooks is { Count: > 0 };
        if (isWanted && !isThere)
            await autoScaling.PutLifecycleHookAsync(
                new PutLifecycleHookType
                {
                    AutoScalingGroupName = NameOf(provider),
                    LifecycleHookName = DrainingHook,
                    LifecycleTransition = Terminating,
                    HeartbeatTimeout = DrainingTimeout,
                    DefaultResult = "CONTINUE",
                },
                ContextOf(provider),
                cancellation
            );
        else if (!isWanted && isThere)
            await autoScaling.DeleteLifecycleHookAsync(
                new DeleteLifecycleHookType
                {
                    AutoScalingGroupName = NameOf(provider),
                    LifecycleHookName = DrainingHook,
                },
                ContextOf(provider),
                cancellation
            );
    }

    /// <summary>An instance has no tasks any more.</summary>
    internal async Task ReleaseAsync(CapacityProviderRecord provider, string instanceId, CancellationToken cancellation)
    {
        try
        {
            await autoScaling.CompleteLifecycleActionAsync(
                new CompleteLifecycleActionType
                {
                    AutoScalingGroupName = NameOf(provider),
                    LifecycleHookName = DrainingHook,
                    InstanceId = instanceId,
                    LifecycleActionResult = "CONTINUE",
                },
                ContextOf(provider),
                cancellation
            );
        }
        catch (AwsException over) when (over.Code == "ValidationError")
        {
            // Somebody has completed it, or waits for another hook only.
        }
    }

    /// <summary>Protects instances from scale-in, or does not any more.</summary>
    internal async Task ProtectAsync(
        CapacityProviderRecord provider,
        IReadOnlyList<string> instances,
        bool isProtected,
        CancellationToken cancellation
    )
    {
        if (instances.Count > 0)
            await autoScaling.SetInstanceProtectionAsync(
                new SetInstanceProtectionQuery
                {
                    AutoScalingGroupName = NameOf(provider),
                    InstanceIds = instances,
                    ProtectedFromScaleIn = isProtected,
                },
                ContextOf(provider),
                cancellation
            );
    }

    private static string NameOf(CapacityProviderRecord provider) =>
        AutoScalingGroupSettings.GroupOf(provider.Provider.AutoScalingGroupProvider!);

    private static string PolicyOf(CapacityProviderRecord provider) => $"ECSManagedAutoScalingPolicy-{provider.Name}";

    private static PutScalingPolicyType Policy(CapacityProviderRecord provider, string cluster)
    {
        var settings = provider.Provider.AutoScalingGroupProvider!.ManagedScaling!;
        return new PutScalingPolicyType
        {
            AutoScalingGroupName = NameOf(provider),
            PolicyName = PolicyOf(provider),
            PolicyType = Tracking,
            EstimatedInstanceWarmup = settings.InstanceWarmupPeriod,
            TargetTrackingConfiguration = new TargetTrackingConfiguration
            {
                TargetValue = settings.TargetCapacity,
                CustomizedMetricSpecification = new CustomizedMetricSpecification
                {
                    Namespace = CapacityReservation.Namespace,
                    MetricName = CapacityReservation.Name,
                    Statistic = MetricStatistic.Average,
                    Dimensions =
                    [
                        new MetricDimension { Name = "CapacityProviderName", Value = provider.Name },
                        new MetricDimension { Name = "ClusterName", Value = cluster },
                    ],
                },
            },
        };
    }

    private static bool Matches(ScalingPolicy? known, CapacityProviderRecord provider, string cluster)
    {
        var wanted = Policy(provider, cluster);
        return known?.TargetTrackingConfiguration is { } target
            && known.EstimatedInstanceWarmup == wanted.EstimatedInstanceWarmup
            && ShapeJson.ToText(target) == ShapeJson.ToText(wanted.TargetTrackingConfiguration!);
    }

    private CallContext ContextOf(CapacityProviderRecord provider) =>
        new()
        {
            AccountId = provider.Scope.AccountId,
            Region = provider.Scope.Region,
            PrincipalArn = TargetGroups.Service,
            AccessKeyId = "",
            RequestId = ids.Unique(),
            SourceArn = CapacityProviderRecord.ArnOf(provider.Scope, provider.Name),
        };
}
