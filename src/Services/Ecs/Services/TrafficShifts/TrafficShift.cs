using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Tasks;
using static Estiba.Contracts.Ecs.ServiceDeploymentLifecycleStage;

namespace Estiba.Ecs.Services.TrafficShifts;

/// <summary>
/// Takes a deployment of the strategies <c>BLUE_GREEN</c>, <c>LINEAR</c> and <c>CANARY</c> from stage to stage
/// ("Lifecycle stages for Amazon ECS service deployments", developer guide). Pure, but for the records that it edits.
/// </summary>
/// <remarks>
/// What serves (blue) keeps its tasks until the end, so that going back is a change of listener rules alone. A stage
/// ends only when the listener rules are as it wants them.
/// </remarks>
internal static class TrafficShift
{
    private const double DefaultCanaryPercent = 5;
    private const int DefaultCanaryBakeMinutes = 10;
    private const double DefaultStepPercent = 10;
    private const int DefaultStepBakeMinutes = 6;
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

    /// <summary>A shift back to the deployment that served before.</summary>
    internal static TrafficShiftRecord GoBack(DateTimeOffset now) =>
        new()
        {
            Stage = CleanUp,
            Since = now,
            Production = All,
            Test = All,
            IsRollback = true,
        };

    /// <summary>How listener rules are to share the traffic; null where nobody changes that.</summary>
    internal static TrafficShares? WantedShares(ServiceRolloutRecord rollout)
    {
        if (rollout.Shift is not { } shift)
            return null;
        double Of(double primary) => rollout.Primary.UsesAlternate ? primary : All - primary;
        return new TrafficShares(Of(shift.Production), Of(shift.Test));
    }

    /// <summary>Goes on to the stage that the deployment has come to.</summary>
    internal static void Advance(ServiceEdit edit, IReadOnlyList<TaskRecord> tasks, HealthCount health)
    {
        while (
            edit.Rollout is { Shift: { IsRollback: false } shift, Primary.IsInProgress: true }
            && edit.Rollout.Shares == WantedShares(edit.Rollout)
            && shift.Stage != CleanUp
            && !Pauses.Hold(edit, shift.Stage)
            && edit.Rollout.Shift is not null
        )
        {
            if (shift.Stage == ProductionTrafficShift && shift.Production < All)
            {
                if (NextShareAt(edit.Service, shift) > edit.Now)
                    return;
                Shift(edit, shift, NextShare(edit.Service, shift.Production));
                continue;
            }

            if (!IsOver(edit, shift, tasks, health))
                return;
            Enter(edit, Stages[Array.IndexOf(Stages, shift.Stage) + 1]);
        }
    }

    /// <summary>When a stage ends, or its next share of traffic is due; null when no time decides that.</summary>
    internal static DateTimeOffset? NextAt(ServiceRecord service, ServiceRolloutRecord rollout) =>
        rollout.Shift switch
        {
            { IsRollback: false, Stage: ProductionTrafficShift } shift => NextShareAt(service, shift),
            { IsRollback: false, Stage: BakeTime } shift => shift.Since + Bake(service),
            _ => null,
        };

