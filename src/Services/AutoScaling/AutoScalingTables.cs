using System.Text.Json.Serialization;
using Estiba.AutoScaling.Activities;
using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Instances;
using Estiba.AutoScaling.Launching;
using Estiba.AutoScaling.LifecycleHooks;
using Estiba.AutoScaling.Notifications;
using Estiba.AutoScaling.Policies;
using Estiba.AutoScaling.Refreshes;
using Estiba.AutoScaling.ScheduledActions;
using Estiba.State;

namespace Estiba.AutoScaling;

/// <summary>The state of this service.</summary>
public static class AutoScalingTables
{
    internal static readonly Table<GroupRecord> Groups = new(
        "autoscaling.groups",
        group => group.Key,
        AutoScalingJson.Default
    );

    internal static readonly Table<GroupProgressRecord> Progress = new(
        "autoscaling.progress",
        progress => progress.Key,
        AutoScalingJson.Default
    );

    /// <summary>Instances by their id in EC2.</summary>
    internal static readonly Index<GroupInstanceRecord> InstancesById = new("instance", instance =>
        instance.InstanceId is { } id ? instance.Scope.Key(id) : null
    );

    internal static readonly Table<GroupInstanceRecord> Instances = new(
        "autoscaling.instances",
        instance => instance.Key,
        AutoScalingJson.Default,
        InstancesById
    );

    internal static readonly Table<LaunchConfigurationRecord> LaunchConfigurations = new(
        "autoscaling.launch-configurations",
        configuration => configuration.Key,
        AutoScalingJson.Default
    );

    internal static readonly Table<HookRecord> Hooks = new(
        "autoscaling.hooks",
        hook => hook.Key,
        AutoScalingJson.Default
    );

    internal static readonly Table<PolicyRecord> Policies = new(
        "autoscaling.policies",
        policy => policy.Key,
        AutoScalingJson.Default
    );

    internal static readonly Table<LeftAlarms> LeftAlarms = new(
        "autoscaling.left-alarms",
        left => left.Key,
        AutoScalingJson.Default
    );

    internal static readonly Table<ScheduledActionRecord> ScheduledActions = new(
        "autoscaling.scheduled-actions",
        action => action.Key,
        AutoScalingJson.Default
    );

    internal static readonly Table<RefreshRecord> Refreshes = new(
        "autoscaling.refreshes",
        refresh => refresh.Key,
        AutoScalingJson.Default
    );

    internal static readonly Table<NotificationRecord> Notifications = new(
        "autoscaling.notifications",
        notification => notification.Key,
        AutoScalingJson.Default
    );

    internal static readonly Table<NoticeRecord> Notices = new(
        "autoscaling.notices",
        notice => notice.Key,
        AutoScalingJson.Default
    );

    /// <summary>Activities by their group; the newest comes first.</summary>
    internal static readonly Index<ActivityRecord> ActivitiesByGroup = new("group", activity => activity.GroupKey);

    internal static readonly Table<ActivityRecord> Activities = new(
        "autoscaling.activities",
        activity => activity.Key,
        AutoScalingJson.Default,
        ActivitiesByGroup
    );

    /// <summary>All of them, to open the store with.</summary>
    public static IReadOnlyList<Table> All { get; } =
    [
        Groups,
        Progress,
        Instances,
        LaunchConfigurations,
        Hooks,
        Policies,
        LeftAlarms,
        ScheduledActions,
        Refreshes,
        Notifications,
        Notices,
        Activities,
    ];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(GroupRecord))]
[JsonSerializable(typeof(GroupProgressRecord))]
[JsonSerializable(typeof(GroupInstanceRecord))]
[JsonSerializable(typeof(LaunchConfigurationRecord))]
[JsonSerializable(typeof(HookRecord))]
[JsonSerializable(typeof(PolicyRecord))]
[JsonSerializable(typeof(LeftAlarms))]
[JsonSerializable(typeof(ScheduledActionRecord))]
[JsonSerializable(typeof(RefreshRecord))]
[JsonSerializable(typeof(NotificationRecord))]
[JsonSerializable(typeof(NoticeRecord))]
[JsonSerializable(typeof(ActivityRecord))]
internal sealed partial class AutoScalingJson : JsonSerializerContext;
