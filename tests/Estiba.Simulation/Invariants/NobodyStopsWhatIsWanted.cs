using Estiba.Agent.Tasks;
using Estiba.Ecs;
using Estiba.Ecs.Tasks;
using Estiba.Simulation.Machines;

namespace Estiba.Simulation.Invariants;

/// <summary>
/// An agent stops a container only when its task was to stop, or has ended by itself; being cut off from the server is
/// no reason.
/// </summary>
internal sealed class NobodyStopsWhatIsWanted(World world) : Invariant(world)
{
    internal override void OnStep(Machine machine, TaskState task, TaskStep step)
    {
        if (
            step.Kind != StepKind.StopContainer
            || task.StopReason is not null
            || World.Server.Process is not { } process
        )
            return;
        if (process.Store.Current.Find(EcsTables.Tasks, TaskNames.KeyOf(task.Arn)!) is { IsWanted: true } wanted)
            World.Violate($"{machine.Name} stops {World.History.Brief(wanted.Id)}, which is wanted");
    }
}
