using Estiba.Ecs.Placement;
using Estiba.Ecs.Queries;
using Estiba.Ecs.Services.Alarms;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Services.TaskSets;
using Estiba.Ecs.Services.TrafficShifts;
using Estiba.Ecs.Tasks;
using Estiba.Hosting.Controllers;
using Estiba.State;

namespace Estiba.Ecs.Services;

/// <summary>
/// Keeps each service at its desired count: asks for what is missing, stops what is too much, ends what is done.
/// </summary>
/// <remarks>
/// Holds no state. <see cref="RollingUpdate"/>, <see cref="DaemonUpdate"/> and <see cref="TaskSetScheduling"/> decide;
/// this writes the decision down.
/// </remarks>
/// <param name="store">Where services and tasks are.</param>
/// <param name="ids">Makes the ids of what is new.</param>
/// <param name="healthyAfter">How long a task without a health check must have run before it counts as healthy.</param>
/// <param name="time">Says what time it is.</param>
internal sealed class ServiceReconciler(Store store, EcsIds ids, TimeSpan healthyAfter, TimeProvider time)
    : IReconciler<string>
{
    private readonly PreparedQueries _queries = new();

    public Task<TimeSpan?> ReconcileAsync(string serviceKey, CancellationToken cancellation)
    {
        var view = store.Current;
        if (IsAtRest(view, serviceKey))
            return Task.FromResult<TimeSpan?>(null);

        // Regular expressions are asked before everybody waits for the answer.
        if (view.Find(EcsTables.Services, serviceKey) is { } service)
            _queries.Prepare(view, service.ClusterKey, ServiceExpressions.Of(view, service));
        return store.CommitAsync(transaction => Apply(transaction, serviceKey, time.GetUtcNow()), cancellation);
    }

    /// <summary>
    /// Whether reconciling would change nothing, as far as counts can tell without walking the tasks; most of the time
    /// it is so.
    /// </summary>
    internal static bool IsAtRest(View view, string serviceKey)
    {
        if (view.Find(EcsTables.Services, serviceKey) is not { } service || service.Status == ServiceStatus.Inactive)
            return true;
        var rollout = ServiceRolloutRecord.Of(view, serviceKey);
        if (
            service is not { Status: ServiceStatus.Active, IsDaemon: false }
            || rollout is not { Rebalancing: null or { Replaced: null }, Shift: null, Deployments: [var primary] }
        )
            return false;
        if (primary.IsInProgress && (primary.FailedTasks > 0 || ServiceDeployments.HasWork(view, service, rollout)))
            return false;

        var census = ServiceCensus.Of(view, serviceKey);
        var tasks = census.Of(primary.Id);
        if (tasks.Wanted != service.DesiredCount || census.All.Wanted != tasks.Wanted || tasks.Unhealthy > 0)
            return false;
        if (
            tasks.Healthy == tasks.Wanted
            && census.All.Leaving == 0
            && (!rollout.IsSteady || rollout.Rebalancing is not null || ZoneBalance.IsUneven(view, service))
        )
            return false;
        return !view.Where(EcsTables.ContainerInstances, EcsTables.LeavingInstances, service.ClusterKey)
            .Any(instance =>
                InstanceUsage.Of(view, instance.Key).Groups.Of(new TaskGroup("service:" + service.Name)) > 0
            );
    }

    /// <summary>Takes the next step.</summary>
    /// <returns>After which time to reconcile again: not all tasks are made yet, some may not be started yet, a task
    /// comes to count as healthy, a protection or a grace period ends, or zones cannot be balanced yet.</returns>
    internal TimeSpan? Apply(Transaction transaction, string serviceKey, DateTimeOffset now)
    {
        if (
            transaction.Find(EcsTables.Services, serviceKey) is not { } service
            || service.Status == ServiceStatus.Inactive
        )
            return null;

        var edit = new ServiceEdit(transaction, service, ids, now);
        var health = new HealthCount(now, healthyAfter);
        var tasks = transaction.Where(EcsTables.Tasks, EcsTables.TasksOfService, serviceKey).ToList();
        InstanceAvailability AvailabilityOf(string instance) =>
            InstanceAvailabilities.Of(transaction, service.Scope, service.Cluster, instance);

        // What was asked to stop on a lost instance may be gone for ever: nobody waits for it.
        var present = tasks.FindAll(task =>
            task.IsWanted
            || task.ContainerInstance is not { } instance
            || AvailabilityOf(instance) != InstanceAvailability.Lost
        );
        DeploymentFailures.ResetOnceHealthy(edit, tasks, health);
        var missing = service.IsExternal
            ? TaskSetScheduling.Apply(edit, tasks, present, AvailabilityOf, health)
            : Deploy(edit, tasks, present, AvailabilityOf, health);
        if (service.Status == ServiceStatus.Draining)
            EndWhenEmpty(edit, present);
        edit.Save();
        return edit.IsContinued ? TimeSpan.Zero : UntilNext(edit, tasks, missing, health);
    }

    /// <summary>Takes the next step of a service that deploys itself.</summary>
    /// <returns>Whether it misses tasks.</returns>
    private bool Deploy(
        ServiceEdit edit,
        List<TaskRecord> tasks,
        List<TaskRecord> present,
        Func<string, InstanceAvailability> availabilityOf,
        HealthCount health
    )
    {
        if (edit.Service.Status == ServiceStatus.Active)
            ServiceDeployments.Advance(edit);
        if (edit.Rollout.Shift is { IsFirst: false })
            return DeployBeside(edit, tasks, present, availabilityOf, health);
        var step = edit.Service.IsDaemon
            ? NextDaemonStep(edit, tasks, availabilityOf, health)
            : RollingUpdate.NextStep(
                edit.Service,
                edit.Rollout,
                tasks,
                availabilityOf,
                health,
                TaskPacking.Of(edit.Transaction, edit.Service)
            );
        if (edit.Rollout.Shift is not null && !TrafficShift.IsApplied(edit.Rollout))
            step = step with { IsSettled = false };
        StepExecution.Apply(edit, step, edit.Rollout.Primary);
        ServiceEvents.ReportBlocked(edit, step.IsBlocked);
        if (edit.Service.Status == ServiceStatus.Active)
            Settle(edit, present, step, health);
        return step.Start + step.StartOn.Count > 0;
    }

    /// <summary>Takes the next step of a service whose deployment runs beside what serves, and shifts the
    /// traffic.</summary>
    /// <returns>Whether it misses tasks.</returns>
    private bool DeployBeside(
        ServiceEdit edit,
        List<TaskRecord> tasks,
        List<TaskRecord> present,
        Func<string, InstanceAvailability> availabilityOf,
        HealthCount health
    )
    {
        TrafficShift.Advance(edit, tasks, availabilityOf, health);
        var (step, serving) = TrafficShift.NextSteps(edit, tasks, present, availabilityOf, health);
        StepExecution.Apply(edit, step, edit.Rollout.Primary);
        StepExecution.Apply(edit, serving, TrafficShift.Serving(edit.Rollout) ?? edit.Rollout.Primary);
        if (edit.Service.Status == ServiceStatus.Active)
            Settle(edit, present, step, health);
        return step.Start + serving.Start > 0;
    }

    private ServiceStep NextDaemonStep(
        ServiceEdit edit,
        List<TaskRecord> tasks,
        Func<string, InstanceAvailability> availabilityOf,
        HealthCount health
    )
    {
        var instances = DaemonInstances.Of(edit.Transaction, edit.Service, edit.Rollout.Primary, _queries);
        if (instances.Count != edit.Service.DesiredCount)
            edit.Service = edit.Service with { DesiredCount = instances.Count };
        var cannotBePlaced = edit.Transaction.Find(EcsTables.PlacementFailures, edit.Service.Key) is not null;
        return DaemonUpdate.NextStep(
            edit.Service,
            edit.Rollout,
            tasks,
            instances,
            availabilityOf,
            health,
            cannotBePlaced
        );
    }

    private void Settle(ServiceEdit edit, List<TaskRecord> present, ServiceStep step, HealthCount health)
    {
        var alive = present.Select(task => task.StartedBy).ToHashSet();
        if (TrafficShift.Serving(edit.Rollout) is { } serving)
            alive.Add(serving.Id);

        // As on ECS, whoever waits for the service to be stable waits for the alarms of its deployment, too.
        if (edit.Rollout is { Primary.IsInProgress: true, LastCompleted: { } last } && AlarmMonitoring.Hold(edit))
            alive.Add(last.Id);
        var kept = edit
            .Rollout.Deployments.Where((deployment, index) => index == 0 || alive.Contains(deployment.Id))
            .ToList();
        if (kept.Count < edit.Rollout.Deployments.Count)
            edit.Rollout = edit.Rollout with { Deployments = kept };
        if (!step.IsSettled)
            return;

        if (!edit.Rollout.IsSteady)
        {
            if (edit.Rollout.Primary.IsInProgress)
            {
                if (AlarmMonitoring.HoldBaking(edit))
                    return;
                ServiceDeployments.Complete(edit);
            }

            edit.AddEvent(ServiceEvents.SteadyState);
            edit.Rollout = edit.Rollout with { IsSteady = true };
        }

        if (!edit.Service.IsDaemon)
            Balance(edit, present, health);
    }

    /// <summary>
    /// Begins to replace one task of a zone with more, if a zone with fewer has the capacity for it; one after another.
    /// </summary>
    private void Balance(ServiceEdit edit, List<TaskRecord> tasks, HealthCount health)
    {
        var (service, rebalancing, view) = (edit.Service, edit.Rollout.Rebalancing, edit.Transaction);
        if (!ZoneBalance.IsUneven(view, service))
        {
            if (rebalancing is null)
                return;
            edit.AddEvent(ServiceEvents.Balanced(ZoneBalance.Describe(view, service)));
            edit.Rollout = edit.Rollout with { Rebalancing = null };
            return;
        }

        var (task, unavailableZone) = ZoneBalance.NextToReplace(
            view,
            service,
            tasks,
            task => !task.IsProtected(edit.Now),
            health,
            _queries
        );
        if (task is not null && rebalancing?.Replaced is null)
            edit.AddEvent(ServiceEvents.NotBalanced(ZoneBalance.Describe(view, service)));
        if (unavailableZone is not null && unavailableZone != rebalancing?.UnavailableZone)
            edit.AddEvent(ServiceEvents.UnableToPlaceIn(unavailableZone));
        if (task is not null)
            edit.Rollout = edit.Rollout with { Rebalancing = new ZoneRebalancing(task.Id), IsSteady = false };
        else if (rebalancing?.Replaced is not null || unavailableZone != rebalancing?.UnavailableZone)
            edit.Rollout = edit.Rollout with
            {
                Rebalancing = unavailableZone is null ? null : new ZoneRebalancing(UnavailableZone: unavailableZone),
            };
    }

    private static void EndWhenEmpty(ServiceEdit edit, List<TaskRecord> present)
    {
        if (present.Exists(task => !task.IsWaiting))
            return;
        edit.Service = edit.Service with { Status = ServiceStatus.Inactive, DeletedAt = edit.Now };
        edit.Rollout = edit.Rollout with { TaskSets = [] };
        edit.Transaction.Delete(EcsTables.PlacementFailures, edit.Service.Key);
        ServiceDeployments.Clear(edit.Transaction, edit.Service.Key);
    }

    private static TimeSpan? UntilNext(ServiceEdit edit, List<TaskRecord> tasks, bool missing, HealthCount health)
    {
        var (service, rollout, now) = (edit.Service, edit.Rollout, edit.Now);
        var next = Earlier(
            null,
            missing ? rollout.RolledOut.Min(deployment => StartBackOff.Until(deployment, now)) : null
        );
        next = Earlier(next, TrafficShift.NextAt(service, rollout));
        next = Earlier(next, Pauses.EndAt(edit));
        if (rollout.IsSteady && ZoneBalance.IsUneven(edit.Transaction, service))
            next = Earlier(next, now + ZoneBalance.Interval);
        foreach (var task in tasks.Where(task => task.IsWanted))
        {
            next = Earlier(next, task.ProtectedUntil);
            if (task.IsUnhealthy)
                next = Earlier(next, service.GracePeriodEnd(task));
            if (!rollout.IsSteady && !health.Includes(task))
                next = Earlier(next, health.From(task));
        }

        return next - now;

        DateTimeOffset? Earlier(DateTimeOffset? first, DateTimeOffset? second) =>
            !(second > now) || first <= second ? first : second;
    }
}
