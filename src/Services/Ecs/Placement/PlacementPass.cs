using Estiba.Contracts.Ecs;
using Estiba.Ecs.ContainerInstances;
using Estiba.State;

namespace Estiba.Ecs.Placement;

/// <summary>
/// One pass over a cluster that finds container instances for tasks. Same instances, tasks and seed, same result.
/// </summary>
internal sealed class PlacementPass
{
    private readonly Random _random;
    private readonly Dictionary<string, List<int>> _allowed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int[] ValueOf, int Values)> _partitions = new(StringComparer.Ordinal);

    // By id; made when somebody asks for one.
    private Dictionary<string, InstanceCapacity>? _byId;

    private PlacementPass(List<InstanceCapacity> instances, Random random)
    {
        Instances = instances;
        _random = random;
    }

    /// <summary>The instances that the pass knows, as the tasks that it has placed so far leave them.</summary>
    internal IReadOnlyList<InstanceCapacity> Instances { get; }

    /// <summary>Whether the cluster has any container instance that takes tasks of a launch type.</summary>
    internal bool HasInstances(string launchType) =>
        Instances.Any(capacity =>
            capacity.Instance.Status == ContainerInstanceStatus.Active
            && (launchType != LaunchType.External || capacity.Instance.IsExternal)
        );

    /// <summary>A pass over the cluster as it is now.</summary>
    /// <param name="view">The state to place in.</param>
    /// <param name="clusterKey">The cluster.</param>
    /// <param name="random">Decides for the strategy <c>random</c>.</param>
    internal static PlacementPass In(View view, string clusterKey, Random random)
    {
        var prefix = clusterKey + "/";
        var instances = new List<InstanceCapacity>();

        // Both come in the order of the instances' keys; an instance without tasks has no usage.
        using var usages = view.Aggregates(EcsTables.Tasks, InstanceUsage.OfInstances, prefix).GetEnumerator();
        var hasUsage = usages.MoveNext();
        foreach (var instance in view.Range(EcsTables.ContainerInstances, prefix))
        {
            if (instance.Status == ContainerInstanceStatus.Inactive)
                continue;
            var order = -1;
            while (hasUsage && (order = usages.Current.Key.AsSpan(prefix.Length).SequenceCompareTo(instance.Id)) < 0)
                hasUsage = usages.MoveNext();
            instances.Add(
                new InstanceCapacity(instance, hasUsage && order == 0 ? usages.Current.Value : InstanceUsage.None)
            );
        }

        return new PlacementPass(instances, random);
    }

    /// <summary>A pass over one instance, whatever its status.</summary>
    internal static PlacementPass On(View view, ContainerInstanceRecord instance, Random random) =>
        new([InstanceCapacity.Of(view, instance)], random);

    /// <summary>The instances that can have one of the tasks.</summary>
    internal Candidates For(PlacementDemand demand) => new(demand, Within(demand), _random);

    /// <summary>Why each instance cannot have one of the tasks, the closest first.</summary>
    internal IReadOnlyList<(ContainerInstanceRecord Instance, PlacementObstacle Obstacle)> Explain(
        PlacementDemand demand
    ) =>
        [
            .. Instances
                .Select(capacity => (capacity.Instance, Obstacle: demand.Obstacle(capacity)!))
                .Where(answer => answer.Obstacle is not null)
                .OrderBy(answer => answer.Obstacle.Distance),
        ];

    /// <summary>
    /// The instance that comes closest to having one of the tasks, and what is in the way; null when no instance takes
    /// tasks.
    /// </summary>
    internal (ContainerInstanceRecord Instance, PlacementObstacle Obstacle)? Closest(PlacementDemand demand)
    {
        (ContainerInstanceRecord Instance, PlacementObstacle Obstacle)? closest = null;
        foreach (var capacity in Within(demand).Instances)
        {
            if (demand.Obstacle(capacity) is not { } obstacle || obstacle == PlacementObstacle.Inactive)
                continue;
            if (closest is null || obstacle.Distance < closest.Value.Obstacle.Distance)
                closest = (capacity.Instance, obstacle);
        }

        return closest;
    }

    /// <summary>
    /// The pass over the one instance that the tasks are for, where there is only one: a daemon has as many such tasks
    /// as there are instances, and nobody looks at all instances for each of them.
    /// </summary>
    private PlacementPass Within(PlacementDemand demand)
    {
        if (demand.OnlyInstance is not { } only)
            return this;
        _byId ??= Instances.ToDictionary(capacity => capacity.Instance.Id, StringComparer.Ordinal);
        return new PlacementPass(_byId.TryGetValue(only, out var capacity) ? [capacity] : [], _random);
    }

    /// <summary>The places of the instances that the rules allow.</summary>
    internal IReadOnlyList<int> Allowed(PlacementRules rules)
    {
        if (_allowed.TryGetValue(rules.Key, out var places))
            return places;
        places = [];
        for (var place = 0; place < Instances.Count; place++)
            if (rules.Obstacle(Instances[place]) is null)
                places.Add(place);
        _allowed.Add(rules.Key, places);
        return places;
    }

    /// <summary>The number of each instance's value of an attribute, and how many different values there are.</summary>
    internal (int[] ValueOf, int Values) Partition(string attribute)
    {
        if (_partitions.TryGetValue(attribute, out var partition))
            return partition;
        var name = new AttributeName(attribute);
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var valueOf = new int[Instances.Count];
        for (var place = 0; place < valueOf.Length; place++)
        {
            var value = Instances[place].Instance.FindAttribute(name)?.Value ?? "";
            if (!numbers.TryGetValue(value, out valueOf[place]))
                numbers.Add(value, valueOf[place] = numbers.Count);
        }

        _partitions.Add(attribute, (valueOf, numbers.Count));
        return (valueOf, numbers.Count);
    }

    /// <summary>The same for the values of several attributes together.</summary>
    internal (int[] ValueOf, int Values) Partition(IReadOnlyList<string> attributes)
    {
        if (attributes.Count == 0)
            return (new int[Instances.Count], 1);
        if (attributes.Count == 1)
            return Partition(attributes[0]);
        var key = string.Join('\n', attributes);
        if (_partitions.TryGetValue(key, out var partition))
            return partition;
        var (outer, inner) = (Partition([.. attributes.SkipLast(1)]), Partition(attributes[^1]));
        var numbers = new Dictionary<(int, int), int>();
        var valueOf = new int[Instances.Count];
        for (var place = 0; place < valueOf.Length; place++)
        {
            var values = (outer.ValueOf[place], inner.ValueOf[place]);
            if (!numbers.TryGetValue(values, out valueOf[place]))
                numbers.Add(values, valueOf[place] = numbers.Count);
        }

        _partitions.Add(key, (valueOf, numbers.Count));
        return (valueOf, numbers.Count);
    }
}
