using Estiba.Contracts.Ecs;
using Estiba.State;

namespace Estiba.Ecs.Scheduling;

/// <summary>
/// Remembers from pass to pass of one cluster which lots of waiting tasks there are that no instance can have, so that only instances which have
/// changed since are asked again. Nothing is lost with it but that knowledge.
/// </summary>
internal sealed class BlockedServices
{
    private readonly Dictionary<(string Service, PlacementLot Lot), Blocked> _blocked = [];
    private readonly Dictionary<string, (ContainerInstanceRecord Instance, InstanceUsage Usage)> _seen = new(StringComparer.Ordinal);
    private readonly HashSet<string> _placedOn = new(StringComparer.Ordinal);
    private readonly List<InstanceCapacity> _changed = [];
    private readonly List<InstanceCapacity> _placedOnBefore = [];
    private readonly HashSet<(string Service, PlacementLot Lot)> _lookedAt = [];
    private bool _isAnyGone;

    /// <summary>Begins a pass: finds out which instances have changed since the last one.</summary>
    internal void Begin(Placement pass)
    {
        _changed.Clear();
        _placedOnBefore.Clear();
        _lookedAt.Clear();
        if (_blocked.Count == 0) return;
        var known = 0;
        foreach (var capacity in pass.Instances)
        {
            var isKnown = _seen.TryGetValue(capacity.Instance.Id, out var seen);
            if (isKnown) known++;
            if (!isKnown || !ReferenceEquals(seen.Instance, capacity.Instance) || !ReferenceEquals(seen.Usage, capacity.Usage)) _changed.Add(capacity);
            else if (_placedOn.Contains(capacity.Instance.Id)) _placedOnBefore.Add(capacity);
        }

        _isAnyGone = known < _seen.Count;
    }

    /// <summary>Why the tasks of a lot still cannot be placed; null when that is not known.</summary>
    internal string? Reason(Placement pass, ServiceRecord service, TaskDefinitionRecord definition, PlacementLot lot)
    {
        _lookedAt.Add((service.Key, lot));
        if (!_blocked.TryGetValue((service.Key, lot), out var blocked)) return null;
        if (ReferenceEquals(blocked.Settings, service.Settings) && ReferenceEquals(blocked.Definition, definition) && StillBlocked(pass, blocked)) return blocked.Reason;
        _blocked.Remove((service.Key, lot));
        return null;
    }

    /// <summary>Remembers that no instance can have the tasks of a lot.</summary>
    /// <returns>Why.</returns>
    internal string Add(Placement pass, ServiceRecord service, TaskDefinitionRecord definition, PlacementLot lot, PlacementDemand demand)
    {
        var blocked = new Blocked(service.Settings, definition, demand) { Closest = pass.Closest(demand) };
        _blocked[(service.Key, lot)] = blocked;
        return blocked.Reason;
    }

    /// <summary>Ends a pass whose placements are in the transaction. Of lots that it did not look at nothing is known any more: what changed before the pass is not known to the next one.</summary>
    /// <param name="transaction">Where they are.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="placedOn">The ids of the instances that tasks were placed on.</param>
    internal void End(Transaction transaction, Placement pass, IEnumerable<string> placedOn)
    {
        foreach (var key in _blocked.Keys.Where(key => !_lookedAt.Contains(key)).ToList()) _blocked.Remove(key);
        _seen.Clear();
        _placedOn.Clear();
        if (_blocked.Count == 0) return;
        _placedOn.UnionWith(placedOn);
        foreach (var capacity in pass.Instances)
        {
            var usage = _placedOn.Contains(capacity.Instance.Id) ? InstanceUsage.Of(transaction, capacity.Instance.Key) : capacity.Usage;
            _seen.Add(capacity.Instance.Id, (capacity.Instance, usage));
        }
    }

    private bool StillBlocked(Placement pass, Blocked blocked)
    {
        // What the last pass placed after it had found this out took room, but it may be what a constraint asks for.
        var suspects = blocked.Demand.Rules.MemberOfGroups.Count > 0 ? _changed.Concat(_placedOnBefore) : _changed;
        var isMoved = blocked.Closest is null;
        foreach (var capacity in suspects)
        {
            if (blocked.Demand.Obstacle(capacity) is not { } obstacle) return false;
            isMoved |= capacity.Instance.Id == blocked.Closest?.Instance.Id || obstacle.Distance < blocked.Closest?.Obstacle.Distance;
        }

        if (isMoved || _isAnyGone) blocked.Closest = pass.Closest(blocked.Demand);
        return true;
    }

    private sealed record Blocked(Service Settings, TaskDefinitionRecord Definition, PlacementDemand Demand)
    {
        internal (ContainerInstanceRecord Instance, PlacementObstacle Obstacle)? Closest { get; set; }

        internal string Reason => Closest is var (instance, obstacle)
            ? $"The closest matching (container-instance {instance.Id}) {obstacle.Text}"
            : "Reason: No Container Instances were found in your cluster.";
    }
}
