using Estiba.Contracts.Ecs;
using Estiba.Ecs;
using Estiba.State;

namespace Estiba.Simulation.Invariants;

/// <summary>A deployment that was stopped is not carried on, and what the service goes back to is the deployment that completed last; tasks are started for what is deployed now and for nothing else.</summary>
internal sealed class RollbacksGoBack(World world) : Invariant(world)
{
    // By the service's key: the deployment that completed last, if it can be gone back to.
    private readonly Dictionary<string, string> completed = new(StringComparer.Ordinal);

    internal override void OnCommit(Commit commit)
    {
        foreach (var change in commit.Of(EcsTables.Services))
            if (change.Before is null || change.Before.CreatedAt != change.After?.CreatedAt) completed.Remove((change.After ?? change.Before)!.Key);
        foreach (var change in commit.Of(EcsTables.ServiceDeployments))
            if (change is { Before: { } before, After: { } after } && before.Status != after.Status) Check(commit.View, before, after);
        foreach (var change in commit.Of(EcsTables.Services)) Note(change.After);
        foreach (var change in commit.Of(EcsTables.Tasks))
            if (change is { Before: null, After: { Service: not null } task }) Check(commit.View, task);
    }

    internal override void OnRestart(View before, View after, IReadOnlyList<Change> unannounced)
    {
        foreach (var change in unannounced)
        {
            if (change.Table == EcsTables.Services)
            {
                if (before.Find(EcsTables.Services, change.Key)?.CreatedAt != after.Find(EcsTables.Services, change.Key)?.CreatedAt) completed.Remove(change.Key);
                Note(after.Find(EcsTables.Services, change.Key));
            }
            else if (change.Table == EcsTables.ServiceDeployments && after.Find(EcsTables.ServiceDeployments, change.Key) is { Status: ServiceDeploymentStatus.RollbackFailed, Rollback: not null } ended)
            {
                completed.Remove(ended.ServiceKey);
            }
        }
    }

    private void Note(ServiceRecord? service)
    {
        if (service is { Deployments: [{ RolloutState: DeploymentRolloutState.Completed } primary, ..] }) completed[service.Key] = primary.Id;
    }

    private void Check(View view, ServiceDeploymentRecord before, ServiceDeploymentRecord after)
    {
        var service = view.Find(EcsTables.Services, after.ServiceKey)!;
        World.Tell("server", $"deployment {after.Deployment[^4..]} of {service.Name} is {after.Status} {after.StatusReason}");
        if (before.FinishedAt is not null) World.Violate($"The deployment of {service.Name} was {before.Status}, and now is {after.Status}");
        var wasStopped = before.Status is ServiceDeploymentStatus.RollbackRequested or ServiceDeploymentStatus.RollbackInProgress;
        if (wasStopped && after.Status is ServiceDeploymentStatus.Successful or ServiceDeploymentStatus.InProgress) World.Violate($"The deployment of {service.Name} was {before.Status}, and now is {after.Status}");

        var target = completed.GetValueOrDefault(service.Key);
        if (after.Status == ServiceDeploymentStatus.RollbackInProgress && service.Deployments[0].Id != target) World.Violate($"Service {service.Name} goes back to {service.Deployments[0].Id}, but {target ?? "none"} completed last");
        if (after.Status == ServiceDeploymentStatus.RollbackSuccessful && service.Deployments[0].Id != target) World.Violate($"Service {service.Name} went back to {service.Deployments[0].Id}, but {target ?? "none"} completed last");
        if (after.Status != ServiceDeploymentStatus.RollbackFailed) return;

        // What could not be gone back to, nobody goes back to again.
        if (before.Status == ServiceDeploymentStatus.RollbackInProgress) completed.Remove(service.Key);
        else if (target is not null) World.Violate($"Service {service.Name} does not go back, and could to {target}");
    }

    private void Check(View view, TaskRecord task)
    {
        var service = view.Find(EcsTables.Services, ServiceRecord.KeyOf(task.Scope, task.Cluster, task.Service!))!;
        if (service.IsExternal ? service.TaskSets.Any(set => set.Id == task.StartedBy && set.Status != "DRAINING") : (service.Primary.Id == task.StartedBy && !service.Primary.HasFailed && service.Status == "ACTIVE")) return;
        World.Violate($"A task of service {service.Name} was started for {task.StartedBy}, which is not to have any more");
    }
}
