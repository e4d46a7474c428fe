using Estiba.Contracts.Ecs;
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
    /// <returns>After which time to look again: tasks are missing that may not be started yet.</returns>
    internal TimeSpan? Apply(Transaction transaction, string serviceKey, DateTimeOffset now)
    {
        if (transaction.Find(EcsTables.Services, serviceKey) is not { } service || service.Status == ServiceStatus.Inactive) return null;

        var tasks = transaction.Where(EcsTables.Tasks, EcsTables.TasksOfService, serviceKey).ToList();
        var step = RollingUpdate.NextStep(service, tasks, instance => IsDraining(transaction, service, instance));
        var updated = service;

        foreach (var task in step.Discard) transaction.Delete(EcsTables.Tasks, task.Key);
        if (step.Discard.Count > 0) updated = updated with { PlacementFailure = null };
        if (step.Stop.Count > 0)
        {
            foreach (var task in step.Stop) transaction.Put(EcsTables.Tasks, TaskTransitions.RequestStop(task, TaskStopCode.ServiceSchedulerInitiated, StopReason(service), now));
            updated = ServiceEvents.Add(transaction, updated, ids, now, ServiceEvents.Stopped(step.Stop)) with { IsSteady = false };
        }

        if (step.Start > 0 && !(service.NextStartAt > now))
        {
            var definition = transaction.Find(EcsTables.TaskDefinitions, TaskDefinitionRecord.KeyOf(service.Scope, service.Primary.Family, service.Primary.Revision));
            if (definition is not null && transaction.Find(EcsTables.Clusters, service.ClusterKey) is { } cluster)
            {
                for (var n = 0; n < step.Start; n++) transaction.Put(EcsTables.Tasks, NewTask.ForService(service, cluster, definition, ids, now));
                updated = updated with { IsSteady = false };
            }
        }

        updated = service.Status == ServiceStatus.Draining ? EndWhenEmpty(updated, tasks, now) : SettleDeployments(transaction, updated, tasks, step, now);
        if (updated != service) transaction.Put(EcsTables.Services, updated);
        return step.Start > 0 && service.NextStartAt > now ? service.NextStartAt - now : null;
    }

    private static string StopReason(ServiceRecord service) => $"Scaling activity initiated by (deployment {service.Primary.Id})";

    private static bool IsDraining(View view, ServiceRecord service, string instance) =>
        view.Find(EcsTables.ContainerInstances, ContainerInstanceRecord.KeyOf(service.Scope, service.Cluster, instance)) is { Status: ContainerInstanceStatus.Draining };

    private static ServiceRecord EndWhenEmpty(ServiceRecord service, List<TaskRecord> tasks, DateTimeOffset now) =>
        tasks.Any(task => !task.IsWaiting) ? service : service with { Status = ServiceStatus.Inactive, DeletedAt = now };

    private ServiceRecord SettleDeployments(Transaction transaction, ServiceRecord service, List<TaskRecord> tasks, ServiceStep step, DateTimeOffset now)
    {
        var alive = tasks.Select(task => task.StartedBy).ToHashSet();
        var kept = service.Deployments.Where((deployment, index) => index == 0 || alive.Contains(deployment.Id)).ToList();
        if (kept.Count < service.Deployments.Count) service = service with { Deployments = kept };
        if (!step.IsSettled || service.IsSteady) return service;

        if (service.Primary.RolloutState == DeploymentRolloutState.InProgress)
        {
            var completed = service.Primary with
            {
                RolloutState = DeploymentRolloutState.Completed,
                RolloutStateReason = $"ECS deployment {service.Primary.Id} completed.",
                UpdatedAt = now,
            };
            service = service with { Deployments = [completed, .. service.Deployments.Skip(1)] };
            service = ServiceEvents.Add(transaction, service, ids, now, ServiceEvents.DeploymentCompleted(completed.Id));
        }

        return ServiceEvents.Add(transaction, service, ids, now, ServiceEvents.SteadyState) with { IsSteady = true };
    }
}
