using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Tasks;
using Estiba.State;
using Estiba.State.Reconciling;

namespace Estiba.Ecs.Services;

/// <summary>Keeps each service at its desired count: asks for what is missing, stops what is too much, ends what is done.</summary>
/// <remarks>Holds no state. <see cref="RollingUpdate"/> decides; this writes the decision down.</remarks>
internal sealed class ServiceReconciler(Store store, EcsIds ids, TimeProvider time) : IReconciler<string>
{
    public Task<TimeSpan?> ReconcileAsync(string serviceKey, CancellationToken cancellation) =>
        store.CommitAsync(transaction => Apply(transaction, serviceKey, time.GetUtcNow()), cancellation);

    /// <summary>Takes the next step.</summary>
    /// <returns>After which time to look again: tasks are missing that may not be started yet, or a protection ends.</returns>
    internal TimeSpan? Apply(Transaction transaction, string serviceKey, DateTimeOffset now)
    {
        if (transaction.Find(EcsTables.Services, serviceKey) is not { } service || service.Status == ServiceStatus.Inactive) return null;

        var edit = new ServiceEdit(transaction, service, ids, now);
        if (service.Status == ServiceStatus.Active) ServiceDeployments.Advance(edit);

        var tasks = transaction.Where(EcsTables.Tasks, EcsTables.TasksOfService, serviceKey).ToList();
        InstanceStanding StandingOf(string instance) => InstanceStandings.Of(transaction, service.Scope, service.Cluster, instance);
        var step = RollingUpdate.NextStep(edit.Service, tasks, StandingOf, now);
        Discard(edit, step.Discard);
        Stop(edit, step);
        Start(edit, step.Start);

        // What was asked to stop on a lost instance may be gone for ever: nobody waits for it.
        var present = tasks.FindAll(task => task.IsWanted || task.ContainerInstance is not { } instance || StandingOf(instance) != InstanceStanding.Lost);
        if (service.Status == ServiceStatus.Draining) EndWhenEmpty(edit, present);
        else Settle(edit, present, step);
        edit.Save();
        return NextLook(edit.Service, tasks, step, now);
    }

    private static TimeSpan? NextLook(ServiceRecord service, List<TaskRecord> tasks, ServiceStep step, DateTimeOffset now)
    {
        var next = step.Start > 0 && service.NextStartAt > now ? service.NextStartAt : null;
        foreach (var task in tasks)
            if (task.IsWanted && task.ProtectedUntil is { } end && end > now && !(next <= end)) next = end;
        return next - now;
    }

    private static void Discard(ServiceEdit edit, IReadOnlyList<TaskRecord> tasks)
    {
        if (tasks.Count == 0) return;
        foreach (var task in tasks) edit.Transaction.Delete(EcsTables.Tasks, task.Key);
        edit.Service = edit.Service with { PlacementFailure = null };
    }

    private static void Stop(ServiceEdit edit, ServiceStep step)
    {
        var reason = $"Scaling activity initiated by (deployment {edit.Service.Primary.Id})";
        foreach (var task in step.Stop) edit.Transaction.Put(EcsTables.Tasks, TaskTransitions.RequestStop(task, TaskStopCode.ServiceSchedulerInitiated, reason, edit.Now));
        foreach (var task in step.StopUnhealthy)
        {
            edit.Say(ServiceEvents.FailedHealthChecks(task));
            edit.Transaction.Put(EcsTables.Tasks, TaskTransitions.RequestStop(task, TaskStopCode.ServiceSchedulerInitiated, "Task failed container health checks", edit.Now));
            DeploymentFailures.Count(edit, task);
        }

        if (step.Stop.Count + step.StopUnhealthy.Count > 0)
        {
            edit.Say(ServiceEvents.Stopped([.. step.StopUnhealthy, .. step.Stop]));
            edit.Service = edit.Service with { IsSteady = false };
        }
    }

    private static void Start(ServiceEdit edit, int count)
    {
        var service = edit.Service;
        if (count == 0 || service.NextStartAt > edit.Now) return;
        if (edit.Transaction.Find(EcsTables.TaskDefinitions, TaskDefinitionRecord.KeyOf(service.Scope, service.Primary.Family, service.Primary.Revision)) is not { } definition) return;
        if (edit.Transaction.Find(EcsTables.Clusters, service.ClusterKey) is not { } cluster) return;

        for (var n = 0; n < count; n++) edit.Transaction.Put(EcsTables.Tasks, NewTask.ForService(service, cluster, definition, edit.Ids, edit.Now));
        edit.Service = service with { IsSteady = false };
    }

    private static void EndWhenEmpty(ServiceEdit edit, List<TaskRecord> present)
    {
        if (present.Exists(task => !task.IsWaiting)) return;
        edit.Service = edit.Service with { Status = ServiceStatus.Inactive, DeletedAt = edit.Now };
        ServiceDeployments.Clear(edit.Transaction, edit.Service.Key);
    }

    private static void Settle(ServiceEdit edit, List<TaskRecord> present, ServiceStep step)
    {
        var alive = present.Select(task => task.StartedBy).ToHashSet();
        var kept = edit.Service.Deployments.Where((deployment, index) => index == 0 || alive.Contains(deployment.Id)).ToList();
        if (kept.Count < edit.Service.Deployments.Count) edit.Service = edit.Service with { Deployments = kept };
        if (!step.IsSettled || edit.Service.IsSteady) return;

        if (edit.Service.Primary.IsInProgress) ServiceDeployments.Complete(edit);
        edit.Say(ServiceEvents.SteadyState);
        edit.Service = edit.Service with { IsSteady = true };
    }
}
