using System.Collections.Immutable;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Scheduling;
using Estiba.State;

namespace Estiba.Ecs.Services;

/// <summary>Finds out whether a service's tasks are spread evenly over the zones of its cluster ("Balancing an Amazon ECS service across Availability Zones", developer guide).</summary>
/// <remarks>The store keeps the counts, so that asking costs next to nothing.</remarks>
internal static class ZoneBalance
{
    private static readonly ImmutableSortedDictionary<string, int> s_none = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>The wanted and placed tasks of a service, by zone; by the key of the service.</summary>
    internal static readonly Aggregate<TaskRecord, ImmutableSortedDictionary<string, int>> TasksOfServices =
        new("zones", task => task.LiveService, (task, service) => task.InCluster(service), s_none, (counts, before, after) => Replace(counts, ZoneOf(before), ZoneOf(after)));

    /// <summary>The active and connected container instances of a cluster, by zone; by the key of the cluster.</summary>
    internal static readonly Aggregate<ContainerInstanceRecord, ImmutableSortedDictionary<string, int>> InstancesOfClusters =
        new("zones", instance => instance.ClusterKey, s_none, (counts, before, after) => Replace(counts, ZoneOf(before), ZoneOf(after)));

    /// <summary>After which time to look again whether an emptier zone that had no room has some: nobody is told when a task of another service makes room.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private const string ZoneAttribute = "ecs.availability-zone";

    /// <summary>Whether a service with these settings can be balanced: it may have more tasks than it wants for a while, and its strategy does not work against it.</summary>
    internal static bool IsPossible(string? schedulingStrategy, string? controller, DeploymentConfiguration? configuration, IReadOnlyList<PlacementStrategy>? strategy) =>
        schedulingStrategy != SchedulingStrategy.Daemon
        && controller is null or DeploymentControllerType.Ecs
        && !(configuration?.MaximumPercent <= 100)
        && (strategy is not [var first, ..] || (first.Type == PlacementStrategyType.Spread && first.Field is "attribute:" + ZoneAttribute or ZoneAttribute));

    /// <summary>Whether one zone with instances has at least two tasks more than another, and the service is to be balanced.</summary>
    internal static bool IsUneven(View view, ServiceRecord service)
    {
        var settings = service.Settings;
        if (settings.AvailabilityZoneRebalancing != AvailabilityZoneRebalancing.Enabled) return false;
        if (!IsPossible(settings.SchedulingStrategy, settings.DeploymentController?.Type, settings.DeploymentConfiguration, settings.PlacementStrategy)) return false;
        if (ServiceBounds.Of(settings.DeploymentConfiguration, service.DesiredCount).Most <= service.DesiredCount) return false;

        var tasks = view.Aggregate(EcsTables.Tasks, TasksOfServices, service.Key);
        var (fewest, most) = (int.MaxValue, 0);
        foreach (var (zone, _) in view.Aggregate(EcsTables.ContainerInstances, InstancesOfClusters, service.ClusterKey))
        {
            var count = tasks.GetValueOrDefault(zone);
            (fewest, most) = (Math.Min(fewest, count), Math.Max(most, count));
        }

        return most > fewest + 1;
    }

    /// <summary>The task whose move makes an uneven service more even: of the fullest zone from which one can go to a zone with at least two fewer, where there is room for it.</summary>
    /// <returns>The task, or the emptiest zone for want of room in which there is none; neither when no task may go.</returns>
    internal static (TaskRecord? Task, string? FullZone) NextToMove(View view, ServiceRecord service, IReadOnlyList<TaskRecord> tasks, Func<TaskRecord, bool> mayGo)
    {
        string? fullZone = null;
        var counts = view.Aggregate(EcsTables.Tasks, TasksOfServices, service.Key);
        var zones = view.Aggregate(EcsTables.ContainerInstances, InstancesOfClusters, service.ClusterKey).Keys.OrderBy(zone => counts.GetValueOrDefault(zone)).ToList();
        foreach (var fuller in Enumerable.Reverse(zones))
        {
            // Of those that could go to the same instances the first is as good as all.
            var emptier = zones.TakeWhile(zone => counts.GetValueOrDefault(zone) < counts.GetValueOrDefault(fuller) - 1).ToList();
            var own = emptier.Count > 0 ? tasks.Where(task => task.AvailabilityZone == fuller).ToList() : [];
            var movable = ScaleIn.Choose(own, own.Count, mayGo).DistinctBy(task => task.CapacityProvider).ToList();
            if (movable.Find(task => emptier.Exists(zone => HasRoom(view, service, task, zone))) is { } chosen) return (chosen, null);
            if (movable.Count > 0) fullZone ??= emptier[0];
        }

        return (null, fullZone);
    }

    /// <summary>The counts as ECS tells them: <c>3 tasks in eu-west-1a, 1 tasks in eu-west-1b</c>.</summary>
    internal static string Describe(View view, ServiceRecord service)
    {
        var tasks = view.Aggregate(EcsTables.Tasks, TasksOfServices, service.Key);
        var zones = new List<string>();
        foreach (var (zone, _) in view.Aggregate(EcsTables.ContainerInstances, InstancesOfClusters, service.ClusterKey)) zones.Add($"{tasks.GetValueOrDefault(zone)} tasks in {zone}");
        return string.Join(", ", zones);
    }

    // Whether an instance of the zone could have another task like this one now.
    private static bool HasRoom(View view, ServiceRecord service, TaskRecord task, string zone)
    {
        if (view.Find(EcsTables.TaskDefinitions, TaskDefinitionRecord.KeyOf(task.Scope, task.Family, task.Revision)) is not { } definition) return false;
        var demand = new PlacementDemand(task, PlacementRules.Of(definition.Definition, service.Settings.PlacementConstraints, strategy: null));
        return view.Range(EcsTables.ContainerInstances, service.ClusterKey + "/").Any(instance => ZoneOf(instance) == zone && demand.Obstacle(InstanceCapacity.Of(view, instance)) is null);
    }

    private static ImmutableSortedDictionary<string, int> Replace(ImmutableSortedDictionary<string, int> counts, string? removed, string? added)
    {
        if (removed == added) return counts;
        if (removed is not null) counts = counts[removed] > 1 ? counts.SetItem(removed, counts[removed] - 1) : counts.Remove(removed);
        return added is null ? counts : counts.SetItem(added, counts.GetValueOrDefault(added) + 1);
    }

    private static string? ZoneOf(TaskRecord? task) => task is { IsWanted: true, IsWaiting: false } ? task.AvailabilityZone : null;

    private static string? ZoneOf(ContainerInstanceRecord? instance) =>
        instance is { Status: ContainerInstanceStatus.Active, AgentConnected: true } ? instance.Attribute(ZoneAttribute) : null;
}
