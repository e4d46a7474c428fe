using Estiba.AutoScaling.Activities;
using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Launching;
using Estiba.AutoScaling.LifecycleHooks;
using Estiba.AutoScaling.Notifications;
using Estiba.AutoScaling.Policies;
using Estiba.AutoScaling.Reconciling;
using Estiba.Contracts.AutoScaling;
using Estiba.State;

namespace Estiba.AutoScaling;

/// <summary>
/// The operations of Amazon EC2 Auto Scaling, for groups of virtual instances. Follows the API reference, version
/// 2011-01-01.
/// </summary>
/// <remarks>Operations only record what is wanted; <see cref="GroupReconciler"/> makes it so.</remarks>
public sealed partial class AutoScalingApi : IAutoScalingApi
{
    private readonly Store _store;
    private readonly Places _places;
    private readonly LaunchTemplates _templates;
    private readonly HookTargets _hookTargets;
    private readonly AlarmKeeper _alarms;
    private readonly GroupStep _step;
    private readonly GroupRemoval _removal;
    private readonly ActivityLog _activities;
    private readonly LinkedRole _role;
    private readonly NoticeReconciler _noticeReconciler;
    private readonly UniqueIds _ids;
    private readonly TimeProvider _time;

    /// <summary>Creates the service.</summary>
    internal AutoScalingApi(
        Store store,
        Places places,
        LaunchTemplates templates,
        HookTargets hookTargets,
        AlarmKeeper alarms,
        GroupStep step,
        GroupRemoval removal,
        ActivityLog activities,
        LinkedRole role,
        NoticeReconciler noticeReconciler,
        UniqueIds ids,
        TimeProvider time
    )
    {
        (_store, _places, _templates, _hookTargets, _alarms) = (store, places, templates, hookTargets, alarms);
        _noticeReconciler = noticeReconciler;
        (_step, _removal, _activities, _role, _ids, _time) = (step, removal, activities, role, ids, time);
    }

    private DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>A group that may be changed.</summary>
    /// <exception cref="Contracts.AwsException">There is none, or it is being deleted.</exception>
    private static GroupRecord Require(View view, Scope scope, string name, bool ofDeleting = false) =>
        view.Find(AutoScalingTables.Groups, scope.Key(name)) switch
        {
            null => throw Validation.Error($"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found"),
            { IsDeleting: true } when !ofDeleting => throw AutoScalingErrors.ScalingActivityInProgressFault(
                $"AutoScalingGroup '{name}' is pending delete"
            ),
            var group => group,
        };
}
