using Estiba.Contracts.Ecs;
using Estiba.Ecs.CapacityProviders;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Services;

/// <summary>
/// Writes down what a service does next: tasks that are asked for, asked to stop, or no longer wanted, and the events
/// that say so.
/// </summary>
internal static class StepExecution
{
    /// <summary>
    /// So many tasks are made in one commit at most: others, such as reports of tasks that run, do not wait for long.
    /// </summary>
    internal const int MostStarted = 1000;

    /// <summary>Does the step for a deployment, or for a task set, which has one of its own.</summary>
    internal static void Apply(ServiceEdit edit, ServiceStep step, DeploymentRecord deployment)
    {
        Discard(edit, step.Discard);
        Stop(edit, step, deployment);
        if (step.Start + step.StartOn.Count > 0)
            Start(edit, step, deployment);
    }

    private static void Discard(ServiceEdit edit, IReadOnlyList<TaskRecord> tasks)
    {
        if (tasks.Count == 0)
            return;
        foreach (var task in tasks)
            edit.Transaction.Delete(EcsTables.Tasks, task.Key);
        edit.Transaction.Delete(EcsTables.PlacementFailures, edit.Service.Key);
    }

    private static void Stop(ServiceEdit edit, ServiceStep step, DeploymentRecord deployment)
    {
        var reason =
            $"Scaling activity initiated by ({(edit.TaskSet is null ? "deployment" : "taskSet")} {deployment.Id})";
        foreach (var task in step.Stop)
            edit.Transaction.Put(
                EcsTables.Tasks,
                TaskTransitions.RequestStop(task, TaskStopCode.ServiceSchedulerInitiated, reason, edit.Now)
            );
        foreach (var task in step.StopUnhealthy)
        {
            edit.AddEvent(ServiceEvents.FailedHealthChecks(task));
            edit.Transaction.Put(
                EcsTables.Tasks,
                TaskTransitions.RequestStop(
                    task,
                    TaskStopCode.ServiceSchedulerInitiated,
                    ServiceEvents.WhyUnhealthy(task),
                    edit.Now
                )
            );
            DeploymentFailures.Count(edit, task);
        }

        List<TaskRecord> running =
        [
            .. step.StopUnhealthy,
            .. step.Stop.Where(task => task.LastStatus == TaskStatus.Running),
        ];
        var pending = step.Stop.Count + step.StopUnhealthy.Count - running.Count;
        var replaced = running.FindAll(task => task.Id == edit.Rollout.Rebalancing?.Replaced);
        running.RemoveAll(task => task.Id == edit.Rollout.Rebalancing?.Replaced);
        if (replaced is [{ AvailabilityZone: { } zone }])
            edit.AddEvent(ServiceEvents.StoppedToBalance(zone, replaced));
        if (running.Count > 0)
            edit.AddEvent(ServiceEvents.Stopped(running));
        if (pending > 0)
            edit.AddEvent(ServiceEvents.StoppedPending(pending));
        if (step.Stop.Count + step.StopUnhealthy.Count > 0)
            edit.Rollout = edit.Rollout with { IsSteady = false };
    }

    private static void Start(ServiceEdit edit, ServiceStep step, DeploymentRecord deployment)
    {
        // Tasks of the same step may have failed just now.
        if (StartBackOff.Until(edit.Rollout.Find(deployment.Id) ?? deployment, edit.Now) is not null)
            return;
        var service = ServiceAsOf(edit, deployment);
        if (
            edit.Transaction.Find(
                EcsTables.TaskDefinitions,
                TaskDefinitionRecord.KeyOf(service.Scope, deployment.Family, deployment.Revision)
            )
            is not { } definition
        )
            return;
        if (edit.Transaction.Find(EcsTables.Clusters, service.ClusterKey) is not { } cluster)
            return;

        var taskSet = edit.TaskSet is { } id ? edit.Rollout.TaskSets.First(candidate => candidate.Id == id) : null;
        var strategy =
            service.IsDaemon ? null
            : taskSet is null ? service.Settings.CapacityProviderStrategy
            : taskSet.Settings.CapacityProviderStrategy;
        var shares = strategy is null ? null : SharesOf(edit, deployment);
        var template = ServiceTask.Template(service, taskSet, deployment, cluster, definition, edit.Now);
        TaskRecord New() =>
            shares is null
                ? template.Make(edit.Ids)
                : template.Make(edit.Ids) with
                {
                    CapacityProvider = NextProvider(strategy!, shares),
                };
        List<TaskRecord> tasks =
        [
            .. Enumerable.Range(0, Math.Min(step.Start, MostStarted)).Select(_ => New()),
            .. step.StartOn.Take(MostStarted).Select(instance => New() with { OnlyInstance = instance }),
        ];
        foreach (var task in tasks)
            edit.Transaction.Put(EcsTables.Tasks, task);
        edit.IsContinued |= tasks.Count < step.Start + step.StartOn.Count;
        edit.Rollout = edit.Rollout with { IsSteady = false, Rebalancing = WithReplacement(edit, tasks[0].Id) };
    }

    /// <summary>
    /// The service as a deployment's tasks know it: what another one than the primary keeps is replaced as it was
    /// deployed.
    /// </summary>
    private static ServiceRecord ServiceAsOf(ServiceEdit edit, DeploymentRecord deployment) =>
        edit.TaskSet is not null || deployment.Id == edit.Rollout.Primary.Id
            ? edit.Service
            : ServiceRevisions.Restore(edit.Transaction, edit.Service, deployment);

    private static ZoneRebalancing? WithReplacement(ServiceEdit edit, string task) =>
        edit.Rollout.Rebalancing is { } rebalancing
        && IsWanted(edit, rebalancing.Replaced)
        && !IsWanted(edit, rebalancing.Replacement)
            ? rebalancing with
            {
                Replacement = task,
            }
            : edit.Rollout.Rebalancing;

    private static bool IsWanted(ServiceEdit edit, string? task) =>
        task is not null
        && edit.Transaction.Find(EcsTables.Tasks, $"{edit.Service.ClusterKey}/{task}") is { IsWanted: true };

    // How many tasks of the deployment each capacity provider has; those that are on their way out do not count, nor
    // does one that is being replaced in another zone: its replacement takes its share.
    private static Dictionary<string, int> SharesOf(ServiceEdit edit, DeploymentRecord deployment) =>
        edit
            .Transaction.Where(EcsTables.Tasks, EcsTables.TasksOfService, edit.Service.Key)
            .Where(task =>
                task.IsWanted && task.StartedBy == deployment.Id && task.Id != edit.Rollout.Rebalancing?.Replaced
            )
            .CountBy(task => task.CapacityProvider ?? "")
            .ToDictionary(StringComparer.Ordinal);

    private static string NextProvider(
        IReadOnlyList<CapacityProviderStrategyItem> strategy,
        Dictionary<string, int> shares
    )
    {
        var provider = CapacityStrategy.Next(strategy, name => shares.GetValueOrDefault(name));
        shares[provider] = shares.GetValueOrDefault(provider) + 1;
        return provider;
    }
}
