using Estiba.Ecs.Scheduling;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Services.TaskSets;
using Estiba.State;
using Estiba.State.Reconciling;

namespace Estiba.Ecs.Services;

/// <summary>Keeps each service at its desired count: asks for what is missing, stops what is too much, ends what is done.</summary>
/// <remarks>Holds no state. <see cref="RollingUpdate"/>, <see cref="DaemonUpdate"/> and <see cref="TaskSetScheduling"/> decide; this writes the decision down.</remarks>
internal sealed class ServiceReconciler(Store store, EcsIds ids, TimeProvider time) : IReconciler<string>
{
    public Task<TimeSpan?> ReconcileAsync(string serviceKey, CancellationToken cancellation) =>
        IsAtRest(store.Current, serviceKey)
            ? Task.FromResult<TimeSpan?>(null)
            : store.CommitAsync(transaction => Apply(transaction, serviceKey, time.GetUtcNow()), cancellation);

    /// <summary>Whether a look would change nothing, as far as counts can tell without walking the tasks; most looks at a service find it so.</summary>
    internal static bool IsAtRest(View view, string serviceKey)
    {
        if (view.Find(EcsTables.Services, serviceKey) is not { } service || service.Status == ServiceStatus.Inactive) return true;
        if (service is not { Status: ServiceStatus.Active, IsDaemon: false, Moving: null, Deployments: [var primary] }) return false;
        if (primary.IsInProgress && ServiceDeployments.HasWork(view, service)) return false;

        var census = ServiceCensus.Of(view, serviceKey);
        var tasks = census.Of(primary.Id);
        if (tasks.Wanted != service.DesiredCount || census.All.Wanted != tasks.Wanted || tasks.Unhealthy > 0) return false;
        if (tasks.Healthy == tasks.Wanted && census.All.Leaving == 0 && (!service.IsSteady || service.FullZone is not null || ZoneBalance.IsUneven(view, service))) return false;
        return !view.Where(EcsTables.ContainerInstances, EcsTables.LeavingInstances, service.ClusterKey)
            .Any(instance => InstanceUsage.Of(view, instance.Key).Groups.Of(new TaskGroup("service:" + service.Name)) > 0);
    }

    /// <summary>Takes the next step.</summary>
    /// <returns>After which time to look again: tasks are missing that may not be started yet, a protection or a grace period ends, or zones cannot be balanced yet.</returns>
    internal TimeSpan? Apply(Transaction transaction, string serviceKey, DateTimeOffset now)
    {
        if (transaction.Find(EcsTables.Services, serviceKey) is not { } service || service.Status == ServiceStatus.Inactive) return null;

        var edit = new ServiceEdit(transaction, service, ids, now);
        var tasks = transaction.Where(EcsTables.Tasks, EcsTables.TasksOfService, serviceKey).ToList();
        InstanceStanding StandingOf(string instance) => InstanceStandings.Of(transaction, service.Scope, service.Cluster, instance);

        // What was asked to stop on a lost instance may be gone for ever: nobody waits for it.
        var present = tasks.FindAll(task => task.IsWanted || task.ContainerInstance is not { } instance || StandingOf(instance) != InstanceStanding.Lost);
        var missing = service.IsExternal ? TaskSetScheduling.Apply(edit, tasks, StandingOf) : Deploy(edit, tasks, present, StandingOf);
        if (service.Status == ServiceStatus.Draining) EndWhenEmpty(edit, present);
        edit.Save();
        return NextLook(edit, tasks, missing);
    }

    /// <summary>Takes the next step of a service that deploys itself.</summary>
    /// <returns>Whether it misses tasks.</returns>
    private static bool Deploy(ServiceEdit edit, List<TaskRecord> tasks, List<TaskRecord> present, Func<string, InstanceStanding> standingOf)
    {
        if (edit.Service.Status == ServiceStatus.Active) ServiceDeployments.Advance(edit);
        var step = edit.Service.IsDaemon ? NextDaemonStep(edit, tasks, standingOf) : RollingUpdate.NextStep(edit.Service, tasks, standingOf, edit.Now, TaskPacking.Of(edit.Transaction, edit.Service));
        StepExecution.Apply(edit, step, edit.Service.Primary);
        if (step.IsBlocked && !edit.Service.IsBlocked) edit.Say(ServiceEvents.Blocked);
        if (step.IsBlocked != edit.Service.IsBlocked) edit.Service = edit.Service with { IsBlocked = step.IsBlocked };
        if (edit.Service.Status == ServiceStatus.Active) Settle(edit, present, step);
        return step.Start + step.StartOn.Count > 0;
    }

