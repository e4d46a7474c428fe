using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Services.Deployments;

/// <summary>
/// One deployment of a service: the tasks of one service revision. The newest is the primary; older ones last as long
/// as their tasks.
/// </summary>
public sealed record DeploymentRecord
{
    /// <summary><c>ecs-svc/</c> and nineteen digits; its tasks say it started them.</summary>
    public required string Id { get; init; }

    /// <summary>The family of its task definition.</summary>
    public required string Family { get; init; }

    /// <summary>The revision of its task definition.</summary>
    public required int Revision { get; init; }

    /// <summary>The service revision that it rolls out, by id.</summary>
    public string ServiceRevision { get; init; } = "";

    /// <summary>The service deployment that made it primary, by id.</summary>
    public string ServiceDeployment { get; init; } = "";

    /// <summary>When it began.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary><c>IN_PROGRESS</c>, <c>COMPLETED</c> or <c>FAILED</c>; one that has failed starts no tasks.</summary>
    public required string RolloutState { get; init; }

    /// <summary>Why, in words.</summary>
    public required string RolloutStateReason { get; init; }

    /// <summary>
    /// Tasks that failed one after another, to start or their health checks; one that becomes healthy sets it back.
    /// </summary>
    public int FailedTasks { get; init; }

    /// <summary>When the last of them failed.</summary>
    public DateTimeOffset? LastFailureAt { get; init; }

    /// <summary>No task of it is started before this time; null for at once.</summary>
    public DateTimeOffset? NextStartAt { get; init; }

    /// <summary>How many of its tasks ended by themselves soon after they had started, one after another.</summary>
    public int EarlyExits { get; init; }

    /// <summary>When the last of them ended.</summary>
    public DateTimeOffset? LastEarlyExitAt { get; init; }

    /// <summary>Whether its tasks are in the alternate target groups of the service's load balancers.</summary>
    public bool UsesAlternate { get; init; }

    /// <summary>Why it cannot succeed, whatever becomes of its tasks; null as long as it may.</summary>
    public string? Obstacle { get; init; }

    /// <summary>Whether it is on its way.</summary>
    public bool IsInProgress => RolloutState == DeploymentRolloutState.InProgress;

    /// <summary>Whether it has failed.</summary>
    public bool HasFailed => RolloutState == DeploymentRolloutState.Failed;
}
