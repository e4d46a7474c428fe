using Estiba.Contracts.Ecs;
using Estiba.Ecs;
using Estiba.Ecs.Services;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Simulation.Invariants;

/// <summary>
/// Neither scaling nor a deployment nor the balancing of zones stops a protected task before its protection ends.
/// </summary>
/// <remarks>
/// A protection is no promise to a task that fails its health checks, whose instance is lost, or whose service or task
/// set is deleted.
/// </remarks>
internal sealed class ProtectedTasksStay(World world) : Invariant(world)
{
    internal override void OnCommit(Commit commit)
    {
        var now = World.Server.Clock.GetUtcNow();
        foreach (var change in commit.Of(EcsTables.Tasks))
        {
            if (
                change
                is not {
                    Before: { IsWanted: true, IsUnhealthy: false, Service: not null } before,
                    After: { IsWanted: false, StopCode: TaskStopCode.ServiceSchedulerInitiated }
                }
            )
                continue;
            if (before.ProtectedUntil > now && MustStay(commit.View, before))
                World.Violate(
                    $"{World.History.Brief(before.Id)} of service {before.Service} was stopped, and is protected "
                        + $"for another {before.ProtectedUntil - now}"
                );
        }
    }

    private static bool MustStay(View view, TaskRecord task)
    {
        if (
            view.Find(EcsTables.Services, ServiceRecord.KeyOf(task.Scope, task.Cluster, task.Service!))
            is not { Status: "ACTIVE" } service
        )
            return false;
        if (view.Find(EcsTables.ContainerInstances, task.InstanceKey!) is not { LostAt: null } instance)
            return false;
        if (service.IsDaemon)
            return DaemonsAreOneEach.IsFor(service, instance); // a daemon leaves an instance that drains at once
        return !service.IsExternal
            || view.Find(EcsTables.ServiceRollouts, service.Key)!
                .TaskSets.Any(set => set.Id == task.StartedBy && set.Status != "DRAINING");
    }
}
