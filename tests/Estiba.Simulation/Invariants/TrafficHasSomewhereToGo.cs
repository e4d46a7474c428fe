using Estiba.Ecs;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Simulation.Invariants;

/// <summary>
/// No decision gives all of a service's traffic to a deployment without a task that works, while another one works that
/// has had it, or that would go on having a part of it.
/// </summary>
internal sealed class TrafficHasSomewhereToGo(World world) : Invariant(world)
{
    private const double Everything = 100;

    internal override void OnCommit(Commit commit)
    {
        foreach (var change in commit.Of(EcsTables.ServiceRollouts))
            if (change is { Before: { Deployments.Count: > 0 } before, After: { Shift.IsFirst: false } after })
                Check(commit.View, before, after);
    }

    private void Check(View view, ServiceRolloutRecord before, ServiceRolloutRecord after)
    {
        if (view.Find(EcsTables.Services, after.ServiceKey) is not { Status: "ACTIVE", DesiredCount: > 0 })
            return;
        var (had, has) = (SharesOf(before), SharesOf(after));
        if (has.FirstOrDefault(share => share.Value == Everything).Key is not { } receiver)
            return;
        if (had.GetValueOrDefault(receiver) == Everything || Works(view, after, receiver))
            return;
        var goesOn = receiver == after.Primary.Id && after.Shift is { IsRollback: false, IsFirst: false };
        foreach (var (deployment, share) in had)
            if (
                deployment != receiver
                && (share == Everything || (goesOn && share > 0))
                && Works(view, after, deployment)
            )
                World.Violate(
                    $"Service {after.ServiceKey} gives all of its traffic to {receiver}, of which nothing works, and "
                        + $"{share} % went to {deployment}, which works"
                );
    }

    // Nothing is said of a rollback that waits: the traffic stays where it was.
    private static Dictionary<string, double> SharesOf(ServiceRolloutRecord rollout)
    {
        var production = rollout.Shift is { } shift && !rollout.Primary.HasFailed ? shift.Production : 0;
        return rollout switch
        {
            { Shift: null or { IsFirst: true } } => new() { [rollout.Primary.Id] = Everything },
            { Shift.IsRollback: true } => production == 0 ? [] : new() { [rollout.Primary.Id] = production },
            { LastCompleted: { } serving } => new()
            {
                [rollout.Primary.Id] = production,
                [serving.Id] = Everything - production,
            },
            _ => [],
        };
    }

    private static bool Works(View view, ServiceRolloutRecord rollout, string deployment) =>
        view.Where(EcsTables.Tasks, EcsTables.TasksOfService, rollout.ServiceKey)
            .Any(task =>
                task.StartedBy == deployment
                && task.IsHealthy
                && view.Find(EcsTables.ContainerInstances, task.InstanceKey!) is { LostAt: null }
            );
}
