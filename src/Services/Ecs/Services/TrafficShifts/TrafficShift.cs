using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services.Alarms;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Tasks;
using Estiba.State;
using static Estiba.Contracts.Ecs.ServiceDeploymentLifecycleStage;

namespace Estiba.Ecs.Services.TrafficShifts;

/// <summary>
/// Takes a deployment of the strategies <c>BLUE_GREEN</c>, <c>LINEAR</c> and <c>CANARY</c> from stage to stage
/// ("Lifecycle stages for Amazon ECS service deployments", developer guide). Pure, but for the records that it edits.
/// </summary>
/// <remarks>
/// What serves (blue) keeps its tasks until they are cleaned up, so that going back is a change of listener rules
/// alone; from then on nobody goes back. A stage ends only when the listener rules are as it wants them and, once the
/// new revision (green) is scaled up, only while all of its tasks are healthy; and going back waits for a healthy
/// task, too: traffic is never sent where nobody answers. Beyond ECS, a revision that has failed and is not rolled
/// back leaves the traffic to what served.
/// </remarks>
internal static class TrafficShift
{
    private const double All = 100;

    private static readonly string[] Stages =
    [
        ReconcileService,
        PreScaleUp,
        ScaleUp,
        PostScaleUp,
        TestTrafficShift,
        PostTestTrafficShift,
        ProductionTrafficShift,
        PostProductionTrafficShift,
        BakeTime,
        CleanUp,
    ];

    /// <summary>Whether a service's deployments shift its traffic.</summary>
    internal static bool IsUsedBy(DeploymentConfiguration? configuration) =>
        configuration?.Strategy
            is DeploymentStrategy.BlueGreen
                or DeploymentStrategy.Linear
                or DeploymentStrategy.Canary;

    /// <summary>A shift to a new deployment, at its beginning.</summary>
    internal static TrafficShiftRecord Begin(DateTimeOffset now) => new() { Stage = ReconcileService, Since = now };

    /// <summary>The first deployment: listener rules may still share the traffic as it was for an earlier
    /// service.</summary>
    internal static TrafficShiftRecord First(DateTimeOffset now) =>
        new()
        {
            Stage = ScaleUp,
            Since = now,
            Production = All,
            Test = All,
            IsFirst = true,
        };

    /// <summary>
    /// A shift back to the deployment that served before, which gets the traffic when any of its tasks is healthy.
    /// </summary>
    internal static TrafficShiftRecord GoBack(DateTimeOffset now) =>
        new()
        {
            Stage = CleanUp,
            Since = now,
            IsRollback = true,
        };

    /// <summary>How listener rules are to share the traffic; null where nobody changes that.</summary>
    internal static TrafficShares? WantedShares(ServiceRolloutRecord rollout)
    {
        if (rollout.Shift is not { } shift || IsWaiting(shift))
            return null;
        var (production, test) =
            rollout.Primary.HasFailed && Serving(rollout) is not null ? (0, 0) : (shift.Production, shift.Test);
        double Of(double primary) => rollout.Primary.UsesAlternate ? primary : All - primary;
        return new TrafficShares(Of(production), Of(test));
    }

    /// <summary>Whether listener rules share the traffic as the deployment wants it.</summary>
    internal static bool IsApplied(ServiceRolloutRecord rollout) => rollout.Shares == WantedShares(rollout);

    /// <summary>Whether what served before is being cleaned up, so that nobody can go back to it.</summary>
    internal static bool IsPastReturn(ServiceRolloutRecord rollout) =>
        rollout is { Shift: { Stage: CleanUp, IsRollback: false }, Deployments: [{ IsInProgress: true }, ..] };

    /// <summary>
    /// Whether the new revision has all of the traffic and runs, and what served before does not any more.
    /// </summary>
    internal static bool HasTakenOver(View view, ServiceRecord service, ServiceRolloutRecord rollout)
    {
        if (
            rollout.Shift is not { Production: All, IsRollback: false, IsFirst: false }
            || rollout.LastCompleted is not { } serving
        )
            return false;
        var working = view.Where(EcsTables.Tasks, EcsTables.TasksOfService, service.Key)
            .Where(task =>
                task.IsHealthy
                && !IsLost(task, instance => InstanceAvailabilities.Of(view, service.Scope, service.Cluster, instance))
            )
            .Select(task => task.StartedBy)
            .ToHashSet(StringComparer.Ordinal);
        return working.Contains(rollout.Primary.Id) && !working.Contains(serving.Id);
    }

