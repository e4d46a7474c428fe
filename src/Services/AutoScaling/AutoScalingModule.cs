using Estiba.AutoScaling.Activities;
using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Launching;
using Estiba.AutoScaling.LifecycleHooks;
using Estiba.AutoScaling.Metrics;
using Estiba.AutoScaling.Notifications;
using Estiba.AutoScaling.Policies;
using Estiba.AutoScaling.Reconciling;
using Estiba.AutoScaling.ScheduledActions;
using Estiba.Contracts.AutoScaling;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.ElbV2;
using Estiba.Contracts.Iam;
using Estiba.Contracts.Sns;
using Estiba.Contracts.Sqs;
using Estiba.Hosting;
using Estiba.Hosting.Alarms;
using Estiba.Hosting.Calls;
using Estiba.Hosting.Controllers;
using Estiba.Hosting.Metrics;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.AutoScaling;

/// <summary>
/// Amazon EC2 Auto Scaling. It calls EC2, Elastic Load Balancing, CloudWatch, IAM, SNS and SQS, and adds itself to
/// those who carry out what alarms ask for (<see cref="AlarmActions"/>).
/// </summary>
public sealed class AutoScalingModule : Module
{
    /// <inheritdoc/>
    public override string Name => "autoscaling";

    /// <inheritdoc/>
    public override IReadOnlyList<Table> Tables => AutoScalingTables.All;

    /// <inheritdoc/>
    public override IReadOnlyList<ServiceDeclaration> Services { get; } =
    [ServiceDeclaration.Of<IAutoScalingApi, AutoScalingApi>("Amazon EC2 Auto Scaling")];

    /// <inheritdoc/>
    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        var own = CallPrincipal.Service(ServiceIdentity.Principal);
        var logger = host.Loggers.CreateLogger("Estiba.AutoScaling");
        var ids = new UniqueIds(host.Random);
        var (ec2, balancers) = (host.Neighbour<IEc2Api>(own), host.Neighbour<IElbV2Api>(own));
        var templates = new LaunchTemplates(ec2, host.Neighbour<IEc2Api>(CallPrincipal.Caller), ids);
        var hookTargets = new HookTargets(
            host.Store,
            host.Neighbour<ISqsApi>(own),
            host.Neighbour<ISnsApi>(own),
            ids,
            logger
        );
        var alarms = new AlarmKeeper(host.Store, host.Neighbour<ICloudWatchApi>(own), ids, logger);
        var noticeReconciler = new NoticeReconciler(host.Store, host.Neighbour<ISnsApi>(own), ids, logger);
        var activities = new ActivityLog(ids);
        var removal = new GroupRemoval(ids);
        var step = new GroupStep(activities, removal, ids);
        AlarmActions.Of(host).Add(new AlarmScaling(host.Store, host.Time));
        var reconciler = new GroupReconciler(
            host.Store,
            new GroupObserver(host.Store, ec2, balancers, templates, ids),
            step,
            new GroupEffects(host.Store, ec2, balancers, hookTargets, ids, host.Time),
            host.Time,
            logger
        );
        var api = new AutoScalingApi(
            host.Store,
            new Places(ec2, balancers, ids),
            templates,
            hookTargets,
            alarms,
            step,
            removal,
            activities,
            new LinkedRole(host.Neighbour<IIamApi>(own), host.Neighbour<IIamApi>(CallPrincipal.Caller)),
            noticeReconciler,
            ids,
            host.Time
        );
        return Task.FromResult(
            new OpenModule
            {
                Dispatchers = [new AutoScalingDispatcher(api)],
                Controllers =
                [
                    GroupsOf(reconciler),
                    AlarmsOf(new AlarmReconciler(host.Store, alarms)),
                    LeftAlarmsOf(new LeftAlarmReconciler(alarms)),
                    ScheduleOf(host.Store, new ScheduleReconciler(host.Time)),
                    NoticesOf(noticeReconciler),
                ],
                Chores =
                [
                    new Chore(
                        "autoscaling.metrics",
                        GroupReport.Interval,
                        new GroupReport(
                            host.Store,
                            new MetricPublisher(
                                ServiceIdentity.Principal,
                                host.Neighbour<ICloudWatchApi>(own),
                                ids.Next
                            ),
                            host.Time
                        ).RunAsync
                    ),
                    RecordRetention.Of(
                        "autoscaling.retention",
                        host,
                        AutoScalingTables.Activities,
                        activity => activity.StartedAt,
                        ActivityRecord.Life
                    ),
                ],
            }
        );
    }

    private static Controller GroupsOf(GroupReconciler reconciler) =>
        new("autoscaling.groups", reconciler)
        {
            AtStart = view => view.Range(AutoScalingTables.Groups).Select(group => group.Key),
            Triggers =
            [
                Trigger.On(AutoScalingTables.Groups, change => change.IsDelete ? null : change.Key),
                Trigger.On(AutoScalingTables.Instances, change => (change.After ?? change.Before)!.GroupKey),
                Trigger.On(AutoScalingTables.Refreshes, change =>
                    change.After is { IsActive: true } refresh ? refresh.Scope.Key(refresh.Group) : null
                ),
            ],
            Options = new ReconcilerOptions { Parallelism = 8 },
        };

    private static Controller AlarmsOf(AlarmReconciler reconciler) =>
        new("autoscaling.alarms", reconciler)
        {
            AtStart = view =>
                view.Range(AutoScalingTables.Policies)
                    .Where(policy => policy.Alarms.Count > 0)
                    .Select(policy => policy.Key),
            Triggers =
            [
                Trigger.On(AutoScalingTables.Policies, change =>
                    change.After is { Alarms.Count: > 0 } ? change.Key : null
                ),
            ],
        };

    private static Controller LeftAlarmsOf(LeftAlarmReconciler reconciler) =>
        new("autoscaling.left-alarms", reconciler)
        {
            AtStart = view => view.Range(AutoScalingTables.LeftAlarms).Select(left => left.Key),
            Triggers = [Trigger.On(AutoScalingTables.LeftAlarms, change => change.IsDelete ? null : change.Key)],
        };

    private static Controller NoticesOf(NoticeReconciler reconciler) =>
        new("autoscaling.notices", reconciler)
        {
            AtStart = view => view.Range(AutoScalingTables.Notices).Select(notice => notice.Key),
            Triggers = [Trigger.On(AutoScalingTables.Notices, change => change.IsDelete ? null : change.Key)],
        };

    private static Controller ScheduleOf(Store store, ScheduleReconciler reconciler) =>
        new("autoscaling.schedule", store, reconciler.Step)
        {
            AtStart = view => view.Range(AutoScalingTables.ScheduledActions).Select(action => action.Key),
            Triggers =
            [
                Trigger.On(AutoScalingTables.ScheduledActions, change =>
                    change.After is { NextRun: not null } ? change.Key : null
                ),
            ],
        };
}
