using System.Text.Json.Serialization;

namespace Estiba.Ecs.Tasks;

/// <summary>A task as an instance of a service of Cloud Map, under its own id.</summary>
public sealed record TaskRegistration
{
    /// <summary>The service, by its ARN.</summary>
    public required string RegistryArn { get; init; }

    /// <summary>The container whose port is registered; null where only the address is.</summary>
    public string? ContainerName { get; init; }

    /// <summary>The container's port.</summary>
    public int? ContainerPort { get; init; }

    /// <summary>Whether it is an endpoint of Service Connect, of which a registry is told other things.</summary>
    public bool IsServiceConnect { get; init; }

    /// <summary>How far it has come.</summary>
    public TaskRegistrationState State { get; init; }

    /// <summary>How the registry was told that the task is; null where the registry is not told.</summary>
    public bool? IsHealthy { get; init; }

    /// <summary>Why the registry did not do what it was asked last, in words.</summary>
    public string? Refusal { get; init; }

    /// <summary>Whether its task stops although the registry still has it, which is asked on to take it off.</summary>
    public bool IsGivenUp { get; init; }

    /// <summary>Until when somebody may have been told where the task is by a name server, and remember it.</summary>
    public DateTimeOffset? RememberedUntil { get; init; }

    /// <summary>Whether the registry does not have it any more, and nobody remembers it.</summary>
    [JsonIgnore]
    public bool IsGone => State == TaskRegistrationState.Gone;

    /// <summary>Whether nobody waits for it before its task counts: it is registered, or cannot be.</summary>
    [JsonIgnore]
    public bool IsSettled => State != TaskRegistrationState.Waiting || Refusal is not null;
}

/// <summary>The stations of a <see cref="TaskRegistration"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskRegistrationState>))]
public enum TaskRegistrationState
{
    /// <summary>Its task does not run yet.</summary>
    Waiting,

    /// <summary>The registry has it.</summary>
    Registered,

    /// <summary>It was deregistered, and somebody may remember where it was.</summary>
    Draining,

    /// <summary>It is over.</summary>
    Gone,
}