    /// <summary>Goes on to the stage that the deployment has come to.</summary>
    /// <param name="edit">The service.</param>
    /// <param name="tasks">All its tasks that have not stopped.</param>
    /// <param name="availabilityOf">The availability of a container instance, by id.</param>
    /// <param name="health">Which tasks count as healthy.</param>
    internal static void Advance(
        ServiceEdit edit,
        IReadOnlyList<TaskRecord> tasks,
        Func<string, InstanceAvailability> availabilityOf,
        HealthCount health
    )
    {
        Rewind(edit);
        var healthy = tasks.Where(task => health.Includes(task) && !IsLost(task, availabilityOf)).ToList();
        var own = healthy.Count(task => task.StartedBy == edit.Rollout.Primary.Id);
        if (edit.Rollout.Shift is { } back && IsWaiting(back) && (own > 0 || healthy.Count == 0))
            edit.Rollout = edit.Rollout with { Shift = back with { Production = All, Test = All } };
        var isScaled = own >= edit.Service.DesiredCount;
        while (
            edit.Rollout is { Shift: { IsRollback: false } shift, Primary.IsInProgress: true }
            && IsApplied(edit.Rollout)
            && shift.Stage != CleanUp
            && !Pauses.Hold(edit, shift.Stage)
            && edit.Rollout.Shift is not null
        )
        {
            if (!isScaled && IsFrom(ScaleUp, shift.Stage))
                return;
            if (shift.Stage == ProductionTrafficShift && shift.Production < All)
            {
                if (ShiftPace.NextShareAt(edit.Service, shift) > edit.Now)
                    return;
                Shift(edit, shift, ShiftPace.NextShare(edit.Service, shift.Production));
                continue;
            }

            if (shift.Stage == BakeTime && IsBaking(edit, shift))
                return;
            Enter(edit, Stages[Array.IndexOf(Stages, shift.Stage) + 1]);
        }
    }

    /// <summary>When a stage ends, or its next share of traffic is due; null when no time decides that.</summary>
    internal static DateTimeOffset? NextAt(ServiceRecord service, ServiceRolloutRecord rollout) =>
        rollout.Shift switch
        {
            { IsRollback: false, Stage: ProductionTrafficShift } shift => ShiftPace.NextShareAt(service, shift),
            { IsRollback: false, Stage: BakeTime } shift => shift.Since
                + ShiftPace.Bake(service.Settings.DeploymentConfiguration),
            _ => null,
        };

    /// <summary>What the service does next with the tasks of the new revision, of the one that serves, and of
    /// others.</summary>
    /// <param name="edit">The service.</param>
    /// <param name="tasks">All its tasks that have not stopped.</param>
    /// <param name="present">Those of them that somebody may wait for: not what was given up on a lost host.</param>
    /// <param name="availabilityOf">The availability of a container instance, by id.</param>
    /// <param name="health">Which tasks count as healthy.</param>
    internal static (ServiceStep New, ServiceStep Serving) NextSteps(
        ServiceEdit edit,
        IReadOnlyList<TaskRecord> tasks,
        IReadOnlyList<TaskRecord> present,
        Func<string, InstanceAvailability> availabilityOf,
        HealthCount health
    )
    {
        var (service, rollout) = (edit.Service, edit.Rollout);
        var shift = rollout.Shift!;
        var serving = Serving(rollout);
        var packing = TaskPacking.Of(edit.Transaction, service);
        List<TaskRecord> Of(DeploymentRecord? deployment) =>
            [.. tasks.Where(task => deployment is not null && task.StartedBy == deployment.Id)];
        bool IsOther(TaskRecord task) => task.StartedBy != rollout.Primary.Id && task.StartedBy != serving?.Id;
        ServiceStep Keep(DeploymentRecord deployment) =>
            RollingUpdate.NextStep(
                service,
                rollout with
                {
                    Deployments = [deployment],
                    Rebalancing = null,
                },
                Of(deployment),
                availabilityOf,
                health,
                packing
            );

        var isActive = service.Status == ServiceStatus.Active;
        var applied = (IsApplied(rollout) && !IsWaiting(shift)) || !isActive;
        var primary = IsFrom(ScaleUp, shift.Stage) ? Keep(rollout.Primary) : new ServiceStep();
        var others = tasks.Where(IsOther);
        var leaving = applied
            ? End([.. isActive ? others : others.Concat(Of(serving))], edit, availabilityOf)
            : new ServiceStep();
        var kept = serving is null || !isActive ? new ServiceStep() : Keep(serving);
        return (
            primary with
            {
                IsSettled = primary.IsSettled && applied && shift.Stage == CleanUp && !present.Any(IsOther),
            },
            kept with
            {
                Stop = [.. kept.Stop, .. leaving.Stop],
                Discard = [.. kept.Discard, .. leaving.Discard],
                IsSettled = false,
            }
        );
    }

