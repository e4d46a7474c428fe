using Estiba.Contracts.Ecs;
using Estiba.Ecs.CapacityProviders;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Services;

/// <summary>Writes down what a service does next: tasks that are asked for, asked to stop, or no longer wanted, and the events that say so.</summary>
internal static class StepExecution
{
    /// <summary>Does the step for a deployment, or for a task set, which has one of its own.</summary>
    internal static void Apply(ServiceEdit edit, ServiceStep step, DeploymentRecord deployment)
    {
        Discard(edit, step.Discard);
        Stop(edit, step, deployment);
        if (step.Start + step.StartOn.Count > 0) Start(edit, step, deployment);
    }

    private static void Discard(ServiceEdit edit, IReadOnlyList<TaskRecord> tasks)
    {
        if (tasks.Count == 0) return;
        foreach (var task in tasks) edit.Transaction.Delete(EcsTables.Tasks, task.Key);
        edit.Service = edit.Service with { PlacementFailure = null };
    }

    private static void Stop(ServiceEdit edit, ServiceStep step, DeploymentRecord deployment)
    {
        var reason = $"Scaling activity initiated by ({(edit.TaskSet is null ? "deployment" : "taskSet")} {deployment.Id})";
        foreach (var task in step.Stop) edit.Transaction.Put(EcsTables.Tasks, TaskTransitions.RequestStop(task, TaskStopCode.ServiceSchedulerInitiated, reason, edit.Now));
        foreach (var task in step.StopUnhealthy)
        {
            edit.Say(ServiceEvents.FailedHealthChecks(task));
            edit.Transaction.Put(EcsTables.Tasks, TaskTransitions.RequestStop(task, TaskStopCode.ServiceSchedulerInitiated, "Task failed container health checks", edit.Now));
            DeploymentFailures.Count(edit, task);
        }

        List<TaskRecord> running = [.. step.StopUnhealthy, .. step.Stop.Where(task => task.LastStatus == TaskStatus.Running)];
        var pending = step.Stop.Count + step.StopUnhealthy.Count - running.Count;
        var moved = running.FindAll(task => task.Id == edit.Service.Moving);
        running.RemoveAll(task => task.Id == edit.Service.Moving);
        if (moved is [{ AvailabilityZone: { } zone }]) edit.Say(ServiceEvents.StoppedToBalance(zone, moved));
        if (running.Count > 0) edit.Say(ServiceEvents.Stopped(running));
        if (pending > 0) edit.Say(ServiceEvents.StoppedPending(pending));
        if (step.Stop.Count + step.StopUnhealthy.Count > 0) edit.Service = edit.Service with { IsSteady = false };
    }

    private static void Start(ServiceEdit edit, ServiceStep step, DeploymentRecord deployment)
    {
        var service = edit.Service;
        if (StartBackOff.Until(service, edit.Now) is not null) return;
        if (edit.Transaction.Find(EcsTables.TaskDefinitions, TaskDefinitionRecord.KeyOf(service.Scope, deployment.Family, deployment.Revision)) is not { } definition) return;
        if (edit.Transaction.Find(EcsTables.Clusters, service.ClusterKey) is not { } cluster) return;

        var strategy = edit.TaskSet is { } set ? service.TaskSets.First(candidate => candidate.Id == set).Settings.CapacityProviderStrategy : service.Settings.CapacityProviderStrategy;
        var shares = strategy is null ? null : SharesOf(edit, deployment);
        TaskRecord New() => NewTask.ForService(service, deployment.Id, cluster, definition, edit.Ids, edit.Now) with { CapacityProvider = shares is null ? null : NextProvider(strategy!, shares) };
        List<TaskRecord> tasks = [.. Enumerable.Range(0, step.Start).Select(_ => New()), .. step.StartOn.Select(instance => New() with { OnlyInstance = instance })];
        var successor = IsWanted(edit, service.Moving) && !IsWanted(edit, service.Successor) ? tasks[0].Id : service.Successor;
        foreach (var task in tasks) edit.Transaction.Put(EcsTables.Tasks, task);
        edit.Service = service with { IsSteady = false, Successor = successor };
    }

    private static bool IsWanted(ServiceEdit edit, string? task) =>
        task is not null && edit.Transaction.Find(EcsTables.Tasks, $"{edit.Service.ClusterKey}/{task}") is { IsWanted: true };

    // How many tasks of the deployment each capacity provider has; those that are on their way out do not count, nor does one that moves to another zone: its successor takes its share.
    private static Dictionary<string, int> SharesOf(ServiceEdit edit, DeploymentRecord deployment) => edit.Transaction
        .Where(EcsTables.Tasks, EcsTables.TasksOfService, edit.Service.Key)
        .Where(task => task.IsWanted && task.StartedBy == deployment.Id && task.Id != edit.Service.Moving)
        .CountBy(task => task.CapacityProvider ?? "")
        .ToDictionary(StringComparer.Ordinal);

    private static string NextProvider(IReadOnlyList<CapacityProviderStrategyItem> strategy, Dictionary<string, int> shares)
    {
        var provider = CapacityStrategy.Next(strategy, name => shares.GetValueOrDefault(name));
        shares[provider] = shares.GetValueOrDefault(provider) + 1;
        return provider;
    }
}
