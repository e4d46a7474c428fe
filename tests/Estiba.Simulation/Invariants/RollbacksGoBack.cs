using Estiba.Contracts.Ecs;
using Estiba.Ecs;
using Estiba.Ecs.Services;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Simulation.Invariants;

/// <summary>
/// A deployment that was stopped is not carried on, and what the service goes back to is the deployment that completed
/// last; tasks are started for what is deployed now and for nothing else.
/// </summary>
internal sealed class RollbacksGoBack(World world) : Invariant(world)
{
    // By the service's key: the deployment that completed last, if it can be gone back to.
    private readonly Dictionary<string, string> _completed = new(StringComparer.Ordinal);

    internal override void OnCommit(Commit commit)
    {
        foreach (var change in commit.Of(EcsTables.Services))
            if (change.Before is null || change.Before.CreatedAt != change.After?.CreatedAt)
                _completed.Remove((change.After ?? change.Before)!.Key);
        foreach (var change in commit.Of(EcsTables.ServiceDeployments))
            if (change is { Before: { } before, After: { } after } && before.Status != after.Status)
                Check(commit.View, before, after);
        foreach (var change in commit.Of(EcsTables.ServiceRollouts))
            Note(change.Before, change.After);
        foreach (var change in commit.Of(EcsTables.Tasks))
            if (change is { Before: null, After: { Service: not null } task })
                Check(commit.View, task);
    }

    internal override void OnRestart(View before, View after, IReadOnlyList<Change> unannounced)
    {
        foreach (var change in unannounced)
        {
            if (change.Table == EcsTables.Services)
            {
                if (
                    before.Find(EcsTables.Services, change.Key)?.CreatedAt
                    != after.Find(EcsTables.Services, change.Key)?.CreatedAt
                )
                    _completed.Remove(change.Key);
            }
            else if (change.Table == EcsTables.ServiceRollouts)
            {
                Note(
                    before.Find(EcsTables.ServiceRollouts, change.Key),
                    after.Find(EcsTables.ServiceRollouts, change.Key)
                );
            }
            else if (
                change.Table == EcsTables.ServiceDeployments
                && after.Find(EcsTables.ServiceDeployments, change.Key)
                    is { Status: ServiceDeploymentStatus.RollbackFailed, Rollback: not null } ended
            )
            {
                _completed.Remove(ended.ServiceKey);
            }
        }
    }

    private void Note(ServiceRolloutRecord? before, ServiceRolloutRecord? after)
    {
        if (after?.Deployments.FirstOrDefault(IsNewlyCompleted) is { } completed)
            _completed[after.ServiceKey] = completed.Id;
        // One that was stopped when it had all of the traffic serves from then on, if nothing else can.
        else if (
            before is { Shift: { Production: 100, IsRollback: false, IsFirst: false }, Primary: var stopped }
            && after?.Primary.Id != stopped.Id
            && after?.LastCompleted?.Id == stopped.Id
        )
            _completed[after.ServiceKey] = stopped.Id;

        bool IsNewlyCompleted(DeploymentRecord deployment) =>
            deployment.RolloutState == DeploymentRolloutState.Completed
            && before?.Deployments.FirstOrDefault(known => known.Id == deployment.Id)?.RolloutState
                != DeploymentRolloutState.Completed;
    }

    private void Check(View view, ServiceDeploymentRecord before, ServiceDeploymentRecord after)
    {
        var service = view.Find(EcsTables.Services, after.ServiceKey)!;
        var primary = view.Find(EcsTables.ServiceRollouts, after.ServiceKey)!.Primary;
        World.Tell(
            "server",
            $"deployment {after.Deployment[^4..]} of {service.Name} is {after.Status} {after.StatusReason}"
        );
        if (before.FinishedAt is not null)
            World.Violate($"The deployment of {service.Name} was {before.Status}, and now is {after.Status}");
        var wasStopped =
            before.Status is ServiceDeploymentStatus.RollbackRequested or ServiceDeploymentStatus.RollbackInProgress;
        if (wasStopped && after.Status is ServiceDeploymentStatus.Successful or ServiceDeploymentStatus.InProgress)
            World.Violate($"The deployment of {service.Name} was {before.Status}, and now is {after.Status}");

        var target = _completed.GetValueOrDefault(service.Key);
        if (after.Status == ServiceDeploymentStatus.RollbackInProgress && primary.Id != target)
            World.Violate($"Service {service.Name} goes back to {primary.Id}, but {target ?? "none"} completed last");
        if (after.Status == ServiceDeploymentStatus.RollbackSuccessful && primary.Id != target)
            World.Violate($"Service {service.Name} went back to {primary.Id}, but {target ?? "none"} completed last");
        if (after.Status != ServiceDeploymentStatus.RollbackFailed)
            return;

        // What could not be gone back to, nobody goes back to again.
        if (before.Status == ServiceDeploymentStatus.RollbackInProgress)
            _completed.Remove(service.Key);
        else if (target is not null)
            World.Violate($"Service {service.Name} does not go back, and could to {target}");
    }

    // What serves is kept until it is cleaned up.
    private static bool IsStarted(ServiceRolloutRecord rollout, string deployment) =>
        rollout.Primary.Id == deployment
            ? !rollout.Primary.HasFailed
            : rollout.LastCompleted?.Id == deployment
                && rollout.Shift is { IsRollback: false, Stage: not ServiceDeploymentLifecycleStage.CleanUp };

    private void Check(View view, TaskRecord task)
    {
        var service = view.Find(EcsTables.Services, ServiceRecord.KeyOf(task.Scope, task.Cluster, task.Service!))!;
        var rollout = view.Find(EcsTables.ServiceRollouts, service.Key)!;
        if (
            service.IsExternal
                ? rollout.TaskSets.Any(set => set.Id == task.StartedBy && set.Status != "DRAINING")
                : service.Status == "ACTIVE" && IsStarted(rollout, task.StartedBy!)
        )
            return;
        World.Violate(
            $"A task of service {service.Name} was started for {task.StartedBy}, which is not to have any more"
        );
    }
}
