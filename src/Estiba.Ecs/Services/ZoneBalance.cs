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
        new("zones", task => task.LiveServiceKey, s_none, (counts, before, after) => Replace(counts, ZoneOf(before), ZoneOf(after)));

    /// <summary>The active and connected container instances of a cluster, by zone; by the key of the cluster.</summary>
    internal static readonly Aggregate<ContainerInstanceRecord, ImmutableSortedDictionary<string, int>> InstancesOfClusters =
        new("zones", instance => instance.ClusterKey, s_none, (counts, before, after) => Replace(counts, ZoneOf(before), ZoneOf(after)));

    private const string ZoneAttribute = "ecs.availability-zone";

    /// <summary>Whether a service with these settings can be balanced: it may have more tasks than it wants for a while, and its strategy does not work against it.</summary>
    internal static bool IsPossible(string? schedulingStrategy, string? controller, DeploymentConfiguration? configuration, IReadOnlyList<PlacementStrategy>? strategy) =>
        schedulingStrategy != SchedulingStrategy.Daemon
        && controller is null or DeploymentControllerType.Ecs
        && !(configuration?.MaximumPercent <= 100)
        && (strategy is not [var first, ..] || (first.Type == PlacementStrategyType.Spread && first.Field is "attribute:" + ZoneAttribute or ZoneAttribute));

    /// <summary>The zone with the most tasks and those with instances that are more than one task behind it, the emptiest first; null when there are none.</summary>
    internal static (string Fullest, IReadOnlyList<string> Emptier)? Imbalance(View view, ServiceRecord service)
    {
        var settings = service.Settings;
        if (settings.AvailabilityZoneRebalancing != AvailabilityZoneRebalancing.Enabled) return null;
        if (!IsPossible(settings.SchedulingStrategy, settings.DeploymentController?.Type, settings.DeploymentConfiguration, settings.PlacementStrategy)) return null;
        if (ServiceBounds.Of(settings.DeploymentConfiguration, service.DesiredCount).Most <= service.DesiredCount) return null;

        var zones = view.Aggregate(EcsTables.ContainerInstances, InstancesOfClusters, service.ClusterKey);
        var tasks = view.Aggregate(EcsTables.Tasks, TasksOfServices, service.Key);
        (string Zone, int Tasks)? fullest = null;
        var fewest = int.MaxValue;
        foreach (var (zone, _) in zones)
        {
            var count = tasks.GetValueOrDefault(zone);
            if (!(fullest?.Tasks >= count)) fullest = (zone, count);
            fewest = Math.Min(fewest, count);
        }

        if (fullest is not { } most || most.Tasks <= fewest + 1) return null;
        return (most.Zone, [.. zones.Keys.Where(zone => tasks.GetValueOrDefault(zone) + 1 < most.Tasks).OrderBy(zone => tasks.GetValueOrDefault(zone))]);
    }

    /// <summary>Whether an instance of the zone could have another task like this one now.</summary>
    internal static bool HasRoom(View view, ServiceRecord service, TaskRecord task, string zone)
    {
        if (view.Find(EcsTables.TaskDefinitions, TaskDefinitionRecord.KeyOf(task.Scope, task.Family, task.Revision)) is not { } definition) return false;
        var rules = PlacementRules.Of(definition.Definition, service.Settings.PlacementConstraints, strategy: null);
        return view.Range(EcsTables.ContainerInstances, service.ClusterKey + "/")
            .Where(instance => ZoneOf(instance) == zone)
            .Select(instance => InstanceCapacity.Of(view, instance))
            .Any(instance => rules.Admit(instance) && !(rules.DistinctInstance && instance.TasksOf(new TaskGroup(task.Group)) > 0) && instance.Lack(task.Resources) is null);
    }

    /// <summary>The counts as ECS tells them: <c>3 tasks in eu-west-1a, 1 tasks in eu-west-1b</c>.</summary>
    internal static string Describe(View view, ServiceRecord service)
    {
        var tasks = view.Aggregate(EcsTables.Tasks, TasksOfServices, service.Key);
        var zones = new List<string>();
        foreach (var (zone, _) in view.Aggregate(EcsTables.ContainerInstances, InstancesOfClusters, service.ClusterKey)) zones.Add($"{tasks.GetValueOrDefault(zone)} tasks in {zone}");
        return string.Join(", ", zones);
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
