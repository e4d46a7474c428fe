using Estiba.Contracts.Ecs;
using Estiba.State;

namespace Estiba.Ecs.Scheduling;

/// <summary>One pass over a cluster that finds container instances for tasks. Same instances, tasks and seed, same result.</summary>
internal sealed class Placement
{
    private readonly List<InstanceCapacity> _instances;
    private readonly Random _random;

    private Placement(IEnumerable<InstanceCapacity> instances, Random random)
    {
        _instances = [.. instances];
        _random = random;
    }

    /// <summary>A pass over the cluster as it is now.</summary>
    /// <param name="view">The state to place in.</param>
    /// <param name="clusterKey">The cluster.</param>
    /// <param name="random">Decides for the strategy <c>random</c>.</param>
    /// <param name="only">The instances that come into question, by key; null for all.</param>
    internal static Placement In(View view, string clusterKey, Random random, IReadOnlySet<string>? only = null) => new(
        view.Range(EcsTables.ContainerInstances, clusterKey + "/")
            .Where(instance => instance.Status != ContainerInstanceStatus.Inactive && (only is null || only.Contains(instance.Key)))
            .Select(instance => InstanceCapacity.Of(view, instance)),
        random);

    /// <summary>Whether the cluster has any container instance at all.</summary>
    internal bool HasInstances => _instances.Count > 0;

    /// <summary>The best instance for the task, which then counts the task as its own; null when there is none.</summary>
    internal ContainerInstanceRecord? Place(TaskRecord task, PlacementRules rules)
    {
        var candidates = _instances.Where(instance => Obstacle(instance, task, rules) is null).ToList();
        if (candidates.Count == 0) return null;
        foreach (var preference in rules.Strategy)
        {
            if (candidates.Count == 1) break;
            candidates = Narrow(candidates, preference, task.Group);
        }

        var chosen = candidates[0];
        chosen.Take(task);
        return chosen.Instance;
    }

    /// <summary>Why each instance cannot have the task, the closest first.</summary>
    internal IReadOnlyList<(ContainerInstanceRecord Instance, PlacementObstacle Obstacle)> Explain(TaskRecord task, PlacementRules rules) =>
    [
        .. _instances
            .Select(instance => (instance.Instance, Obstacle: Obstacle(instance, task, rules)!))
            .Where(answer => answer.Obstacle is not null)
            .OrderBy(answer => answer.Obstacle.Distance),
    ];

    private static PlacementObstacle? Obstacle(InstanceCapacity capacity, TaskRecord task, PlacementRules rules)
    {
        var instance = capacity.Instance;
        if (task.OnlyInstance is { } only && only != instance.Id) return PlacementObstacle.OtherInstance;
        if (instance.Status != ContainerInstanceStatus.Active) return PlacementObstacle.Inactive;
        if (!instance.AgentConnected) return PlacementObstacle.Agent;
        if (!rules.RequiredAttributes.All(instance.Has)) return PlacementObstacle.Attribute;
        if (!rules.MemberOf.All(query => query.Matches(capacity))) return PlacementObstacle.MemberOf;
        if (rules.DistinctInstance && capacity.TasksOf(task.Group) > 0) return PlacementObstacle.DistinctInstance;
        return capacity.Lack(task.Resources);
    }

    private List<InstanceCapacity> Narrow(List<InstanceCapacity> candidates, PlacementStrategy preference, string group) => preference.Type switch
    {
        PlacementStrategyType.Spread => Fewest(candidates, preference.Field, group),
        PlacementStrategyType.Binpack => Least(candidates, instance => string.Equals(preference.Field, "cpu", StringComparison.OrdinalIgnoreCase) ? instance.Cpu : instance.Memory),
        _ => [candidates[_random.Next(candidates.Count)]],
    };

    // Those whose value of the attribute has the fewest tasks of the group on all instances, candidates or not.
    private List<InstanceCapacity> Fewest(List<InstanceCapacity> candidates, string? field, string group)
    {
        var counts = _instances.GroupBy(instance => ValueOf(instance, field)).ToDictionary(sharing => sharing.Key, sharing => sharing.Sum(instance => instance.TasksOf(group)));
        return Least(candidates, instance => counts[ValueOf(instance, field)]);
    }

    private static string ValueOf(InstanceCapacity capacity, string? field) => field switch
    {
        null or "instanceId" or "host" => capacity.Instance.Id,
        _ when field.StartsWith("attribute:", StringComparison.Ordinal) => capacity.Instance.Attribute(field["attribute:".Length..]) ?? "",
        _ => capacity.Instance.Attribute(field) ?? "",
    };

    private static List<InstanceCapacity> Least(List<InstanceCapacity> candidates, Func<InstanceCapacity, int> measure)
    {
        var least = candidates.Min(measure);
        return candidates.FindAll(candidate => measure(candidate) == least);
    }
}