    /// <summary>What the service does next with the tasks of the new revision, of the one that serves, and of
    /// others.</summary>
    internal static (ServiceStep New, ServiceStep Serving) NextSteps(
        ServiceEdit edit,
        IReadOnlyList<TaskRecord> tasks,
        Func<string, InstanceStanding> standingOf,
        HealthCount health
    )
    {
        var (service, rollout) = (edit.Service, edit.Rollout);
        var shift = rollout.Shift!;
        var serving = Serving(rollout);
        var packing = TaskPacking.Of(edit.Transaction, service);
        List<TaskRecord> Of(DeploymentRecord? deployment) =>
            [.. tasks.Where(task => deployment is not null && task.StartedBy == deployment.Id)];
        ServiceStep Keep(DeploymentRecord deployment) =>
            RollingUpdate.NextStep(
                service,
                rollout with
                {
                    Deployments = [deployment],
                    Rebalancing = null,
                },
                Of(deployment),
                standingOf,
                health,
                packing
            );

        var isActive = service.Status == ServiceStatus.Active;
        var applied = rollout.Shares == WantedShares(rollout) || !isActive;
        var isScaled = Array.IndexOf(Stages, shift.Stage) >= Array.IndexOf(Stages, ScaleUp);
        var primary = isScaled ? Keep(rollout.Primary) : new ServiceStep();
        var others = tasks
            .Where(task => task.StartedBy != rollout.Primary.Id && task.StartedBy != serving?.Id)
            .ToList();
        var old = shift.Stage == CleanUp || !isActive ? [.. others, .. Of(serving)] : others;
        var leaving = applied ? End(old, edit) : new ServiceStep();
        var kept = serving is null || shift.Stage == CleanUp || !isActive ? new ServiceStep() : Keep(serving);
        return (
            primary with
            {
                IsSettled =
                    primary.IsSettled && applied && shift.Stage == CleanUp && others.Count + Of(serving).Count == 0,
            },
            kept with
            {
                Stop = [.. kept.Stop, .. leaving.Stop],
                Discard = [.. kept.Discard, .. leaving.Discard],
                IsSettled = false,
            }
        );
    }

    /// <summary>The deployment that served before this one; null where there is none, or it is gone back to.</summary>
    internal static DeploymentRecord? Serving(ServiceRolloutRecord rollout) =>
        rollout.Shift is { IsRollback: false } ? rollout.LastCompleted : null;

    private static ServiceStep End(IReadOnlyList<TaskRecord> tasks, ServiceEdit edit)
    {
        var wanted = tasks
            .Where(task =>
                task.IsWanted && (edit.Service.Status != ServiceStatus.Active || !task.IsProtected(edit.Now))
            )
            .ToList();
        return new ServiceStep
        {
            Stop = wanted.FindAll(task => !task.IsWaiting),
            Discard = wanted.FindAll(task => task.IsWaiting),
        };
    }

    private static bool IsOver(
        ServiceEdit edit,
        TrafficShiftRecord shift,
        IReadOnlyList<TaskRecord> tasks,
        HealthCount health
    ) =>
        shift.Stage switch
        {
            ScaleUp => tasks.Count(task => task.StartedBy == edit.Rollout.Primary.Id && health.Includes(task))
                >= edit.Service.DesiredCount,
            BakeTime => edit.Now >= shift.Since + Bake(edit.Service),
            _ => true,
        };

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
                Shift(edit, shift, NextShare(edit.Service, 0));
                break;
        }
    }

    private static void Shift(ServiceEdit edit, TrafficShiftRecord shift, double production) =>
        edit.Rollout = edit.Rollout with { Shift = shift with { Production = production, ProductionSince = edit.Now } };

    private static double NextShare(ServiceRecord service, double share) =>
        service.Settings.DeploymentConfiguration switch
        {
            { Strategy: DeploymentStrategy.Canary } canary when share == 0 => canary.CanaryConfiguration?.CanaryPercent
                ?? DefaultCanaryPercent,
            { Strategy: DeploymentStrategy.Linear } linear => Math.Min(
                All,
                share + (linear.LinearConfiguration?.StepPercent ?? DefaultStepPercent)
            ),
            _ => All,
        };

    private static DateTimeOffset? NextShareAt(ServiceRecord service, TrafficShiftRecord shift) =>
        shift.ProductionSince
        + TimeSpan.FromMinutes(
            service.Settings.DeploymentConfiguration switch
            {
                { Strategy: DeploymentStrategy.Canary } canary => canary.CanaryConfiguration?.CanaryBakeTimeInMinutes
                    ?? DefaultCanaryBakeMinutes,
                { Strategy: DeploymentStrategy.Linear } linear => linear.LinearConfiguration?.StepBakeTimeInMinutes
                    ?? DefaultStepBakeMinutes,
                _ => 0,
            }
        );

    private static TimeSpan Bake(ServiceRecord service) =>
        TimeSpan.FromMinutes(service.Settings.DeploymentConfiguration?.BakeTimeInMinutes ?? 0);

    private static bool HasTestRule(ServiceRecord service) =>
        (service.Settings.LoadBalancers ?? []).Any(each => each.AdvancedConfiguration?.TestListenerRule is not null);
}
