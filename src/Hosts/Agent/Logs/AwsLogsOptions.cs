using System.Text.RegularExpressions;
using Estiba.Agent.Tasks;
using Estiba.Engines;

namespace Estiba.Agent.Logs;

/// <summary>
/// The options of the <c>awslogs</c> driver ("Send Amazon ECS logs to CloudWatch", ECS developer guide).
/// </summary>
internal sealed record AwsLogsOptions
{
    public const string Driver = "awslogs";

    public required string Group { get; init; }

    /// <summary>Null is the agent's own region.</summary>
    public string? Region { get; init; }

    public string? Stream { get; init; }

    public string? StreamPrefix { get; init; }

    public bool CreateGroup { get; init; }

    /// <summary>A line that matches begins a new event; null makes every line one.</summary>
    public Regex? EventStart { get; init; }

    /// <summary>The options of a container; null if another driver is meant.</summary>
    /// <exception cref="EngineException">An option is missing or wrong; the message is Docker's.</exception>
    public static AwsLogsOptions? Of(ContainerDefinition container)
    {
        if (container.LogDriver != Driver)
            return null;

        var options = container.LogOptions;
        if (!options.TryGetValue("awslogs-group", out var group) || group.Length == 0)
            throw Invalid("must specify a value for log opt 'awslogs-group'");

        var pattern = options.GetValueOrDefault("awslogs-multiline-pattern");
        var format = options.GetValueOrDefault("awslogs-datetime-format");
        if (pattern is { Length: > 0 } && format is { Length: > 0 })
            throw Invalid(
                "you cannot configure log opt 'awslogs-datetime-format' and 'awslogs-multiline-pattern' at the "
                    + "same time"
            );

        return new AwsLogsOptions
        {
            Group = group,
            Region = Given(options, "awslogs-region"),
            Stream = Given(options, "awslogs-stream"),
            StreamPrefix = Given(options, "awslogs-stream-prefix"),
            CreateGroup = bool.TryParse(options.GetValueOrDefault("awslogs-create-group"), out var create) && create,
            EventStart =
                pattern is { Length: > 0 } ? Compile(pattern)
                : format is { Length: > 0 } ? Compile(DateTimePattern.Of(format))
                : null,
        };
    }

    /// <summary><c>prefix/container/task</c>; without a prefix the engine's id of the container.</summary>
    public string StreamOf(TaskState task, int index, string containerId) =>
        StreamPrefix is not null
            ? $"{StreamPrefix}/{task.ContainerDefinition(index).Name}/{task.Id}"
            : Stream ?? containerId;

    private static string? Given(IReadOnlyDictionary<string, string> options, string name) =>
        options.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    private static Regex Compile(string pattern)
    {
        try
        {
            // As Docker's, which are those of Go: they never go back.
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw Invalid($"awslogs could not parse multiline pattern key \"{pattern}\": {exception.Message}");
        }
    }

    private static EngineException Invalid(string message) =>
        new($"failed to initialize logging driver: {message}", 400);
}
