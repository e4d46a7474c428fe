using Estiba.Contracts;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Services;
using Estiba.Ecs.Tasks;
using Estiba.State;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs;

/// <summary>What is in a cluster, counted by the store's indexes and aggregates without walking it.</summary>
internal static class ClusterContents
{
    /// <summary>Container instances with a status.</summary>
    internal static int Instances(View view, ClusterRecord cluster, string status) =>
        view.Count(EcsTables.ContainerInstances, EcsTables.InstancesByStatus, $"{cluster.Key}/{status}");

    /// <summary>Placed tasks with a status, of one launch type or of all.</summary>
    internal static int Tasks(View view, ClusterRecord cluster, string status, string? launchType = null) =>
        view.Aggregate(EcsTables.Tasks, TaskCounts.OfClusters, cluster.Key).Of(status, launchType);

    /// <summary>Services with a status.</summary>
    internal static int Services(View view, ClusterRecord cluster, string status) =>
        view.Count(EcsTables.Services, EcsTables.ServicesByStatus, $"{cluster.Key}/{status}");

    /// <exception cref="AwsException"><c>ClusterContains…Exception</c>: something is left in the cluster.</exception>
    internal static void CheckEmpty(View view, ClusterRecord cluster)
    {
        if (Services(view, cluster, ServiceStatus.Active) + Services(view, cluster, ServiceStatus.Draining) > 0)
            throw ClusterContainsServicesException("The Cluster cannot be deleted while Services are active.");
        if (
            Instances(view, cluster, ContainerInstanceStatus.Active)
                + Instances(view, cluster, ContainerInstanceStatus.Draining)
            > 0
        )
            throw ClusterContainsContainerInstancesException(
                "The Cluster cannot be deleted while Container Instances are active or draining."
            );
        if (view.Count(EcsTables.Tasks, cluster.Key + "/") > Tasks(view, cluster, TaskStatus.Stopped))
            throw ClusterContainsTasksException("The Cluster cannot be deleted while Tasks are active.");
    }
}
