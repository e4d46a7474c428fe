using Estiba.Hosting.Certificates;
using Estiba.Hosting.Controllers;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Routing;
using Estiba.LoadBalancing.Targets;
using Estiba.State;

namespace Estiba.LoadBalancing;

/// <summary>
/// The controllers of load balancing: what each looks at when the platform starts, and after which changes.
/// </summary>
internal static class LoadBalancingControllers
{
    /// <summary>How many targets are asked at a time: most of the time is spent waiting for answers.</summary>
    private const int ChecksAtATime = 256;

    /// <summary>Gives load balancers their network interfaces; by the load balancer's key.</summary>
    internal static Controller LoadBalancers(LoadBalancerReconciler reconciler) =>
        new("elbv2.load-balancers", reconciler)
        {
            AtStart = static view => view.Range(LoadBalancingTables.LoadBalancers).Select(record => record.Key),
            Triggers =
            [
                Trigger.On(LoadBalancingTables.LoadBalancers, static change =>
                    change.After is { } after
                    && (
                        change.Before is not { } before
                        || before.DeletedAt != after.DeletedAt
                        || !before.Subnets.SequenceEqual(after.Subnets)
                        || !before.SecurityGroups.SequenceEqual(after.SecurityGroups)
                    )
                        ? change.Key
                        : null
                ),
            ],
        };

    /// <summary>Checks targets; by the target's key.</summary>
    internal static Controller Targets(TargetReconciler reconciler) =>
        new("elbv2.targets", reconciler)
        {
            AtStart = static view => view.Range(LoadBalancingTables.Targets).Select(target => target.Key),
            Triggers =
            [
                Trigger.On(LoadBalancingTables.Targets, static change =>
                    (change.Before?.RegisteredAt, change.Before?.DeregisteredAt)
                    != (change.After?.RegisteredAt, change.After?.DeregisteredAt)
                        ? change.Key
                        : null
                ),
                Trigger.OnAll(LoadBalancingTables.Forwards, static (changes, enqueue) =>
                {
                    foreach (var change in changes)
                        Enqueue(TargetNames.Of(changes.View, (change.After ?? change.Before!).TargetGroupKey), enqueue);
                }),
                Trigger.OnAll(LoadBalancingTables.TargetGroups, static (changes, enqueue) =>
                {
                    foreach (var change in changes)
                        Enqueue(TargetNames.Of(changes.View, change.Key), enqueue);
                }),
                Trigger.OnAll(LoadBalancingTables.LoadBalancers, static (changes, enqueue) =>
                {
                    foreach (var change in changes)
                        Enqueue(TargetNames.OfLoadBalancer(changes.View, change.Key), enqueue);
                }),
            ],
            Options = new ReconcilerOptions { Parallelism = ChecksAtATime },
        };

    /// <summary>Has the traffic follow what was changed.</summary>
    internal static Controller Traffic(TrafficReconciler reconciler, ServerCertificates certificates) =>
        new("elbv2.traffic", reconciler)
        {
            AtStart = static _ => [TrafficReconciler.Key],
            Triggers =
            [
                Changes(LoadBalancingTables.LoadBalancers),
                Changes(LoadBalancingTables.Listeners),
                Changes(LoadBalancingTables.Rules),
                Changes(LoadBalancingTables.TargetGroups),
                Changes(LoadBalancingTables.Targets),
                Changes(LoadBalancingTables.TrustStores),
                .. certificates.Changes(TrafficReconciler.Key),
            ],
        };

    private static Trigger Changes<TRecord>(Table<TRecord> table)
        where TRecord : class => Trigger.OnAll(table, static (_, enqueue) => enqueue(TrafficReconciler.Key));

    private static void Enqueue(IEnumerable<TargetRecord> targets, Action<string> enqueue)
    {
        foreach (var target in targets)
            enqueue(target.Key);
    }
}
