using Estiba.Agent.Tasks;
using Estiba.Ecs;
using Estiba.Ecs.Tasks;
using Estiba.Simulation.Machines;

namespace Estiba.Simulation.Invariants;

/// <summary>
/// The containers of a task that somebody stops are left alone as long as a registry sends others to them, unless it
/// has refused to let the task go for a minute.
/// </summary>
internal sealed class NamesGoFirst(World world) : Invariant(world)
{
    internal override void OnStep(Machine machine, TaskState task, TaskStep step)
    {
        if (
            step.Kind != StepKind.StopContainer
            || task.StopReason is not null
            || World.Server.Process is not { } process
            || process.Store.Current.Find(EcsTables.Tasks, TaskNames.KeyOf(task.Arn)!)
                is not { IsStopped: false, StartedAt: not null, Registrations: not null } record
            || record.Registrations.Any(registration => registration.IsGivenUp)
        )
            return;
        if (World.ServiceDiscovery.Instances.ContainsKey(record.Id))
            World.Violate($"{machine.Name} stops {World.History.Brief(record.Id)}, which a registry still has");
    }
}
