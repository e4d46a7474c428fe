using Estiba.Contracts.Ecs;
using Estiba.Ecs.CapacityProviders;
using Estiba.Ecs.Clusters;
using Estiba.State;

namespace Estiba.Ecs.Scheduling;

/// <summary>
/// Which tasks of <c>RunTask</c> may wait for instances instead of failing: those of capacity providers with managed
/// scaling, since these have instances come ("Automatically manage Amazon ECS capacity with cluster auto scaling",
/// developer guide).
/// </summary>
internal sealed class WaitingRoom(View view, ClusterRecord cluster)
{
    /// <summary>How many tasks of a cluster may wait ("Tasks in PROVISIONING state per cluster", quotas).</summary>
    internal const int MostTasks = 500;

    /// <summary>How long one waits; on AWS that is between ten and thirty minutes.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private int _left = MostTasks - ServiceQueue.OutsideServices(view, cluster.Key).Take(MostTasks).Count();

    /// <summary>Whether tasks of a provider may wait.</summary>
    internal bool Takes(string provider) =>
        view.Find(EcsTables.CapacityProviders, CapacityProviderRecord.KeyOf(cluster.Scope, provider))
            is {
                IsActive: true,
                Provider.AutoScalingGroupProvider.ManagedScaling.Status: ManagedScalingStatus.Enabled
            };

    /// <summary>Takes one task of a provider in; false where it may not wait, or too many do.</summary>
    internal bool Take(string provider) => Takes(provider) && _left-- > 0;
}
