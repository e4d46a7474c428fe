using System.Collections.Concurrent;
using Estiba.Agent.Tasks;
using Estiba.Contracts.Tcs;
using Estiba.Engines;
using Microsoft.Extensions.Logging;

namespace Estiba.Agent.Telemetry;

/// <summary>
/// Reads the counters of every running container twice in an interval, as AWS's agent does when it polls.
/// </summary>
internal sealed partial class UsageSampler(AgentOptions options, IContainerEngine engine, ILogger logger)
{
    private const int Concurrency = 8;

    private readonly ConcurrentDictionary<string, ContainerUsage> _usages = new(StringComparer.Ordinal);

    public async Task SampleAsync(ICollection<TaskState> tasks, CancellationToken cancellation)
    {
        var running = tasks
            .SelectMany(task => task.Containers)
            .Where(container => container is { Phase: ContainerPhase.Running, Id: not null })
            .Select(container => container.Id!)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _usages.Keys.Where(id => !running.Contains(id)))
            _usages.TryRemove(gone, out _);
        await Parallel.ForEachAsync(
            running,
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellation },
            async (id, token) =>
            {
                try
                {
                    if (await engine.FindStatisticsAsync(id, token) is { } reading)
                        _usages.GetOrAdd(id, static (_, cpu) => new ContainerUsage(cpu), options.Cpu).Add(reading);
                }
                catch (EngineException exception)
                {
                    Log.StatisticsUnreadable(logger, id, exception.Message);
                }
            }
        );
    }

    /// <summary>The statistics of each task since the last time.</summary>
    public List<TaskMetric> Take(ICollection<TaskState> tasks)
    {
        var metrics = new List<TaskMetric>();
        foreach (var task in tasks)
        {
            var containers = new List<ContainerMetric>();
            for (var index = 0; index < task.Containers.Length; index++)
            {
                var definition = task.ContainerDefinition(index);
                int? restarts = definition.RestartPolicy?.Enabled == true ? task.Containers[index].RestartCount : null;
                if (
                    task.Containers[index].Id is { } id
                    && _usages.TryGetValue(id, out var usage)
                    && usage.Take(definition.Name ?? "", restarts) is { } metric
                )
                    containers.Add(metric);
            }

            if (containers.Count == 0)
                continue;
            metrics.Add(
                new TaskMetric
                {
                    TaskArn = task.Arn,
                    ClusterArn = task.Definition.TaskClusterArn,
                    TaskDefinitionFamily = task.Definition.Family,
                    TaskDefinitionVersion = task.Definition.Version,
                    ContainerMetrics = containers,
                }
            );
        }

        return metrics;
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Debug,
            Message = "The statistics of container {Container} cannot be read: {Message}"
        )]
        internal static partial void StatisticsUnreadable(ILogger logger, string container, string message);
    }
}
