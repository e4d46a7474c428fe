using Estiba.Contracts.Ecs;
using Estiba.Ecs;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Simulation.Invariants;

/// <summary>The tasks of a container instance never take more than it has, and no two of them the same port.</summary>
internal sealed class NoInstanceIsOverCommitted(World world) : Invariant(world)
{
    internal override void OnCommit(Commit commit)
    {
        foreach (var change in commit.Of(EcsTables.Tasks))
            if (change.After?.HeldInstance is { } instance && change.Before?.HeldInstance != instance)
                Check(commit.View, change.After.InstanceKey!, change.After);
    }

    private void Check(View view, string instanceKey, TaskRecord placed)
    {
        var instance = view.Find(EcsTables.ContainerInstances, instanceKey)!;
        var tasks = view.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instanceKey).ToList();
        var name = World.History.Brief(instance.Id);
        if (tasks.Sum(task => task.Resources.Cpu) > instance.Cpu)
            World.Violate($"The tasks of {name} take more CPU than it has");
        if (tasks.Sum(task => task.Resources.Memory) > instance.Memory)
            World.Violate($"The tasks of {name} take more memory than it has");

        foreach (var other in tasks.Where(other => other.Id != placed.Id))
        {
            var bound = other
                .Containers.SelectMany(container => container.NetworkBindings ?? [])
                .Where(binding => binding.Protocol != TransportProtocol.Udp)
                .Select(binding => binding.HostPort ?? 0);
            if (placed.Resources.Ports.Intersect(other.Resources.Ports.Concat(bound)).Any())
                World.Violate(
                    $"{World.History.Brief(placed.Id)} was placed on {name} where {World.History.Brief(other.Id)} "
                        + "has its port"
                );
        }
    }
}
