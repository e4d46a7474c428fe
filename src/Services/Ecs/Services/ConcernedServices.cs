using Estiba.Contracts.Ecs;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Placement;
using Estiba.Hosting.Controllers;
using Estiba.State;

namespace Estiba.Ecs.Services;

/// <summary>
/// Which services of a cluster have something to do because a container instance has changed: a cluster may have
/// thousands, and most have nothing to do with most instances.
/// </summary>
internal static class ConcernedServices
{
    private const string Group = "service:";

    /// <summary>The keys of the services that changes of container instances concern.</summary>
    internal static void Find(TableChanges<ContainerInstanceRecord> changes, Action<string> enqueue)
    {
        foreach (var change in changes)
        {
            if (change.After is not { } after || !IsSeen(change.Before, after))
                continue;
            WithTasksOn(changes.View, after, enqueue);
            DaemonsAndRebalanced(changes.View, after.ClusterKey, enqueue);
            if (ZonesMayDiffer(changes, change.Before, after))
                ToBeBalanced(changes.View, after.ClusterKey, enqueue);
        }
    }

    // Whether anything has changed that services depend on.
    private static bool IsSeen(ContainerInstanceRecord? before, ContainerInstanceRecord after) =>
        before is null
        || (before.Status, before.AgentConnected, before.LostAt, before.Attributes)
            != (after.Status, after.AgentConnected, after.LostAt, after.Attributes);

    private static void WithTasksOn(View view, ContainerInstanceRecord instance, Action<string> enqueue)
    {
        // In an order, so that a history in virtual time is the same twice.
        foreach (var group in InstanceUsage.Of(view, instance.Key).Groups.Names.Order(StringComparer.Ordinal))
        {
            if (group.StartsWith(Group, StringComparison.Ordinal))
                enqueue(ServiceRecord.KeyOf(instance.Scope, instance.Cluster, group[Group.Length..]));
        }
    }

    // These are concerned by every instance: the ones have a task on each, the others wait for capacity in a zone.
    private static void DaemonsAndRebalanced(View view, string clusterKey, Action<string> enqueue)
    {
        foreach (var service in view.Where(EcsTables.Services, EcsTables.DaemonServices, clusterKey))
            enqueue(service.Key);
        foreach (var rollout in view.Where(EcsTables.ServiceRollouts, EcsTables.RebalancingServices, clusterKey))
            enqueue(rollout.ServiceKey);
    }

    /// <summary>
    /// Whether a zone of the cluster may have its first instance, or none any more. So many instances as the commit has
    /// changed may have come to the zone in it.
    /// </summary>
    private static bool ZonesMayDiffer(
        TableChanges<ContainerInstanceRecord> changes,
        ContainerInstanceRecord? before,
        ContainerInstanceRecord after
    )
    {
        var (left, joined) = (ZoneBalance.ZoneOf(before), ZoneBalance.ZoneOf(after));
        if (left == joined)
            return false;
        var zones = changes.View.Aggregate(
            EcsTables.ContainerInstances,
            ZoneBalance.InstancesOfClusters,
            after.ClusterKey
        );
        return (left is not null && !zones.ContainsKey(left))
            || (joined is not null && zones.GetValueOrDefault(joined) <= changes.Count);
    }

    private static void ToBeBalanced(View view, string clusterKey, Action<string> enqueue)
    {
        foreach (var service in view.Range(EcsTables.Services, clusterKey + "/"))
        {
            if (service.Settings.AvailabilityZoneRebalancing == AvailabilityZoneRebalancing.Enabled)
                enqueue(service.Key);
        }
    }
}
