using Estiba.Contracts.Ecs;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.TaskDefinitions.Validation;

/// <summary>Log drivers and their options ("LogConfiguration", API reference).</summary>
internal static class LogChecks
{
    private static readonly Dictionary<string, string[]> Required = new(StringComparer.Ordinal)
    {
        [LogDriver.Awslogs] = ["awslogs-region", "awslogs-group"],
        [LogDriver.Splunk] = ["splunk-token", "splunk-url"],
        [LogDriver.Gelf] = ["gelf-address"],
    };

    private static readonly HashSet<string> AwslogsOptions = new(StringComparer.Ordinal)
    {
        "awslogs-create-group",
        "awslogs-region",
        "awslogs-group",
        "awslogs-stream-prefix",
        "awslogs-datetime-format",
        "awslogs-multiline-pattern",
        "mode",
        "max-buffer-size",
    };

    internal static void Check(TaskDefinition definition)
    {
        var containers = definition.ContainerDefinitions!;
        foreach (var container in containers)
            if (container.LogConfiguration is { } log)
                Check(log, definition.ExecutionRoleArn);

        var usesRouter = containers.Any(container => container.LogConfiguration?.LogDriver == LogDriver.Awsfirelens);
        var hasRouter = containers.Any(container => container.FirelensConfiguration is not null);
        if (hasRouter && !usesRouter)
            throw ClientException(
                "When a firelensConfiguration object is specified, at least one container has to be configured "
                    + "with the awsfirelens log driver."
            );
        if (usesRouter && !hasRouter)
            throw ClientException(
                "When awsfirelens log driver is specified in log configuration, a firelens configuration object "
                    + "must be configured in one of the containers."
            );
    }

    private static void Check(LogConfiguration log, string? executionRole)
    {
        var options = log.Options ?? new Dictionary<string, string>(StringComparer.Ordinal);
        var secret = (log.SecretOptions ?? []).Select(option => option.Name);
        if (log.SecretOptions is { Count: > 0 } && executionRole is null)
            throw ClientException(
                "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."
            );

        var required = Required.GetValueOrDefault(log.LogDriver!, []);
        var missing = required
            .Except(options.Keys, StringComparer.Ordinal)
            .Except(secret!, StringComparer.Ordinal)
            .ToList();
        if (missing.Count > 0)
            throw ClientException($"Log driver {log.LogDriver} requires options: {string.Join(", ", missing)}");
        foreach (var option in required)
            if (options.TryGetValue(option, out var value) && string.IsNullOrEmpty(value))
                throw ClientException($"Log driver {log.LogDriver} option '{option}' should not be null or empty.");

        if (log.LogDriver == LogDriver.Awslogs)
            CheckAwslogs(options);
    }

    private static void CheckAwslogs(IReadOnlyDictionary<string, string> options)
    {
        var others = options.Keys.Where(option => !AwslogsOptions.Contains(option)).ToList();
        if (others.Count > 0)
            throw ClientException($"Log driver awslogs disallows options: {string.Join(", ", others)}");
        if (
            options.TryGetValue("awslogs-create-group", out var create)
            && !string.Equals(create, "true", StringComparison.OrdinalIgnoreCase)
        )
            throw ClientException(
                "Log driver awslogs option 'awslogs-create-group' should only be set to 'true', else omit option."
            );
        if (options.ContainsKey("awslogs-datetime-format") && options.ContainsKey("awslogs-multiline-pattern"))
            throw ClientException(
                "Log driver awslogs allows only one of options: awslogs-datetime-format, awslogs-multiline-pattern"
            );
        if (options.TryGetValue("mode", out var mode) && mode is not ("blocking" or "non-blocking"))
            throw ClientException("Log driver awslogs option 'mode' should be set to 'blocking' or 'non-blocking'.");
    }
}
