using Estiba.Contracts.Ecs;
using Estiba.Simulation.Machines;

namespace Estiba.Simulation.Invariants;

/// <summary>A task that an agent has reported as stopped does not run, then or ever again.</summary>
internal sealed class StoppedIsStopped(World world) : Invariant(world)
{
    private readonly HashSet<string> _stopped = new(StringComparer.Ordinal);

    internal override void OnReport(Machine machine, SubmitTaskStateChangeRequest report)
    {
        if (report.Status != TaskStatus.Stopped)
            return;
        _stopped.Add(report.Task!);
        if (machine.Engine.Containers.Any(container => container.IsRunning && container.TaskArn == report.Task))
            World.Violate($"{World.History.Brief(report.Task)} was reported as stopped and runs on {machine.Name}");
    }

    internal override void OnContainer(Machine machine, SimulatedContainer container, string action)
    {
        if (action != "start")
            return;
        if (_stopped.Contains(container.TaskArn))
            World.Violate(
                $"{World.History.Brief(container.TaskArn)} was reported as stopped and runs again on {machine.Name}"
            );
        if (
            World.Machines.Any(other =>
                other != machine
                && other.Engine.Containers.Any(copy => copy.IsRunning && copy.TaskArn == container.TaskArn)
            )
        )
            World.Violate($"{World.History.Brief(container.TaskArn)} runs on {machine.Name} and on another machine");
    }
}
