using System.Text.Json.Nodes;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Agents;

/// <summary>
/// A log configuration in Docker's form; the prefix of a log stream becomes its name ("awslogs-stream-prefix",
/// developer guide).
/// </summary>
internal static class DockerLogConfig
{
    private const string StreamPrefix = "awslogs-stream-prefix";

    internal static JsonObject Of(LogConfiguration log, string container, TaskRecord task, EcsOptions options)
    {
        var config = DockerText.Map(
            (log.Options ?? new Dictionary<string, string>(StringComparer.Ordinal)).Where(option =>
                option.Key != StreamPrefix
            )
        );
        if (log.LogDriver == LogDriver.Awslogs)
        {
            // Without a prefix the stream is called after the container's id, which only the engine knows.
            if (log.Options?.GetValueOrDefault(StreamPrefix) is { Length: > 0 } prefix)
                config["awslogs-stream"] = $"{prefix}/{container}/{task.Id}";
            config["awslogs-endpoint"] = options.AgentEndpoint.GetLeftPart(UriPartial.Authority);
        }

        return new JsonObject { ["Type"] = log.LogDriver, ["Config"] = config };
    }
}
