using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling.Groups;

/// <summary>Takes what requests say of a group's settings over into its record.</summary>
internal static class GroupChange
{
    private const string BestEffort = "balanced-best-effort";

    /// <summary>What a new group is to be like, as an update would say it.</summary>
    /// <exception cref="AwsException">Something that is not supported.</exception>
    public static UpdateAutoScalingGroupType Of(CreateAutoScalingGroupType request)
    {
        if (request.InstanceId is not null)
            throw Validation.Unsupported("groups that are made of an instance");
        if (request.LoadBalancerNames is { Count: > 0 })
            throw Validation.Unsupported("Classic Load Balancers");
        if (request.Operator is not null)
            throw Validation.Unsupported("operators of groups");
        var change = new UpdateAutoScalingGroupType
        {
            MinSize = request.MinSize,
            MaxSize = request.MaxSize,
            DesiredCapacity = request.DesiredCapacity,
            DefaultCooldown = request.DefaultCooldown,
            HealthCheckType = request.HealthCheckType,
            HealthCheckGracePeriod = request.HealthCheckGracePeriod,
            TerminationPolicies = request.TerminationPolicies,
            NewInstancesProtectedFromScaleIn = request.NewInstancesProtectedFromScaleIn,
            MaxInstanceLifetime = request.MaxInstanceLifetime,
            DefaultInstanceWarmup = request.DefaultInstanceWarmup,
            InstanceMaintenancePolicy = request.InstanceMaintenancePolicy,
            DeletionProtection = request.DeletionProtection,
            Context = request.Context,
            ServiceLinkedRoleARN = request.ServiceLinkedRoleARN,
            MixedInstancesPolicy = request.MixedInstancesPolicy,
            PlacementGroup = request.PlacementGroup,
            CapacityRebalance = request.CapacityRebalance,
            DesiredCapacityType = request.DesiredCapacityType,
            AvailabilityZoneDistribution = request.AvailabilityZoneDistribution,
            AvailabilityZoneImpairmentPolicy = request.AvailabilityZoneImpairmentPolicy,
            CapacityReservationSpecification = request.CapacityReservationSpecification,
            InstanceLifecyclePolicy = request.InstanceLifecyclePolicy,
        };
        CheckSupported(change);
        return change;
    }

    /// <summary>The group with the new settings, and its desired capacity within its bounds.</summary>
    /// <param name="change">What is new; what it leaves out stays.</param>
    /// <param name="group">The group before.</param>
    /// <exception cref="AwsException"><c>ValidationError</c>.</exception>
    public static GroupRecord Apply(UpdateAutoScalingGroupType change, GroupRecord group)
    {
        var after = group with
        {
            Min = change.MinSize ?? group.Min,
            Max = change.MaxSize ?? group.Max,
            Cooldown = change.DefaultCooldown ?? group.Cooldown,
            HealthCheckType = change.HealthCheckType ?? group.HealthCheckType,
            GracePeriod = change.HealthCheckGracePeriod ?? group.GracePeriod,
            TerminationPolicies = change.TerminationPolicies is { Count: > 0 } policies
                ? policies
                : group.TerminationPolicies,
            ProtectsNew = change.NewInstancesProtectedFromScaleIn ?? group.ProtectsNew,
            MaxLifetime = change.MaxInstanceLifetime ?? group.MaxLifetime,
            // Minus one takes it away.
            DefaultWarmup = change.DefaultInstanceWarmup is -1
                ? null
                : change.DefaultInstanceWarmup ?? group.DefaultWarmup,
            Maintenance = change.InstanceMaintenancePolicy is { MinHealthyPercentage: -1, MaxHealthyPercentage: -1 }
                ? null
                : change.InstanceMaintenancePolicy ?? group.Maintenance,
            DeletionProtection = change.DeletionProtection ?? group.DeletionProtection,
            Context = change.Context ?? group.Context,
            Role = change.ServiceLinkedRoleARN ?? group.Role,
        };
        Check(after);
        var desired = change.DesiredCapacity ?? Math.Clamp(group.Desired, after.Min, after.Max);
        if (desired < after.Min || desired > after.Max)
            throw Validation.Error(
                $"Desired capacity:{desired} must be between the specified min size:{after.Min} and max "
                    + $"size:{after.Max}"
            );
        return after with { Desired = desired };
    }

