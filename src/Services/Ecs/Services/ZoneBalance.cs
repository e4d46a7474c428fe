using System.Collections.Immutable;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Placement;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Services;

/// <summary>
/// Finds out whether a service's tasks are spread evenly over the zones of its cluster ("Balancing an Amazon ECS
/// service across Availability Zones", developer guide).
/// </summary>
/// <remarks>The store keeps the counts, so that asking costs next to nothing.</remarks>
internal static class ZoneBalance
{
    private static readonly ImmutableSortedDictionary<string, int> None = ImmutableSortedDictionary.Create<string, int>(
        StringComparer.Ordinal
    );

    /// <summary>The wanted and placed tasks of a service, by zone; by the key of the service.</summary>
    internal static readonly Aggregate<TaskRecord, ImmutableSortedDictionary<string, int>> TasksOfServices = new(
        "zones",
        task => task.LiveService,
        (task, _) => task.ServiceKey!,
        None,
        (counts, before, after) => Replace(counts, ZoneOf(before), ZoneOf(after))
    );

    /// <summary>
    /// The active and connected container instances of a cluster, by zone; by the key of the cluster.
    /// </summary>
    internal static readonly Aggregate<
        ContainerInstanceRecord,
        ImmutableSortedDictionary<string, int>
    > InstancesOfClusters = new(
        "zones",
        instance => instance.ClusterKey,
        None,
        (counts, before, after) => Replace(counts, ZoneOf(before), ZoneOf(after))
    );

    /// <summary>
    /// After which time to try again whether an emptier zone that had no capacity has some: no change of a task of
    /// another service, which may free some, concerns the service.
    /// </summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private const string ZoneAttribute = "ecs.availability-zone";

    /// <summary>
    /// Whether a service with these settings can be balanced: it may have more tasks than it wants for a while, and its
    /// strategy does not work against it.
    /// </summary>
    internal static bool IsPossible(
        string? schedulingStrategy,
        string? controller,
        DeploymentConfiguration? configuration,
        IReadOnlyList<PlacementStrategy>? strategy
    ) =>
        schedulingStrategy != SchedulingStrategy.Daemon
        && controller is null or DeploymentControllerType.Ecs
        && !(configuration?.MaximumPercent <= 100)
        && (
            strategy is not [var first, ..]
            || (
                first.Type == PlacementStrategyType.Spread
                && first.Field is "attribute:" + ZoneAttribute or ZoneAttribute
            )
        );

    /// <summary>
    /// Whether one zone with instances has at least two tasks more than another, and the service is to be balanced.
    /// </summary>
    internal static bool IsUneven(View view, ServiceRecord service)
    {
        var settings = service.Settings;
        if (settings.AvailabilityZoneRebalancing != AvailabilityZoneRebalancing.Enabled)
            return false;
        if (
            !IsPossible(
                settings.SchedulingStrategy,
                settings.DeploymentController?.Type,
                settings.DeploymentConfiguration,
                settings.PlacementStrategy
            )
        )
            return false;
        if (ServiceBounds.Of(settings.DeploymentConfiguration, service.DesiredCount).Most <= service.DesiredCount)
            return false;

        var tasks = view.Aggregate(EcsTables.Tasks, TasksOfServices, service.Key);
        var (fewest, most) = (int.MaxValue, 0);
        foreach (var (zone, _) in view.Aggregate(EcsTables.ContainerInstances, InstancesOfClusters, service.ClusterKey))
        {
            var count = tasks.GetValueOrDefault(zone);
            (fewest, most) = (Math.Min(fewest, count), Math.Max(most, count));
        }

        return most > fewest + 1;
    }

    /// <summary>
    /// The task whose replacement makes an uneven service more even: of the fullest zone whose task can be replaced in
    /// a zone with at least two fewer, which has the capacity for it.
    /// </summary>
    /// <returns>The task, or the emptiest zone where none has the capacity; neither when no task may be
    /// replaced.</returns>
    internal static (TaskRecord? Task, string? UnavailableZone) NextToReplace(
        View view,
        ServiceRecord service,
        IReadOnlyList<TaskRecord> tasks,
        Func<TaskRecord, bool> mayBeReplaced,
        HealthCount health,
        PreparedQueries? queries = null
    )
    {
        string? unavailableZone = null;
        var counts = view.Aggregate(EcsTables.Tasks, TasksOfServices, service.Key);
        var zones = view.Aggregate(EcsTables.ContainerInstances, InstancesOfClusters, service.ClusterKey)
            .Keys.OrderBy(zone => counts.GetValueOrDefault(zone))
            .ToList();
        foreach (var fuller in Enumerable.Reverse(zones))
        {
            // Of those that could go to the same instances the first is as good as all.
            var emptier = zones
                .TakeWhile(zone => counts.GetValueOrDefault(zone) < counts.GetValueOrDefault(fuller) - 1)
                .ToList();
            var own = emptier.Count > 0 ? tasks.Where(task => task.AvailabilityZone == fuller).ToList() : [];
            var replaceable = ScaleIn
                .Choose(own, own.Count, mayBeReplaced, health)
                .DistinctBy(task => task.CapacityProvider)
                .ToList();
            if (
                replaceable.Find(task => emptier.Exists(zone => HasCapacity(view, service, task, zone, queries))) is
                { } chosen
            )
                return (chosen, null);
            if (replaceable.Count > 0)
                unavailableZone ??= emptier[0];
        }

        return (null, unavailableZone);
    }

    /// <summary>The counts in ECS's words: <c>3 tasks in eu-west-1a, 1 tasks in eu-west-1b</c>.</summary>
    internal static string Describe(View view, ServiceRecord service)
    {
        var tasks = view.Aggregate(EcsTables.Tasks, TasksOfServices, service.Key);
        var zones = new List<string>();
        foreach (var (zone, _) in view.Aggregate(EcsTables.ContainerInstances, InstancesOfClusters, service.ClusterKey))
            zones.Add($"{tasks.GetValueOrDefault(zone)} tasks in {zone}");
        return string.Join(", ", zones);
    }

    // Whether an instance of the zone could have another task like this one now.
    private static bool HasCapacity(
        View view,
        ServiceRecord service,
        TaskRecord task,
        string zone,
        PreparedQueries? queries
    )
    {
        if (
            view.Find(EcsTables.TaskDefinitions, TaskDefinitionRecord.KeyOf(task.Scope, task.Family, task.Revision))
            is not { } definition
        )
            return false;
        var demand = new PlacementDemand(
            task,
            PlacementRules.Of(definition.Definition, service.Settings.PlacementConstraints, strategy: null, queries)
        );
        return view.Range(EcsTables.ContainerInstances, service.ClusterKey + "/")
            .Any(instance => ZoneOf(instance) == zone && demand.Obstacle(InstanceCapacity.Of(view, instance)) is null);
    }

    private static ImmutableSortedDictionary<string, int> Replace(
        ImmutableSortedDictionary<string, int> counts,
        string? removed,
        string? added
    )
    {
        if (removed == added)
            return counts;
        if (removed is not null)
            counts = counts[removed] > 1 ? counts.SetItem(removed, counts[removed] - 1) : counts.Remove(removed);
        return added is null ? counts : counts.SetItem(added, counts.GetValueOrDefault(added) + 1);
    }

    private static string? ZoneOf(TaskRecord? task) =>
        task is { IsWanted: true, IsWaiting: false } ? task.AvailabilityZone : null;

    internal static string? ZoneOf(ContainerInstanceRecord? instance) =>
        instance is { Status: ContainerInstanceStatus.Active, AgentConnected: true }
            ? instance.Attribute(ZoneAttribute)
            : null;
}
