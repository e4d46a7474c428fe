using Estiba.Ecs;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Simulation.Invariants;

/// <summary>
/// A task goes down the stations of its life and never back, stays on its instance, and is not wanted again once it is
/// not.
/// </summary>
internal sealed class TasksNeverGoBack(World world) : Invariant(world)
{
    internal override void OnCommit(Commit commit)
    {
        foreach (var change in commit.Of(EcsTables.Tasks))
        {
            if (change is not { Before: { } before, After: { } after })
                continue;
            var name = World.History.Brief(after.Id);
            if (
                before.LastStatus != after.LastStatus
                || before.DesiredStatus != after.DesiredStatus
                || before.ContainerInstance != after.ContainerInstance
            )
                World.Tell(
                    "server",
                    $"{name} of {after.Service ?? after.Family}: {before.LastStatus} → {after.LastStatus}, wanted "
                        + $"{after.DesiredStatus}, on {World.History.Brief(after.ContainerInstance)} "
                        + $"{after.StoppedReason}"
                );
            if (TaskStatus.Order(after.LastStatus) < TaskStatus.Order(before.LastStatus))
                World.Violate($"{name} went from {before.LastStatus} back to {after.LastStatus}");
            if (before.DesiredStatus == TaskStatus.Stopped && after.DesiredStatus != TaskStatus.Stopped)
                World.Violate($"{name} was to stop and now is not");
            if (before.ContainerInstance is not null && before.ContainerInstance != after.ContainerInstance)
                World.Violate($"{name} moved to another instance");
            foreach (var (old, now) in before.Containers.Zip(after.Containers))
                if (TaskStatus.Order(now.LastStatus!) < TaskStatus.Order(old.LastStatus!))
                    World.Violate($"{now.Name} of {name} went from {old.LastStatus} back to {now.LastStatus}");
        }

        foreach (var change in commit.Of(EcsTables.ServiceEvents))
            if (change.After is { } said)
                World.Tell("server", $"{said.Message}");
    }
}
