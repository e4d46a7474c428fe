using System.Diagnostics.Metrics;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.ContainerInstances;
using Estiba.State;

namespace Estiba.Ecs.Metrics;

/// <summary>What operators see of clusters (<c>/metrics</c>): counts that the store keeps, read when they
/// ask.</summary>
internal sealed class EcsInstruments : IDisposable
{
    private static readonly string[] PlacedStatuses =
    [
        TaskStatus.Pending,
        TaskStatus.Activating,
        TaskStatus.Running,
        TaskStatus.Deactivating,
        TaskStatus.Stopping,
        TaskStatus.Deprovisioning,
    ];

    private readonly Meter _meter = new("Estiba.Ecs");

    internal EcsInstruments(Store store)
    {
        _meter.CreateObservableGauge(
            "estiba.ecs.tasks",
            () => Tasks(store.Current),
            "{task}",
            "Tasks that have not stopped, by cluster and last status."
        );
        _meter.CreateObservableGauge(
            "estiba.ecs.container_instances",
            () => Instances(store.Current),
            "{instance}",
            "Container instances, by cluster and whether their agents are connected."
        );
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<int>> Tasks(View view)
    {
        foreach (var cluster in view.Range(EcsTables.Clusters).Where(it => it.Status == ClusterStatus.Active))
        {
            var waiting =
                view.Count(EcsTables.Tasks, cluster.Key + "/")
                - ClusterContents.Tasks(view, cluster, TaskStatus.Stopped);
            foreach (var status in PlacedStatuses)
            {
                var tasks = ClusterContents.Tasks(view, cluster, status);
                waiting -= tasks;
                yield return Of(cluster, status, tasks);
            }
            yield return Of(cluster, TaskStatus.Provisioning, waiting);
        }
    }

    private static Measurement<int> Of(ClusterRecord cluster, string status, int tasks) =>
        new(tasks, [.. Tags(cluster.Scope, cluster.Name), new("status", status)]);

    private static IEnumerable<Measurement<int>> Instances(View view) =>
        view.Range(EcsTables.ContainerInstances)
            .Where(instance => instance.Status != ContainerInstanceStatus.Inactive)
            .CountBy(instance => (instance.Scope, instance.Cluster, instance.AgentConnected))
            .Select(its => new Measurement<int>(
                its.Value,
                [
                    .. Tags(its.Key.Scope, its.Key.Cluster),
                    new("agent_connected", its.Key.AgentConnected ? "true" : "false"),
                ]
            ));

    private static KeyValuePair<string, object?>[] Tags(Scope scope, string cluster) =>
        [new("account", scope.AccountId), new("region", scope.Region), new("cluster", cluster)];
}
