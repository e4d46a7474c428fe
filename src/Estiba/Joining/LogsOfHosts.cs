using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Joining;

/// <summary>
/// Which logs a host's own key is good for: the groups and streams that the definitions of its own tasks name.
/// </summary>
/// <remarks>
/// The names follow from the options of the driver <c>awslogs</c> ("Send Amazon ECS logs to CloudWatch", ECS developer
/// guide): a stream is <c>prefix/container/task</c>; without
/// a prefix it is the one that is named, or has the engine's id of the container.
/// </remarks>
internal static class LogsOfHosts
{
    private const string Group = "log-group:";
    private const string Stream = ":log-stream:";
    private const int LengthOfId = 64;

    /// <summary>Whether a host may do something with a group or a stream.</summary>
    /// <param name="view">The state.</param>
    /// <param name="host">The host.</param>
    /// <param name="action">As IAM names it, <c>logs:PutLogEvents</c>.</param>
    /// <param name="resource">The ARN: <c>arn:aws:logs:REGION:ACCOUNT:log-group:GROUP:log-stream:STREAM</c>, or the
    /// group's alone where it is made.</param>
    internal static bool Allow(View view, BoundHost host, string action, string resource)
    {
        if (!Arn.TryParse(resource, out var arn) || arn.Service != "logs" || arn.AccountId != host.Scope.AccountId)
            return false;
        if (!arn.Resource.StartsWith(Group, StringComparison.Ordinal))
            return false;
        var names = arn.Resource[Group.Length..].Split(Stream, 2);
        if (names is not [var group, var stream])
            return action == "logs:CreateLogGroup"
                && TasksOfHost.All(view, host).Any(task => MakesGroup(task.Definition, host, arn.Region, names[0]));

        // Most streams end in the id of their task, which is then the only one to look at.
        return TasksOfHost
                .Named(view, host, stream[(stream.LastIndexOf('/') + 1)..])
                .Any(task => Writes(task, host, arn.Region, group, stream))
            || TasksOfHost.All(view, host).Any(task => Writes(task, host, arn.Region, group, stream));
    }

    private static bool MakesGroup(TaskDefinition definition, BoundHost host, string region, string group) =>
        LogsIn(definition, host, region, group)
            .Any(container =>
                bool.TryParse(
                    container.LogConfiguration!.Options!.GetValueOrDefault("awslogs-create-group"),
                    out var makes
                ) && makes
            );

    private static bool Writes(
        (TaskRecord Task, TaskDefinition Definition) task,
        BoundHost host,
        string region,
        string group,
        string stream
    ) => LogsIn(task.Definition, host, region, group).Any(container => IsStreamOf(task.Task, container, stream));

    private static IEnumerable<ContainerDefinition> LogsIn(
        TaskDefinition definition,
        BoundHost host,
        string region,
        string group
    ) =>
        (definition.ContainerDefinitions ?? []).Where(container =>
            container.LogConfiguration is { LogDriver: LogDriver.Awslogs, Options: { } options }
            && options.GetValueOrDefault("awslogs-group") == group
            && (options.GetValueOrDefault("awslogs-region") is { Length: > 0 } given ? given : host.Scope.Region)
                == region
        );

    private static bool IsStreamOf(TaskRecord task, ContainerDefinition container, string stream)
    {
        var options = container.LogConfiguration!.Options!;
        if (options.GetValueOrDefault("awslogs-stream-prefix") is { Length: > 0 } prefix)
            return stream == $"{prefix}/{container.Name}/{task.Id}";
        if (options.GetValueOrDefault("awslogs-stream") is { Length: > 0 } named)
            return stream == named;

        // The stream is made before the container runs, which is when its id becomes known.
        return task.Containers.FirstOrDefault(candidate => candidate.Name == container.Name)?.RuntimeId is { } id
            ? stream == id
            : stream.Length == LengthOfId && stream.All(char.IsAsciiHexDigitLower);
    }
}
