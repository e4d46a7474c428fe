using System.Text.Json.Serialization;
using Estiba.ApplicationAutoScaling.Activities;
using Estiba.ApplicationAutoScaling.Capacity;
using Estiba.ApplicationAutoScaling.Policies;
using Estiba.ApplicationAutoScaling.ScalableTargets;
using Estiba.ApplicationAutoScaling.ScheduledActions;
using Estiba.ApplicationAutoScaling.TargetTracking;
using Estiba.State;

namespace Estiba.ApplicationAutoScaling;

/// <summary>The state of this service.</summary>
public static class ApplicationAutoScalingTables
{
    /// <summary>Scalable targets by what their ARNs end with.</summary>
    internal static readonly Index<ScalableTargetRecord> TargetsById = new("id", target =>
        target.Scope.Key(ScalableTargetRecord.ArnId(target.Id))
    );

    internal static readonly Table<ScalableTargetRecord> Targets = new(
        "application-autoscaling.targets",
        target => target.Key,
        ApplicationAutoScalingJson.Default,
        TargetsById
    );

    internal static readonly Table<CapacityRecord> Capacities = new(
        "application-autoscaling.capacities",
        capacity => capacity.Key,
        ApplicationAutoScalingJson.Default
    );

    internal static readonly Table<PolicyRecord> Policies = new(
        "application-autoscaling.policies",
        policy => policy.Key,
        ApplicationAutoScalingJson.Default
    );

    internal static readonly Table<LeftAlarms> LeftAlarms = new(
        "application-autoscaling.left-alarms",
        left => left.Key,
        ApplicationAutoScalingJson.Default
    );

    internal static readonly Table<ScheduledActionRecord> ScheduledActions = new(
        "application-autoscaling.scheduled-actions",
        action => action.Key,
        ApplicationAutoScalingJson.Default
    );

    /// <summary>Activities by their scalable target; the newest comes first.</summary>
    internal static readonly Index<ActivityRecord> ActivitiesByTarget = new("target", activity => activity.TargetKey);

    internal static readonly Table<ActivityRecord> Activities = new(
        "application-autoscaling.activities",
        activity => activity.Key,
        ApplicationAutoScalingJson.Default,
        ActivitiesByTarget
    );

    /// <summary>All of them, to open the store with.</summary>
    public static IReadOnlyList<Table> All { get; } =
    [Targets, Capacities, Policies, LeftAlarms, ScheduledActions, Activities];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(ScalableTargetRecord))]
[JsonSerializable(typeof(CapacityRecord))]
[JsonSerializable(typeof(PolicyRecord))]
[JsonSerializable(typeof(LeftAlarms))]
[JsonSerializable(typeof(ScheduledActionRecord))]
[JsonSerializable(typeof(ActivityRecord))]
internal sealed partial class ApplicationAutoScalingJson : JsonSerializerContext;
