using Estiba.Contracts.AutoScaling;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.CapacityProviders;
using Estiba.Ecs.ContainerInstances;
using Estiba.Hosting.Controllers;
using Estiba.State;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.ClusterAutoScaling;

/// <summary>
/// Brings a capacity provider and its Auto Scaling group together; by the provider's key. Instances of the group belong
/// to the provider, are protected while they have tasks, and drain before they are terminated; a policy has the group
/// follow what the provider needs.
/// </summary>
internal sealed class ManagedScalingReconciler(Store store, ManagedGroup groups) : IReconciler<string>
{
    /// <summary>How often to look at a group: nobody tells of its changes.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>How often to look whether there is a group, or a cluster that uses it.</summary>
    internal static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(30);

    public async Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
    {
        if (
            store.Current.Find(EcsTables.CapacityProviders, key) is not { } provider
            || provider.Provider.AutoScalingGroupProvider is not { } settings
        )
            return null;
        if (await groups.FindAsync(provider, cancellation) is not { } group)
            return provider.IsActive ? IdleInterval : null;
        var clusters = ProviderCapacity.ClustersOf(store.Current, provider);
        var isUsed = provider.IsActive && clusters.Count > 0;
        await groups.FollowAsync(provider, [.. clusters.Select(cluster => cluster.Name)], cancellation);
        var drains = isUsed && settings.ManagedDraining == ManagedDraining.Enabled;
        await groups.HookAsync(provider, drains, cancellation);
        if (!isUsed)
            return provider.IsActive ? IdleInterval : null;

        await store.CommitAsync(transaction => Take(transaction, provider, group, drains), cancellation);
        var capacity = new ProviderCapacity(store.Current, provider, group);
        var registered = capacity.Registered;
        if (drains)
            await ReleaseAsync(provider, group, capacity, registered, cancellation);
        if (settings.ManagedTerminationProtection == ManagedTerminationProtection.Enabled)
            await ProtectAsync(provider, group, capacity, registered, cancellation);
        return Interval;
    }

    // Instances belong to the provider from when they are in a cluster, and drain from when their group ends them.
    private static void Take(
        Transaction transaction,
        CapacityProviderRecord provider,
        AutoScalingGroup group,
        bool drains
    )
    {
        var registered = new ProviderCapacity(transaction, provider, group).Registered;
        foreach (var each in group.Instances ?? [])
        {
            if (!registered.TryGetValue(each.InstanceId!, out var instance))
                continue;
            var after = instance;
            if (instance.Attribute(CapacityStrategy.InstanceAttribute) is null)
                after = after with
                {
                    Attributes =
                    [
                        .. instance.Attributes,
                        new EcsAttribute { Name = CapacityStrategy.InstanceAttribute, Value = provider.Name },
                    ],
                };
            if (drains && IsEnding(each) && instance.Status == ContainerInstanceStatus.Active)
                after = after with { Status = ContainerInstanceStatus.Draining };
            if (!ReferenceEquals(after, instance))
                transaction.Put(EcsTables.ContainerInstances, after with { Version = instance.Version + 1 });
        }
    }

    private async Task ReleaseAsync(
        CapacityProviderRecord provider,
        AutoScalingGroup group,
        ProviderCapacity capacity,
        IReadOnlyDictionary<string, ContainerInstanceRecord> registered,
        CancellationToken cancellation
    )
    {
        foreach (var each in (group.Instances ?? []).Where(IsEnding))
        {
            if (!registered.TryGetValue(each.InstanceId!, out var instance) || !capacity.HasTasks(instance))
                await groups.ReleaseAsync(provider, each.InstanceId!, cancellation);
        }
    }

    private async Task ProtectAsync(
        CapacityProviderRecord provider,
        AutoScalingGroup group,
        ProviderCapacity capacity,
        IReadOnlyDictionary<string, ContainerInstanceRecord> registered,
        CancellationToken cancellation
    )
    {
        var differing = (group.Instances ?? [])
            .Where(each => each.LifecycleState == LifecycleState.InService)
            .Select(each =>
                (
                    Id: each.InstanceId!,
                    IsUsed: registered.TryGetValue(each.InstanceId!, out var instance) && capacity.IsUsed(instance),
                    IsProtected: each.ProtectedFromScaleIn == true
                )
            )
            .Where(each => each.IsUsed != each.IsProtected)
            .ToLookup(each => each.IsUsed, each => each.Id);
        await groups.ProtectAsync(provider, [.. differing[true]], isProtected: true, cancellation);
        await groups.ProtectAsync(provider, [.. differing[false]], isProtected: false, cancellation);
    }

    private static bool IsEnding(Contracts.AutoScaling.Instance instance) =>
        instance.LifecycleState == "Terminating:Wait";
}
