using System.Text.Json.Serialization;

namespace Estiba.Ecs.Tasks;

/// <summary>One port of a task's container as a target of a target group.</summary>
public sealed record TaskTarget
{
    /// <summary>The target group.</summary>
    public required string TargetGroupArn { get; init; }

    /// <summary>The container, by name.</summary>
    public required string ContainerName { get; init; }

    /// <summary>The container's port.</summary>
    public required int ContainerPort { get; init; }

    /// <summary>How far it has come; it never goes back while its task lives, unless somebody else deregisters
    /// it.</summary>
    public TaskTargetState State { get; init; }

    /// <summary>The instance under which it is registered; null as long as it is not.</summary>
    public string? Id { get; init; }

    /// <summary>The instance's port.</summary>
    public int? Port { get; init; }

    /// <summary>How it is, in the words of Elastic Load Balancing: <c>initial</c>, <c>healthy</c>, <c>unhealthy</c> and
    /// so on; null as long as nobody has said.</summary>
    public string? Health { get; init; }

    /// <summary>Why it is not healthy, or could not be registered, in words.</summary>
    public string? Reason { get; init; }

    /// <summary>When it became healthy, or will have its full share of requests after a slow start; null while it is
    /// not healthy.</summary>
    public DateTimeOffset? ReadyAt { get; init; }

    /// <summary>Whether it gets requests.</summary>
    [JsonIgnore]
    public bool IsHealthy => State == TaskTargetState.Registered && ReadyAt is not null;

    /// <summary>Whether it fails its health checks.</summary>
    [JsonIgnore]
    public bool IsUnhealthy =>
        State == TaskTargetState.Registered && Health == Contracts.ElbV2.TargetHealthStateEnum.Unhealthy;
}

/// <summary>The stations of a <see cref="TaskTarget"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskTargetState>))]
public enum TaskTargetState
{
    /// <summary>Its task does not run yet.</summary>
    Waiting,

    /// <summary>The target group has it.</summary>
    Registered,

    /// <summary>It was deregistered, and answers the requests that it had.</summary>
    Draining,

    /// <summary>The target group does not have it any more.</summary>
    Gone,
}
