using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Metrics;
using Estiba.Contracts.AutoScaling;
using Estiba.State;

namespace Estiba.AutoScaling.Instances;

/// <summary>Groups and their instances as they are shown.</summary>
internal static class GroupDescription
{
    private const string Healthy = "Healthy";
    private const string Unhealthy = "Unhealthy";

    /// <summary>A group.</summary>
    internal static AutoScalingGroup Of(View view, GroupRecord group, bool withInstances) =>
        new()
        {
            AutoScalingGroupName = group.Name,
            AutoScalingGroupARN = group.Arn,
            LaunchConfigurationName = group.LaunchConfiguration,
            LaunchTemplate = group.LaunchTemplate,
            MinSize = group.Min,
            MaxSize = group.Max,
            DesiredCapacity = group.Desired,
            DefaultCooldown = group.Cooldown,
            AvailabilityZones = [.. group.Zones],
            AvailabilityZoneIds = [.. group.Subnets.Select(subnet => subnet.ZoneId).OfType<string>().Distinct()],
            LoadBalancerNames = [],
            TargetGroupARNs = [.. group.TargetGroups.Where(link => link.IsWanted).Select(link => link.Arn)],
            TrafficSources =
            [
                .. group
                    .TargetGroups.Where(link => link.IsWanted)
                    .Select(link => new TrafficSourceIdentifier
                    {
                        Identifier = link.Arn,
                        Type = TargetGroupLink.Source,
                    }),
            ],
            HealthCheckType = group.HealthCheckType,
            HealthCheckGracePeriod = group.GracePeriod,
            Instances = withInstances
                ?
                [
                    .. view.Range(AutoScalingTables.Instances, group.Prefix)
                        .Where(instance => instance.InstanceId is not null)
                        .OrderBy(instance => instance.CreatedAt)
                        .Select(Of),
                ]
                : [],
            CreatedTime = group.CreatedAt,
            SuspendedProcesses = group.Suspended,
            VPCZoneIdentifier = group.VpcZoneIdentifier ?? "",
            EnabledMetrics =
            [
                .. group.Metrics.Select(metric => new EnabledMetric
                {
                    Metric = metric,
                    Granularity = GroupMetric.Granularity,
                }),
            ],
            Status = group.IsDeleting ? "Delete in progress" : null,
            Tags = [.. group.Tags.Select(tag => GroupTags.Describe(group, tag))],
            TerminationPolicies = group.TerminationPolicies,
            NewInstancesProtectedFromScaleIn = group.ProtectsNew,
            ServiceLinkedRoleARN = group.Role,
            MaxInstanceLifetime = group.MaxLifetime,
            CapacityRebalance = false,
            Context = group.Context,
            DefaultInstanceWarmup = group.DefaultWarmup,
            InstanceMaintenancePolicy = group.Maintenance,
            DeletionProtection = group.DeletionProtection,
        };

    /// <summary>An instance within its group.</summary>
    internal static Instance Of(GroupInstanceRecord instance) =>
        new()
        {
            InstanceId = instance.InstanceId,
            InstanceType = instance.InstanceType,
            AvailabilityZone = instance.Zone,
            AvailabilityZoneId = instance.ZoneId,
            LifecycleState = instance.State,
            HealthStatus = instance.Unhealthy is null ? Healthy : Unhealthy,
            LaunchConfigurationName = instance.LaunchConfiguration,
            LaunchTemplate = instance.LaunchTemplate,
            ImageId = instance.ImageId,
            ProtectedFromScaleIn = instance.IsProtected,
        };

    /// <summary>An instance by itself; its health is in capitals there.</summary>
    internal static AutoScalingInstanceDetails DetailsOf(GroupInstanceRecord instance) =>
        new()
        {
            InstanceId = instance.InstanceId,
            InstanceType = instance.InstanceType,
            AutoScalingGroupName = instance.Group,
            AvailabilityZone = instance.Zone,
            AvailabilityZoneId = instance.ZoneId,
            LifecycleState = instance.State,
            HealthStatus = (instance.Unhealthy is null ? Healthy : Unhealthy).ToUpperInvariant(),
            LaunchConfigurationName = instance.LaunchConfiguration,
            LaunchTemplate = instance.LaunchTemplate,
            ImageId = instance.ImageId,
            ProtectedFromScaleIn = instance.IsProtected,
        };
}