    private static void Check(GroupRecord group)
    {
        if (group.Min < 0 || group.Max < 0)
            throw Validation.Error("Min and Max bounds must be greater than or equal to 0");
        if (group.Max < group.Min)
            throw Validation.Error($"Max bound, {group.Max}, must be greater than or equal to min bound, {group.Min}");
        if (group.Cooldown < 0)
            throw Validation.Error("Cooldown period must be at least 0.");
        if (group.GracePeriod < 0)
            throw Validation.Error("Health check grace period must be at least 0.");
        foreach (var type in group.HealthCheckType.Split(','))
        {
            if (!HealthChecks.All.Contains(type))
                throw Validation.Error(
                    $"{type} is not a valid health check type. Estiba has {string.Join(" and ", HealthChecks.All)}."
                );
        }

        if (group.TerminationPolicies.FirstOrDefault(policy => !TerminationPolicy.All.Contains(policy)) is { } unknown)
            throw Validation.Error($"{unknown} is not a valid termination policy.");
        // A day at least, unless there is none.
        if (group.MaxLifetime is not (null or 0 or >= 86_400 and <= 31_536_000))
            throw Validation.Error(
                "Maximum instance lifetime must be equal to 0 or between 86400 and 31536000 seconds."
            );
        if (group.DefaultWarmup < 0)
            throw Validation.Error("Default instance warmup must be at least 0, or -1 to remove it.");
        if (group.Maintenance is { } maintenance)
            CheckPercentages(maintenance.MinHealthyPercentage, maintenance.MaxHealthyPercentage);
    }

    /// <summary>Checks the bounds of replacing instances.</summary>
    /// <exception cref="AwsException"><c>ValidationError</c>.</exception>
    public static void CheckPercentages(int? min, int? max)
    {
        if (min is null != max is null)
            throw Validation.Error("Both MinHealthyPercentage and MaxHealthyPercentage must be specified.");
        if (min is not null && (max - min > 100 || min is < 0 or > 100 || max is < 100 or > 200))
            throw Validation.Error(
                "MinHealthyPercentage must be from 0 to 100, MaxHealthyPercentage from 100 to 200, and their "
                    + "difference at most 100."
            );
    }

    /// <summary>Checks that a request asks for nothing that is not supported.</summary>
    /// <exception cref="AwsException">It does.</exception>
    public static void CheckSupported(UpdateAutoScalingGroupType request)
    {
        if (request.MixedInstancesPolicy is not null)
            throw Validation.Unsupported("mixed instances policies");
        if (!string.IsNullOrEmpty(request.PlacementGroup))
            throw Validation.Unsupported("placement groups");
        if (request.CapacityRebalance == true)
            throw Validation.Unsupported("Spot Instances");
        if (request.DesiredCapacityType is not (null or "" or "units"))
            throw Validation.Unsupported($"desired capacity in {request.DesiredCapacityType}");
        if (request.AvailabilityZoneDistribution?.CapacityDistributionStrategy is not (null or BestEffort))
            throw Validation.Unsupported(
                $"the distribution strategy {request.AvailabilityZoneDistribution.CapacityDistributionStrategy}"
            );
        if (
            request.AvailabilityZoneImpairmentPolicy?.ZonalShiftEnabled == true
            || request.AvailabilityZoneImpairmentPolicy?.ImpairedZoneHealthCheckBehavior is not null
        )
            throw Validation.Unsupported("zonal shift");
        if (
            request.CapacityReservationSpecification?.CapacityReservationPreference is not (null or "default" or "none")
            || request.CapacityReservationSpecification?.CapacityReservationTarget is not null
        )
            throw Validation.Unsupported("Capacity Reservations");
        if (request.InstanceLifecyclePolicy?.RetentionTriggers?.TerminateHookAbandon is not (null or "terminate"))
            throw Validation.Unsupported("retaining instances");
    }
}
