using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services;
using Estiba.Ecs.Tasks;
using Estiba.Hosting.Metrics;

namespace Estiba.Ecs.Metrics;

/// <summary>
/// The metrics of the namespace <c>ECS/ContainerInsights</c>, for clusters whose setting <c>containerInsights</c> is
/// <c>enabled</c>, and of single tasks and containers where it is <c>enhanced</c> ("Metrics collected by Container
/// Insights", CloudWatch user guide).
/// </summary>
/// <remarks>What CloudWatch's own agent measures of an instance (<c>instance_cpu_utilization</c> and its like) is not
/// among them, nor are performance log events.</remarks>
internal static class ContainerInsights
{
    private const string Namespace = "ECS/ContainerInsights";

    internal static IEnumerable<MetricSample> Of(ClusterMinute minute)
    {
        var setting = minute
            .Cluster.Settings.FirstOrDefault(each => each.Name == ClusterSettingName.ContainerInsights)
            ?.Value;
        return setting switch
        {
            "enabled" => OfCluster(minute).Concat(OfServices(minute)).Concat(OfFamilies(minute)),
            "enhanced" => OfCluster(minute)
                .Concat(OfServices(minute))
                .Concat(OfFamilies(minute))
                .Concat(minute.Tasks.SelectMany(task => OfTask(minute, task))),
            _ => [],
        };
    }

    private static IEnumerable<MetricSample> OfCluster(ClusterMinute minute)
    {
        var cluster = minute.Cluster;
        var running = minute
            .View.Aggregate(EcsTables.Tasks, TaskCounts.OfClusters, cluster.Key)
            .Of(Tasks.TaskStatus.Running);
        var services = minute
            .View.Where(EcsTables.Services, EcsTables.ServicesByStatus, $"{cluster.Key}/{ServiceStatus.Active}")
            .Count();
        return
        [
            Count(minute, "TaskCount", running),
            Count(minute, "ServiceCount", services),
            Count(minute, "ContainerInstanceCount", minute.Instances.Count()),
            .. Used(minute, minute.Tasks),
        ];
    }

    private static IEnumerable<MetricSample> OfServices(ClusterMinute minute)
    {
        foreach (var tasks in minute.Services)
        {
            var within = ("ServiceName", tasks.Key);
            foreach (var sample in Used(minute, tasks, within))
                yield return sample;
            var key = $"{minute.Cluster.Key}/{tasks.Key}";
            if (
                minute.View.Find(EcsTables.Services, key) is not { } service
                || minute.View.Find(EcsTables.ServiceRollouts, key) is not { } rollout
            )
                continue;
            var census = ServiceCensus.Of(minute.View, key).All;
            yield return Count(minute, "DesiredTaskCount", service.DesiredCount, within);
            yield return Count(minute, "RunningTaskCount", census.Running, within);
            yield return Count(minute, "PendingTaskCount", census.Starting, within);
            yield return Count(minute, "DeploymentCount", rollout.Deployments.Count, within);
            yield return Count(minute, "TaskSetCount", rollout.TaskSets.Count, within);
        }
    }

    private static IEnumerable<MetricSample> OfFamilies(ClusterMinute minute) =>
        minute
            .Tasks.GroupBy(task => task.Task.Family, StringComparer.Ordinal)
            .SelectMany(tasks => Used(minute, tasks, ("TaskDefinitionFamily", tasks.Key)));

    /// <summary>What tasks used, each of them a value.</summary>
    private static List<MetricSample> Used(
        ClusterMinute minute,
        IEnumerable<MeasuredTask> tasks,
        params ReadOnlySpan<(string, string)> within
    )
    {
        var all = tasks.ToList();
        var samples = new List<MetricSample>
        {
            Spread(minute, "CpuUtilized", StandardUnit.None, all, task => task.Usage.Cpu, within),
            Spread(minute, "CpuReserved", StandardUnit.None, all, task => task.Task.Resources.Cpu, within),
            Spread(minute, "MemoryUtilized", StandardUnit.Megabytes, all, task => task.Usage.Memory, within),
            Spread(minute, "MemoryReserved", StandardUnit.Megabytes, all, task => task.MemoryReserved, within),
            Spread(minute, "NetworkRxBytes", StandardUnit.BytesSecond, all, task => task.Usage.Received, within),
            Spread(minute, "NetworkTxBytes", StandardUnit.BytesSecond, all, task => task.Usage.Sent, within),
            Spread(minute, "StorageReadBytes", StandardUnit.Bytes, all, task => task.Usage.Read, within),
            Spread(minute, "StorageWriteBytes", StandardUnit.Bytes, all, task => task.Usage.Written, within),
        };
        var restarting = all.FindAll(task => task.Usage.CountsRestarts);
        if (restarting.Count > 0)
            samples.Add(
                Spread(minute, "RestartCount", StandardUnit.Count, restarting, task => task.Usage.Restarts, within)
            );
        return samples;
    }

    private static List<MetricSample> OfTask(ClusterMinute minute, MeasuredTask task)
    {
        var id = ("TaskId", task.Task.Id);
        (string, string)[][] places =
        [
            [("TaskDefinitionFamily", task.Task.Family), id],
            .. task.Task.Service is { } service ? new[] { new[] { ("ServiceName", service), id } } : [],
        ];
        var samples = new List<MetricSample>();
        foreach (var place in places)
        {
            samples.AddRange(Used(minute, [task], place));
            samples.Add(Percent(minute, "TaskCpuUtilization", task.CpuUtilization, place));
            samples.Add(Percent(minute, "TaskMemoryUtilization", task.MemoryUtilization, place));
            foreach (var (name, usage) in task.Usage.Containers)
            {
                (string, string)[] container = [.. place, ("ContainerName", name)];
                samples.Add(minute.Sample(Namespace, "ContainerCpuUtilized", StandardUnit.None, usage.Cpu, container));
                samples.Add(
                    minute.Sample(Namespace, "ContainerMemoryUtilized", StandardUnit.Megabytes, usage.Memory, container)
                );
            }
        }

        return samples;
    }

    private static MetricSample Count(
        ClusterMinute minute,
        string name,
        int value,
        params ReadOnlySpan<(string, string)> within
    ) => minute.Sample(Namespace, name, StandardUnit.Count, Hosting.Metrics.Spread.Of(value), within);

    private static MetricSample Percent(
        ClusterMinute minute,
        string name,
        double value,
        ReadOnlySpan<(string, string)> within
    ) => minute.Sample(Namespace, name, StandardUnit.Percent, Hosting.Metrics.Spread.Of(value), within);

    private static MetricSample Spread(
        ClusterMinute minute,
        string name,
        string unit,
        List<MeasuredTask> tasks,
        Func<MeasuredTask, double> value,
        ReadOnlySpan<(string, string)> within
    )
    {
        var spread = default(Spread);
        foreach (var task in tasks)
            spread += value(task);
        return minute.Sample(Namespace, name, unit, spread, within);
    }
}
