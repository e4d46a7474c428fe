using Estiba.Agent.Tasks;
using Estiba.Ecs;
using Estiba.Ecs.Tasks;
using Estiba.Simulation.Machines;

namespace Estiba.Simulation.Invariants;

/// <summary>
/// The containers of a task that somebody stops are left alone as long as a target group sends them requests, or waits
/// for their answers. One that has not run yet is no target, but a port of its may have been another task's.
/// </summary>
internal sealed class TargetsDrainFirst(World world) : Invariant(world)
{
    internal override void OnStep(Machine machine, TaskState task, TaskStep step)
    {
        if (
            step.Kind != StepKind.StopContainer
            || task.StopReason is not null
            || World.Server.Process is not { } process
            || process.Store.Current.Find(EcsTables.Tasks, TaskNames.KeyOf(task.Arn)!)
                is not { IsStopped: false, StartedAt: not null, Targets: not null } record
        )
            return;
        foreach (var container in machine.Engine.Containers.Where(container => container.TaskArn == task.Arn))
            if (
                container.Ports.Any(port =>
                    record.Targets.Any(target =>
                        World.LoadBalancing.Has(target.TargetGroupArn, machine.Ec2Id, port.HostPort)
                    )
                )
            )
                World.Violate($"{machine.Name} stops {World.History.Brief(record.Id)}, which a target group still has");
    }
}
