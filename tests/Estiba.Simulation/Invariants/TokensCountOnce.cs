using Estiba.Ecs;
using Estiba.State;

namespace Estiba.Simulation.Invariants;

/// <summary>A request that is repeated with its client token starts its tasks, or makes its task set, once.</summary>
internal sealed class TokensCountOnce(World world) : Invariant(world)
{
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    internal override void OnCommit(Commit commit)
    {
        foreach (
            var tokens in commit
                .Of(EcsTables.Tasks)
                .Where(change => change is { Before: null, After: { Service: null, StartedBy: not null } })
                .GroupBy(change => change.After!.StartedBy!)
        )
            if (!_used.Add(tokens.Key))
                World.Violate($"The tasks of the token {tokens.Key} were started twice");
        foreach (var change in commit.Of(EcsTables.ServiceRollouts))
            if (
                change.After is { TaskSets.Count: > 1 } rollout
                && rollout.TaskSets.DistinctBy(set => set.ExternalId).Count() < rollout.TaskSets.Count
            )
                World.Violate($"A task set of service {rollout.ServiceKey} was made twice");
    }
}