    /// <summary>The deployment that served before this one, as long as it is kept; null where there is none, or it is
    /// gone back to.</summary>
    internal static DeploymentRecord? Serving(ServiceRolloutRecord rollout) =>
        rollout.Shift is { IsRollback: false, IsFirst: false, Stage: not CleanUp } ? rollout.LastCompleted : null;

    // Nobody knows whether one on a lost host still does what it is protected for.
    private static ServiceStep End(
        IReadOnlyList<TaskRecord> tasks,
        ServiceEdit edit,
        Func<string, InstanceAvailability> availabilityOf
    )
    {
        var wanted = tasks
            .Where(task =>
                task.IsWanted
                && (
                    edit.Service.Status != ServiceStatus.Active
                    || !task.IsProtected(edit.Now)
                    || IsLost(task, availabilityOf)
                )
            )
            .ToList();
        return new ServiceStep
        {
            Stop = wanted.FindAll(task => !task.IsWaiting),
            Discard = wanted.FindAll(task => task.IsWaiting),
        };
    }

    private static bool IsBaking(ServiceEdit edit, TrafficShiftRecord shift) =>
        edit.Now < shift.Since + ShiftPace.Bake(edit.Service.Settings.DeploymentConfiguration)
        || AlarmMonitoring.Hold(edit);

    // Until something of what is gone back to runs, the traffic stays where it is.
    private static bool IsWaiting(TrafficShiftRecord shift) => shift is { IsRollback: true, Production: < All };

    private static bool IsLost(TaskRecord task, Func<string, InstanceAvailability> availabilityOf) =>
        task.ContainerInstance is { } instance && availabilityOf(instance) == InstanceAvailability.Lost;

    /// <summary>Whether a stage is another one or comes after it.</summary>
    private static bool IsFrom(string other, string stage) =>
        Array.IndexOf(Stages, stage) >= Array.IndexOf(Stages, other);

    // What was written down before the clock was set back has not happened yet: its time begins anew.
    private static void Rewind(ServiceEdit edit)
    {
        if (edit.Rollout.Shift is not { } shift || !(shift.Since > edit.Now || shift.ProductionSince > edit.Now))
            return;
        edit.Rollout = edit.Rollout with
        {
            Shift = shift with
            {
                Since = shift.Since > edit.Now ? edit.Now : shift.Since,
                ProductionSince = shift.ProductionSince > edit.Now ? edit.Now : shift.ProductionSince,
            },
        };
    }

    private static void Enter(ServiceEdit edit, string stage)
    {
        var shift = edit.Rollout.Shift! with { Stage = stage, Since = edit.Now };
        edit.Rollout = edit.Rollout with { Shift = shift };
        switch (stage)
        {
            case TestTrafficShift when HasTestRule(edit.Service):
                edit.Rollout = edit.Rollout with { Shift = shift with { Test = All } };
                break;
            case ProductionTrafficShift:
                Shift(edit, shift, ShiftPace.NextShare(edit.Service, 0));
                break;
        }
    }

    private static void Shift(ServiceEdit edit, TrafficShiftRecord shift, double production) =>
        edit.Rollout = edit.Rollout with { Shift = shift with { Production = production, ProductionSince = edit.Now } };

    private static bool HasTestRule(ServiceRecord service) =>
        (service.Settings.LoadBalancers ?? []).Any(each => each.AdvancedConfiguration?.TestListenerRule is not null);
}
