using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.ContainerInstances;
using Estiba.Hosting.Metrics;
using Estiba.State;

namespace Estiba.Ecs.Metrics;

/// <summary>What is known of a cluster's tasks in a minute, and how a metric is made of it.</summary>
internal sealed class ClusterMinute
{
    private static readonly string[] CountedStatuses =
    [
        ContainerInstanceStatus.Active,
        ContainerInstanceStatus.Draining,
    ];

    private ClusterMinute(View view, ClusterRecord cluster, DateTimeOffset start, IReadOnlyList<MeasuredTask> tasks) =>
        (View, Cluster, Start, Tasks) = (view, cluster, start, tasks);

    internal View View { get; }

    internal ClusterRecord Cluster { get; }

    /// <summary>The minute's beginning.</summary>
    internal DateTimeOffset Start { get; }

    /// <summary>The tasks of which something is known.</summary>
    internal IReadOnlyList<MeasuredTask> Tasks { get; }

    /// <summary>The tasks of services, by the service's name.</summary>
    internal IEnumerable<IGrouping<string, MeasuredTask>> Services =>
        Tasks.Where(task => task.Task.Service is not null).GroupBy(task => task.Task.Service!, StringComparer.Ordinal);

    /// <summary>The container instances that count: those that are active or draining.</summary>
    internal IEnumerable<ContainerInstanceRecord> Instances =>
        CountedStatuses.SelectMany(status =>
            View.Where(EcsTables.ContainerInstances, EcsTables.InstancesByStatus, $"{Cluster.Key}/{status}")
        );

    /// <summary>The clusters of which a minute tells something: those with tasks that run.</summary>
    internal static IEnumerable<ClusterMinute> Of(View view, UsageMinute minute) =>
        minute
            .Tasks.Select(entry =>
                view.Find(EcsTables.Tasks, entry.Key) is { } task ? new MeasuredTask(task, entry.Value) : null
            )
            .OfType<MeasuredTask>()
            .Where(task => task.Usage.Containers.Count > 0)
            .GroupBy(task => task.Task.ClusterKey, StringComparer.Ordinal)
            .Select(tasks =>
                view.Find(EcsTables.Clusters, tasks.Key) is { } cluster
                    ? new ClusterMinute(view, cluster, minute.Start, [.. tasks])
                    : null
            )
            .OfType<ClusterMinute>();

    /// <summary>A metric of the cluster, or of what more dimensions name in it.</summary>
    internal MetricSample Sample(
        string nameSpace,
        string name,
        string unit,
        Spread spread,
        params ReadOnlySpan<(string Name, string Value)> within
    )
    {
        var dimensions = new List<Dimension>
        {
            new() { Name = "ClusterName", Value = Cluster.Name },
        };
        foreach (var (dimension, value) in within)
            dimensions.Add(new Dimension { Name = dimension, Value = value });
        return MetricSample.Of(Cluster.Scope, nameSpace, name, unit, dimensions, Start, spread);
    }
}
