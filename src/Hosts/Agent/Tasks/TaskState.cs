using System.Text.Json.Serialization;
using Estiba.Agent.Credentials;

namespace Estiba.Agent.Tasks;

/// <summary>
/// Everything the agent knows of one task: what the server wants and how far its containers have come.
/// </summary>
/// <remarks>Immutable. It is journalled as it is, so that an agent that was killed goes on where it was.</remarks>
internal sealed record TaskState
{
    /// <summary>The task as the server sent it.</summary>
    public required AcsTask Definition { get; init; }

    /// <summary>One per container of the definition, in its order.</summary>
    public required ContainerState[] Containers { get; init; }

    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>The server wants it stopped, or an essential container has; it never comes back from there.</summary>
    public bool StopWanted { get; init; }

    /// <summary>Why the agent itself decided to stop it; null when the server did.</summary>
    public string? StopReason { get; init; }

    /// <summary>
    /// All containers have been running: from then on the task counts as RUNNING until it has stopped.
    /// </summary>
    public bool HasRun { get; init; }

    public VolumePhase Volumes { get; init; }

    public DateTimeOffset? PullStartedAt { get; init; }

    public DateTimeOffset? PullStoppedAt { get; init; }

    /// <summary>
    /// When the last of its containers was started; for one that ended before, when the essential container was. Null
    /// as long as it has not run.
    /// </summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the essential container ended, or the last one.</summary>
    public DateTimeOffset? ExecutionStoppedAt { get; init; }

    /// <summary>When the last container had stopped; clean-up waits from here.</summary>
    public DateTimeOffset? StoppedAt { get; init; }

    /// <summary>The server has been told of the last state.</summary>
    public bool StopReported { get; init; }

    /// <summary>
    /// It was written down by an agent before this one, and nothing of it was seen running: it is not begun again
    /// before the server has said again that it wants it. It may have ended since, and the last that was written of it
    /// may have been lost with the power.
    /// </summary>
    [JsonIgnore]
    public bool AwaitsServer { get; init; }

    /// <summary>Its containers are being removed.</summary>
    [JsonIgnore]
    public bool CleaningUp { get; init; }

    /// <summary>
    /// When to remove its containers, by the steady clock; null where that is known from its end alone.
    /// </summary>
    [JsonIgnore]
    public TimeSpan? CleanUpAt { get; init; }

    [JsonIgnore]
    public string Arn => Definition.Arn!;

    /// <summary>The last part of the ARN, which is unique on its own.</summary>
    [JsonIgnore]
    public string Id => Arn[(Arn.LastIndexOf('/') + 1)..];

    [JsonIgnore]
    public bool IsStopped => StoppedAt is not null;

    /// <summary>A task that was just assigned.</summary>
    /// <param name="definition">As the server sent it; the secrets of its roles are left out.</param>
    /// <param name="now">The time.</param>
    /// <param name="endpointIds">Makes ids that nobody can guess.</param>
    public static TaskState Accept(AcsTask definition, DateTimeOffset now, Func<string> endpointIds) =>
        new()
        {
            Definition = definition with
            {
                RoleCredentials = TaskCredentials.WithoutSecrets(definition.RoleCredentials),
                ExecutionRoleCredentials = TaskCredentials.WithoutSecrets(definition.ExecutionRoleCredentials),
            },
            AcceptedAt = now,
            StopWanted = definition.DesiredStatus == TaskStatuses.Stopped,
            Containers =
            [
                .. (definition.Containers ?? []).Select(container => new ContainerState
                {
                    EngineName = ContainerNaming.NameOf(definition, container),
                    EndpointId = endpointIds(),
                    IsSeen = true,
                }),
            ],
        };

    /// <summary>This state when its containers may be in the engine without this agent having put them there.</summary>
    public TaskState Unseen() =>
        this with
        {
            Containers = Array.ConvertAll(Containers, container => container with { IsSeen = false }),
        };

    /// <summary>Whether credentials of one of its roles have this id.</summary>
    public bool HasCredentials(string id) =>
        Definition.RoleCredentials?.CredentialsId == id || Definition.ExecutionRoleCredentials?.CredentialsId == id;

    public AcsContainer ContainerDefinition(int index) => Definition.Containers![index];

    /// <summary>The engine's name of the container that the definition calls <paramref name="name"/>.</summary>
    public string? EngineNameOf(string name)
    {
        for (var index = 0; index < Containers.Length; index++)
            if (ContainerDefinition(index).Name == name)
                return Containers[index].EngineName;
        return null;
    }

    /// <summary>This state with nothing holding the container back: the engine answers again.</summary>
    public TaskState WithoutRetry(int index) =>
        Containers[index] is { RetryAt: not null } container
            ? With(index, container with { RetryAt = null, Failures = 0 })
            : this;

    /// <summary>This state with one container changed.</summary>
    public TaskState With(int index, ContainerState container)
    {
        if (ReferenceEquals(Containers[index], container))
            return this;

        var containers = (ContainerState[])Containers.Clone();
        containers[index] = container;
        return this with { Containers = containers };
    }
}

/// <summary>How far the task's own volumes have come.</summary>
internal enum VolumePhase
{
    None,
    Preparing,
    Ready,
}

/// <summary>The statuses of tasks and containers that the protocol carries as strings.</summary>
internal static class TaskStatuses
{
    public const string Pending = "PENDING";
    public const string Running = "RUNNING";
    public const string Stopped = "STOPPED";
}
