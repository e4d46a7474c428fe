using System.Text.Json.Nodes;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Agents;

/// <summary>
/// The part of a container definition that belongs to the container itself, in Docker's <c>Config</c> form.
/// </summary>
internal static class DockerContainerConfig
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    internal static JsonObject Of(ContainerDefinition container)
    {
        var config = new JsonObject();
        config.Set("Hostname", container.Hostname);
        config.Set("User", container.User);
        config.Set("WorkingDir", container.WorkingDirectory);
        config.Set("NetworkDisabled", container.DisableNetworking);
        config.Set("OpenStdin", container.Interactive);
        config.Set("Tty", container.PseudoTerminal);
        if (container.DockerLabels is { Count: > 0 } labels)
            config["Labels"] = DockerText.Map(labels);
        if (container.HealthCheck is { } check)
            config["Healthcheck"] = HealthCheck(check);
        return config;
    }

    // Docker counts in nanoseconds.
    private static JsonObject HealthCheck(HealthCheck check) =>
        new()
        {
            ["Test"] = DockerText.Strings(check.Command!),
            ["Interval"] = (check.Interval ?? 30) * NanosecondsPerSecond,
            ["Timeout"] = (check.Timeout ?? 5) * NanosecondsPerSecond,
            ["StartPeriod"] = (check.StartPeriod ?? 0) * NanosecondsPerSecond,
            ["Retries"] = check.Retries ?? 3,
        };
}
