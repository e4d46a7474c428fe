using Estiba.Contracts.Ecs;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Placement;
using Estiba.Ecs.Services;
using Estiba.Ecs.TaskDefinitions;
using Estiba.State;

namespace Estiba.Ecs.Scheduling;

/// <summary>
/// What is known after a pass over a cluster: which lots of waiting tasks there are that no instance can have, so that
/// the next pass asks only instances which have changed since. Nothing is lost with it but that knowledge.
/// </summary>
/// <remarks>
/// It never changes: a pass finds out the next one, which counts only when what the pass has decided is committed.
/// </remarks>
internal sealed class BlockedLots
{
    /// <summary>What is known before the first pass.</summary>
    internal static readonly BlockedLots None = new([], new(StringComparer.Ordinal), new(StringComparer.Ordinal));

    private readonly Dictionary<(string Service, PlacementLot Lot), Blocked> _blocked;
    private readonly Dictionary<string, (ContainerInstanceRecord Instance, InstanceUsage Usage)> _seen;
    private readonly HashSet<string> _placedOn;

    private BlockedLots(
        Dictionary<(string Service, PlacementLot Lot), Blocked> blocked,
        Dictionary<string, (ContainerInstanceRecord Instance, InstanceUsage Usage)> seen,
        HashSet<string> placedOn
    ) => (_blocked, _seen, _placedOn) = (blocked, seen, placedOn);

    /// <summary>How many lots are known to be blocked.</summary>
    internal int Count => _blocked.Count;

    /// <summary>Begins a pass: finds out which instances have changed since the last one.</summary>
    internal Search Begin(PlacementPass pass) => new(this, pass);

    /// <summary>
    /// One pass, which asks about the lots that it meets. Of lots that it does not meet nothing is known afterwards:
    /// what changed before the pass is not known to the next one.
    /// </summary>
    internal sealed class Search
    {
        private readonly BlockedLots _known;
        private readonly PlacementPass _pass;
        private readonly Dictionary<(string Service, PlacementLot Lot), Blocked> _found = [];
        private readonly List<InstanceCapacity> _changed = [];
        private readonly List<InstanceCapacity> _placedOnBefore = [];
        private readonly bool _isAnyGone;

        internal Search(BlockedLots known, PlacementPass pass)
        {
            (_known, _pass) = (known, pass);
            if (known._blocked.Count == 0)
                return;
            var present = 0;
            foreach (var capacity in pass.Instances)
            {
                var isKnown = known._seen.TryGetValue(capacity.Instance.Id, out var seen);
                if (isKnown)
                    present++;
                if (
                    !isKnown
                    || !ReferenceEquals(seen.Instance, capacity.Instance)
                    || !ReferenceEquals(seen.Usage, capacity.Usage)
                )
                    _changed.Add(capacity);
                else if (known._placedOn.Contains(capacity.Instance.Id))
                    _placedOnBefore.Add(capacity);
            }

            _isAnyGone = present < known._seen.Count;
        }

        /// <summary>Why the tasks of a lot still cannot be placed; null when that is not known.</summary>
        internal PlacementFailure? Find(ServiceRecord service, TaskDefinitionRecord definition, PlacementLot lot)
        {
            if (
                !_known._blocked.TryGetValue((service.Key, lot), out var blocked)
                || !ReferenceEquals(blocked.Settings, service.Settings)
                || !ReferenceEquals(blocked.Definition, definition)
                || StillBlocked(blocked) is not { } still
            )
                return null;
            _found[(service.Key, lot)] = still;
            return still.Failure;
        }

        /// <summary>No instance can have the tasks of a lot.</summary>
        /// <returns>Why.</returns>
        internal PlacementFailure Add(
            ServiceRecord service,
            TaskDefinitionRecord definition,
            PlacementLot lot,
            PlacementDemand demand
        )
        {
            var blocked = new Blocked(service.Settings, definition, demand, _pass.Closest(demand));
            _found[(service.Key, lot)] = blocked;
            return blocked.Failure;
        }

        /// <summary>What is known when the decisions of the pass are in the state.</summary>
        /// <param name="view">The state with them.</param>
        /// <param name="placedOn">The ids of the instances that tasks were placed on.</param>
        internal BlockedLots End(View view, IEnumerable<string> placedOn)
        {
            if (_found.Count == 0)
                return None;
            var taken = new HashSet<string>(placedOn, StringComparer.Ordinal);
            var seen = new Dictionary<string, (ContainerInstanceRecord Instance, InstanceUsage Usage)>(
                _pass.Instances.Count,
                StringComparer.Ordinal
            );
            foreach (var capacity in _pass.Instances)
            {
                var usage = taken.Contains(capacity.Instance.Id)
                    ? InstanceUsage.Of(view, capacity.Instance.Key)
                    : capacity.Usage;
                seen.Add(capacity.Instance.Id, (capacity.Instance, usage));
            }

            return new BlockedLots(_found, seen, taken);
        }

        private Blocked? StillBlocked(Blocked blocked)
        {
            // What the last pass placed after it had found this out took capacity, but it may be what a constraint asks
            // for.
            var suspects = blocked.Demand.Rules.MemberOfGroups.Count > 0 ? _changed.Concat(_placedOnBefore) : _changed;
            var isOutdated = blocked.Closest is null;
            foreach (var capacity in suspects)
            {
                if (blocked.Demand.OnlyInstance is { } only && only != capacity.Instance.Id)
                    continue;
                if (blocked.Demand.Obstacle(capacity) is not { } obstacle)
                    return null;
                isOutdated |=
                    capacity.Instance.Id == blocked.Closest?.Instance.Id
                    || obstacle.Distance < blocked.Closest?.Obstacle.Distance;
            }

            return isOutdated || _isAnyGone ? blocked with { Closest = _pass.Closest(blocked.Demand) } : blocked;
        }
    }

    private sealed record Blocked(
        Service Settings,
        TaskDefinitionRecord Definition,
        PlacementDemand Demand,
        (ContainerInstanceRecord Instance, PlacementObstacle Obstacle)? Closest
    )
    {
        internal PlacementFailure Failure =>
            Closest is var (instance, obstacle) ? new PlacementFailure(instance.Id, obstacle) : new PlacementFailure();
    }
}
