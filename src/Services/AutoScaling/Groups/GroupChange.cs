using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling.Groups;

/// <summary>What a request says of a group's settings; what it leaves out is null.</summary>
internal sealed record GroupChange
{
    private const string BestEffort = "balanced-best-effort";

    public int? Min { get; init; }

    public int? Max { get; init; }

    public int? Desired { get; init; }

    public int? Cooldown { get; init; }

    public string? HealthCheckType { get; init; }

    public int? GracePeriod { get; init; }

    public IReadOnlyList<string> TerminationPolicies { get; init; } = [];

    public bool? ProtectsNew { get; init; }

    public int? MaxLifetime { get; init; }

    public int? DefaultWarmup { get; init; }

    public InstanceMaintenancePolicy? Maintenance { get; init; }

    public string? DeletionProtection { get; init; }

    public string? Context { get; init; }

    public string? Role { get; init; }

    /// <summary>What a new group is to be like.</summary>
    /// <exception cref="AwsException">Something that is not supported.</exception>
    public static GroupChange Of(CreateAutoScalingGroupType request)
    {
        if (request.InstanceId is not null)
            throw Validation.Unsupported("groups that are made of an instance");
        if (request.LoadBalancerNames is { Count: > 0 })
            throw Validation.Unsupported("Classic Load Balancers");
        if (request.Operator is not null)
            throw Validation.Unsupported("operators of groups");
        CheckSupported(
            request.MixedInstancesPolicy,
            request.PlacementGroup,
            request.CapacityRebalance,
            request.DesiredCapacityType,
            request.AvailabilityZoneDistribution,
            request.AvailabilityZoneImpairmentPolicy,
            request.CapacityReservationSpecification,
            request.InstanceLifecyclePolicy
        );
        return new GroupChange
        {
            Min = request.MinSize,
            Max = request.MaxSize,
            Desired = request.DesiredCapacity,
            Cooldown = request.DefaultCooldown,
            HealthCheckType = request.HealthCheckType,
            GracePeriod = request.HealthCheckGracePeriod,
            TerminationPolicies = request.TerminationPolicies ?? [],
            ProtectsNew = request.NewInstancesProtectedFromScaleIn,
            MaxLifetime = request.MaxInstanceLifetime,
            DefaultWarmup = request.DefaultInstanceWarmup,
            Maintenance = request.InstanceMaintenancePolicy,
            DeletionProtection = request.DeletionProtection,
            Context = request.Context,
            Role = request.ServiceLinkedRoleARN,
        };
    }

    /// <summary>What a group is to be like from now on.</summary>
    /// <exception cref="AwsException">Something that is not supported.</exception>
    public static GroupChange Of(UpdateAutoScalingGroupType request)
    {
        CheckSupported(
            request.MixedInstancesPolicy,
            request.PlacementGroup,
            request.CapacityRebalance,
            request.DesiredCapacityType,
            request.AvailabilityZoneDistribution,
            request.AvailabilityZoneImpairmentPolicy,
            request.CapacityReservationSpecification,
            request.InstanceLifecyclePolicy
        );
        return new GroupChange
        {
            Min = request.MinSize,
            Max = request.MaxSize,
            Desired = request.DesiredCapacity,
            Cooldown = request.DefaultCooldown,
            HealthCheckType = request.HealthCheckType,
            GracePeriod = request.HealthCheckGracePeriod,
            TerminationPolicies = request.TerminationPolicies ?? [],
            ProtectsNew = request.NewInstancesProtectedFromScaleIn,
            MaxLifetime = request.MaxInstanceLifetime,
            DefaultWarmup = request.DefaultInstanceWarmup,
            Maintenance = request.InstanceMaintenancePolicy,
            DeletionProtection = request.DeletionProtection,
            Context = request.Context,
            Role = request.ServiceLinkedRoleARN,
        };
    }

    /// <summary>The group with the new settings, and its desired capacity within its bounds.</summary>
    /// <param name="group">The group before.</param>
    /// <exception cref="AwsException"><c>ValidationError</c>.</exception>
    public GroupRecord ApplyTo(GroupRecord group)
    {
        var after = group with
        {
            Min = Min ?? group.Min,
            Max = Max ?? group.Max,
            Cooldown = Cooldown ?? group.Cooldown,
            HealthCheckType = HealthCheckType ?? group.HealthCheckType,
            GracePeriod = GracePeriod ?? group.GracePeriod,
            TerminationPolicies = TerminationPolicies.Count > 0 ? TerminationPolicies : group.TerminationPolicies,
            ProtectsNew = ProtectsNew ?? group.ProtectsNew,
            MaxLifetime = MaxLifetime ?? group.MaxLifetime,
            // Minus one takes it away.
            DefaultWarmup = DefaultWarmup is -1 ? null : DefaultWarmup ?? group.DefaultWarmup,
            Maintenance = Maintenance is { MinHealthyPercentage: -1, MaxHealthyPercentage: -1 }
                ? null
                : Maintenance ?? group.Maintenance,
            DeletionProtection = DeletionProtection ?? group.DeletionProtection,
            Context = Context ?? group.Context,
            Role = Role ?? group.Role,
        };
        Check(after);
        var desired = Desired ?? Math.Clamp(group.Desired, after.Min, after.Max);
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

    private static void CheckSupported(
        MixedInstancesPolicy? mixed,
        string? placementGroup,
        bool? rebalance,
        string? capacityType,
        AvailabilityZoneDistribution? distribution,
        AvailabilityZoneImpairmentPolicy? impairment,
        CapacityReservationSpecification? reservation,
        InstanceLifecyclePolicy? lifecycle
    )
    {
        if (mixed is not null)
            throw Validation.Unsupported("mixed instances policies");
        if (!string.IsNullOrEmpty(placementGroup))
            throw Validation.Unsupported("placement groups");
        if (rebalance == true)
            throw Validation.Unsupported("Spot Instances");
        if (capacityType is not (null or "" or "units"))
            throw Validation.Unsupported($"desired capacity in {capacityType}");
        if (distribution?.CapacityDistributionStrategy is not (null or BestEffort))
            throw Validation.Unsupported($"the distribution strategy {distribution.CapacityDistributionStrategy}");
        if (impairment?.ZonalShiftEnabled == true || impairment?.ImpairedZoneHealthCheckBehavior is not null)
            throw Validation.Unsupported("zonal shift");
        if (
            reservation?.CapacityReservationPreference is not (null or "default" or "none")
            || reservation?.CapacityReservationTarget is not null
        )
            throw Validation.Unsupported("Capacity Reservations");
        if (lifecycle?.RetentionTriggers?.TerminateHookAbandon is not (null or "terminate"))
            throw Validation.Unsupported("retaining instances");
    }
}
