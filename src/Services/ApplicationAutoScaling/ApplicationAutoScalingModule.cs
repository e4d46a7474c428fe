using Estiba.ApplicationAutoScaling.Activities;
using Estiba.ApplicationAutoScaling.ScalableTargets;
using Estiba.ApplicationAutoScaling.Scaling;
using Estiba.ApplicationAutoScaling.ScheduledActions;
using Estiba.ApplicationAutoScaling.TargetTracking;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Iam;
using Estiba.Hosting;
using Estiba.Hosting.Alarms;
using Estiba.Hosting.Calls;
using Estiba.Hosting.Controllers;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.ApplicationAutoScaling;

/// <summary>
/// Application Auto Scaling, for services of ECS. It calls ECS, CloudWatch and IAM, and adds itself to those who carry
/// out what alarms ask for (<see cref="AlarmActions"/>).
/// </summary>
public sealed class ApplicationAutoScalingModule : Module
{
    /// <inheritdoc/>
    public override string Name => "application-autoscaling";

    /// <inheritdoc/>
    public override IReadOnlyList<Table> Tables => ApplicationAutoScalingTables.All;

    /// <inheritdoc/>
    public override IReadOnlyList<ServiceDeclaration> Services { get; } =
    [ServiceDeclaration.Of<IApplicationAutoScalingApi, ApplicationAutoScalingApi>("Application Auto Scaling")];

    /// <inheritdoc/>
    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        var own = CallPrincipal.Service(EcsServices.ServicePrincipal);
        var ids = new UniqueIds(host.Random);
        var services = new EcsServices(host.Neighbour<IEcsApi>(own), ids);
        var role = new LinkedRole(host.Neighbour<IIamApi>(own), host.Neighbour<IIamApi>(CallPrincipal.Caller));
        var alarms = new AlarmKeeper(
            host.Store,
            host.Neighbour<ICloudWatchApi>(own),
            services,
            host.Time,
            host.Loggers.CreateLogger("Estiba.ApplicationAutoScaling")
        );
        var activities = new ActivityLog(ids);
        AlarmActions.Of(host).Add(new AlarmScaling(host.Store, services, activities, host.Time));
        var capacity = new CapacityReconciler(host.Store, services, activities, alarms, ids, host.Time);
        var schedule = new ScheduleReconciler(activities, host.Time);
        return Task.FromResult(
            new OpenModule
            {
                Dispatchers =
                [
                    new ApplicationAutoScalingDispatcher(
                        new ApplicationAutoScalingApi(host.Store, services, role, alarms, ids, host.Time)
                    ),
                ],
                Controllers =
                [
                    CapacityOf(capacity),
                    AlarmsOf(new AlarmReconciler(host.Store, alarms)),
                    LeftAlarmsOf(new LeftAlarmReconciler(alarms)),
                    ScheduleOf(host.Store, schedule),
                ],
                Chores =
                [
                    RecordRetention.Of(
                        "application-autoscaling.retention",
                        host,
                        ApplicationAutoScalingTables.Activities,
                        activity => activity.StartedAt,
                        ActivityRecord.Life
                    ),
                ],
            }
        );
    }

    private static Controller CapacityOf(CapacityReconciler reconciler) =>
        new("application-autoscaling.capacity", reconciler)
        {
            AtStart = view =>
                view.Range(ApplicationAutoScalingTables.Capacities)
                    .Where(capacity => capacity.Wish is not null)
                    .Select(capacity => capacity.Key)
                    .Concat(
                        view.Range(ApplicationAutoScalingTables.Targets)
                            .Where(target => target.HasNewBounds)
                            .Select(target => target.Key)
                    ),
            Triggers =
            [
                Trigger.On(ApplicationAutoScalingTables.Capacities, change =>
                    change.After is { Wish: not null } ? change.Key : null
                ),
                Trigger.On(ApplicationAutoScalingTables.Targets, change =>
                    change.After is { HasNewBounds: true } ? change.Key : null
                ),
            ],
        };

    private static Controller AlarmsOf(AlarmReconciler reconciler) =>
        new("application-autoscaling.alarms", reconciler)
        {
            AtStart = view =>
                view.Range(ApplicationAutoScalingTables.Policies)
                    .Where(policy => policy.Tracking is not null)
                    .Select(policy => policy.Key),
            Triggers =
            [
                Trigger.On(ApplicationAutoScalingTables.Policies, change =>
                    change.After is { Tracking: not null } ? change.Key : null
                ),
            ],
        };

    private static Controller LeftAlarmsOf(LeftAlarmReconciler reconciler) =>
        new("application-autoscaling.left-alarms", reconciler)
        {
            AtStart = view => view.Range(ApplicationAutoScalingTables.LeftAlarms).Select(left => left.Key),
            Triggers =
            [
                Trigger.On(ApplicationAutoScalingTables.LeftAlarms, change => change.IsDelete ? null : change.Key),
            ],
        };

    private static Controller ScheduleOf(Store store, ScheduleReconciler reconciler) =>
        new("application-autoscaling.schedule", store, reconciler.Step)
        {
            AtStart = view => view.Range(ApplicationAutoScalingTables.ScheduledActions).Select(action => action.Key),
            Triggers =
            [
                Trigger.On(ApplicationAutoScalingTables.ScheduledActions, change =>
                    change.After is { NextRun: not null } ? change.Key : null
                ),
            ],
        };
}