    private static ServiceStep NextDaemonStep(ServiceEdit edit, List<TaskRecord> tasks, Func<string, InstanceStanding> standingOf)
    {
        var instances = DaemonInstances.Of(edit.Transaction, edit.Service);
        if (instances.Count != edit.Service.DesiredCount) edit.Service = edit.Service with { DesiredCount = instances.Count };
        return DaemonUpdate.NextStep(edit.Service, tasks, instances, standingOf, edit.Now);
    }

    private static void Settle(ServiceEdit edit, List<TaskRecord> present, ServiceStep step)
    {
        var alive = present.Select(task => task.StartedBy).ToHashSet();
        var kept = edit.Service.Deployments.Where((deployment, index) => index == 0 || alive.Contains(deployment.Id)).ToList();
        if (kept.Count < edit.Service.Deployments.Count) edit.Service = edit.Service with { Deployments = kept };
        if (!step.IsSettled) return;

        if (!edit.Service.IsSteady)
        {
            if (edit.Service.Primary.IsInProgress) ServiceDeployments.Complete(edit);
            edit.Say(ServiceEvents.SteadyState);
            edit.Service = edit.Service with { IsSteady = true };
        }

        if (!edit.Service.IsDaemon) Balance(edit, present);
    }

    /// <summary>Begins to replace one task of a zone with more, if there is room for it in a zone with fewer; one after another.</summary>
    private static void Balance(ServiceEdit edit, List<TaskRecord> tasks)
    {
        var (service, view) = (edit.Service, edit.Transaction);
        if (!ZoneBalance.IsUneven(view, service))
        {
            if (service is { Moving: null, FullZone: null }) return;
            edit.Say(ServiceEvents.Balanced(ZoneBalance.Describe(view, service)));
            edit.Service = edit.Service with { Moving = null, Successor = null, FullZone = null };
            return;
        }

        var (task, fullZone) = ZoneBalance.NextToMove(view, service, tasks, task => !task.IsProtected(edit.Now));
        if (task is not null && service.Moving is null) edit.Say(ServiceEvents.NotBalanced(ZoneBalance.Describe(view, service)));
        if (fullZone is not null && fullZone != service.FullZone) edit.Say(ServiceEvents.UnableToPlaceIn(fullZone));
        if (task is not null) edit.Service = edit.Service with { Moving = task.Id, Successor = null, FullZone = null, IsSteady = false };
        else if (service.Moving is not null || fullZone != service.FullZone) edit.Service = edit.Service with { Moving = null, Successor = null, FullZone = fullZone };
    }

    private static void EndWhenEmpty(ServiceEdit edit, List<TaskRecord> present)
    {
        if (present.Exists(task => !task.IsWaiting)) return;
        edit.Service = edit.Service with { Status = ServiceStatus.Inactive, DeletedAt = edit.Now, TaskSets = [] };
        ServiceDeployments.Clear(edit.Transaction, edit.Service.Key);
    }

    private static TimeSpan? NextLook(ServiceEdit edit, List<TaskRecord> tasks, bool missing)
    {
        var (service, now) = (edit.Service, edit.Now);
        var next = Earlier(null, missing ? StartBackOff.Until(service, now) : null);
        if (service.IsSteady && ZoneBalance.IsUneven(edit.Transaction, service)) next = Earlier(next, now + ZoneBalance.Interval);
        foreach (var task in tasks.Where(task => task.IsWanted))
        {
            next = Earlier(next, task.ProtectedUntil);
            if (task.IsUnhealthy) next = Earlier(next, service.GraceEnd(task));
        }

        return next - now;

        DateTimeOffset? Earlier(DateTimeOffset? first, DateTimeOffset? second) => !(second > now) || first <= second ? first : second;
    }
}
