using System.Text.Json.Serialization;
using Estiba.Engines;

namespace Estiba.Agent.Tasks;

/// <summary>How far one container of a task has come, as last seen in the engine.</summary>
internal sealed record ContainerState
{
    /// <summary>
    /// Its name in the engine: the same however often the agent is started, so that it cannot be created twice.
    /// </summary>
    public required string EngineName { get; init; }

    /// <summary>The id under which the container asks about itself and its task; nobody else can guess it.</summary>
    public string EndpointId { get; init; } = "";

    public ContainerPhase Phase { get; init; }

    /// <summary>
    /// This agent knows how it is in the engine. Until then it may be running, whatever was written down of it.
    /// </summary>
    [JsonIgnore]
    public bool IsSeen { get; init; }

    /// <summary>The engine's id; null until it is created.</summary>
    public string? Id { get; init; }

    public int? ExitCode { get; init; }

    /// <summary>Why it failed, as the server is told: <c>CannotPullContainerError: …</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>The digest under which the registry knows the image.</summary>
    public string? ImageDigest { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>
    /// Since when it runs by the steady clock, as far as this agent could tell when it saw it first; null while it does
    /// not.
    /// </summary>
    [JsonIgnore]
    public TimeSpan? RunningSince { get; init; }

    /// <summary>How long it ran before it stopped, as far as this agent could tell; null while it runs.</summary>
    [JsonIgnore]
    public TimeSpan? RanFor { get; init; }

    public HealthState Health { get; init; }

    public DateTimeOffset? HealthSince { get; init; }

    public string HealthOutput { get; init; } = "";

    public IReadOnlyList<PublishedPort> Ports { get; init; } = [];

    /// <summary>How often the restart policy has started it again.</summary>
    public int RestartCount { get; init; }

    /// <summary>What the agent is doing with it at this moment; nothing after a restart of the agent.</summary>
    [JsonIgnore]
    public Activity Activity { get; init; }

    /// <summary>
    /// Nothing is tried before this time of the steady clock, after a call to the engine that led to nothing.
    /// </summary>
    [JsonIgnore]
    public TimeSpan? RetryAt { get; init; }

    /// <summary>Calls to the engine that led to nothing, since the last that did.</summary>
    [JsonIgnore]
    public int Failures { get; init; }

    [JsonIgnore]
    public bool IsStopped => Phase == ContainerPhase.Stopped;

    /// <summary>ECS's word for its health, if it has a health check.</summary>
    [JsonIgnore]
    public string HealthStatus =>
        this switch
        {
            { Phase: ContainerPhase.Running, Health: HealthState.Healthy } => "HEALTHY",
            { Phase: ContainerPhase.Running, Health: HealthState.Unhealthy } => "UNHEALTHY",
            { Phase: ContainerPhase.Stopped, WasStarted: true } => "UNHEALTHY",
            _ => "UNKNOWN",
        };

    /// <summary>It has been running at some time, even if it no longer is.</summary>
    [JsonIgnore]
    public bool WasStarted => StartedAt is not null;
}

/// <summary>
/// The way of a container; it goes down this list, and back only to be started again by its restart policy.
/// </summary>
internal enum ContainerPhase
{
    None,
    Pulled,
    Created,
    Running,
    Stopped,
}

/// <summary>A call to the engine that is under way for a container.</summary>
internal enum Activity
{
    None,
    Pulling,
    Creating,
    Starting,
    Stopping,
}
