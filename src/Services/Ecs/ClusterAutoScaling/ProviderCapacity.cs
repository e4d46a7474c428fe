using Estiba.Contracts.AutoScaling;
using Estiba.Ecs.CapacityProviders;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Scheduling;
using Estiba.Ecs.Tasks;
using Estiba.Hosting.Controllers;
using Estiba.State;

namespace Estiba.Ecs.ClusterAutoScaling;

/// <summary>What the state says of a capacity provider and the instances of its group.</summary>
internal sealed class ProviderCapacity(View view, CapacityProviderRecord provider, AutoScalingGroup group)
{
    /// <summary>The active clusters that use a provider.</summary>
    internal static IReadOnlyList<ClusterRecord> ClustersOf(View view, CapacityProviderRecord provider) =>
        [
            .. view.Range(EcsTables.Clusters, provider.Scope.Prefix)
                .Where(cluster =>
                    cluster.Status == ClusterStatus.Active && cluster.CapacityProviders.Contains(provider.Name)
                ),
        ];

    /// <summary>The keys of the providers that changes of clusters concern.</summary>
    internal static void Concerned(TableChanges<ClusterRecord> changes, Action<string> enqueue)
    {
        foreach (var change in changes)
        {
            var cluster = (change.After ?? change.Before)!;
            foreach (var name in cluster.CapacityProviders.Union(change.Before?.CapacityProviders ?? []))
                enqueue(CapacityProviderRecord.KeyOf(cluster.Scope, name));
        }
    }

    /// <summary>The container instances of the group's instances, by the latter's ids.</summary>
    internal IReadOnlyDictionary<string, ContainerInstanceRecord> Registered
    {
        get
        {
            var ofGroup = (group.Instances ?? []).Select(each => each.InstanceId!).ToHashSet(StringComparer.Ordinal);
            return ClustersOf(view, provider)
                .SelectMany(cluster => view.Range(EcsTables.ContainerInstances, cluster.Key + "/"))
                .Where(instance =>
                    instance.Status != ContainerInstanceStatus.Inactive
                    && instance.Ec2InstanceId is { } id
                    && ofGroup.Contains(id)
                )
                .GroupBy(instance => instance.Ec2InstanceId!, StringComparer.Ordinal)
                .ToDictionary(instances => instances.Key, instances => instances.First(), StringComparer.Ordinal);
        }
    }

    /// <summary>The metric of the provider in a cluster.</summary>
    internal double ReservationIn(ClusterRecord cluster)
    {
        var capacity = (group.Instances ?? []).Count(each =>
            each.LifecycleState == LifecycleState.InService
            || each.LifecycleState!.StartsWith("Pending", StringComparison.Ordinal)
        );
        var registered = Registered
            .Values.Where(instance =>
                instance.ClusterKey == cluster.Key && instance.Status == ContainerInstanceStatus.Active
            )
            .Select(instance => (instance, IsUsed(instance)))
            .ToList();
        var waiting = view.InOrder(EcsTables.Tasks, EcsTables.WaitingTasks, cluster.Key + "/", cluster.Key + "0")
            .Where(task => task.CapacityProvider == provider.Name && task.IsWanted)
            .Select(task => task.Resources)
            .ToList();
        return CapacityReservation.Of(
            capacity,
            registered,
            waiting,
            provider.Provider.AutoScalingGroupProvider!.ManagedScaling!
        );
    }

    /// <summary>Whether an instance has tasks that are not there just because it is.</summary>
    internal bool IsUsed(ContainerInstanceRecord instance) => TasksOn(instance).Any(task => task.OnlyInstance is null);

    /// <summary>Whether an instance has tasks.</summary>
    internal bool HasTasks(ContainerInstanceRecord instance) => TasksOn(instance).Any();

    private IEnumerable<TaskRecord> TasksOn(ContainerInstanceRecord instance) =>
        view.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instance.Key).Where(task => !task.IsStopped);
}
