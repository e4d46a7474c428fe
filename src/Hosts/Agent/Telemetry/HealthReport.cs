using Estiba.Agent.Tasks;
using Estiba.Contracts.Tcs;
using Estiba.Engines;

namespace Estiba.Agent.Telemetry;

/// <summary>What the server is told of the health of containers that have a health check.</summary>
internal static class HealthReport
{
    private const int LongestOutput = 1024;

    public static List<TaskHealth> Of(IEnumerable<TaskState> tasks)
    {
        var health = new List<TaskHealth>();
        foreach (var task in tasks)
        {
            if (task.IsStopped)
                continue;
            var containers = new List<ContainerHealth>();
            for (var index = 0; index < task.Containers.Length; index++)
            {
                var definition = task.ContainerDefinition(index);
                if (definition.HealthCheckType is not { Length: > 0 })
                    continue;
                var container = task.Containers[index];
                containers.Add(
                    new ContainerHealth
                    {
                        ContainerName = definition.Name,
                        HealthStatus = container.HealthStatus,
                        StatusSince = container.HealthSince,
                        Output = container.Health == HealthState.Unhealthy ? Beginning(container.HealthOutput) : null,
                    }
                );
            }

            if (containers.Count == 0)
                continue;
            health.Add(
                new TaskHealth
                {
                    TaskArn = task.Arn,
                    ClusterArn = task.Definition.TaskClusterArn,
                    TaskDefinitionFamily = task.Definition.Family,
                    TaskDefinitionVersion = task.Definition.Version,
                    Containers = containers,
                }
            );
        }

        return health;
    }

    private static string Beginning(string output) => output.Length <= LongestOutput ? output : output[..LongestOutput];
}
