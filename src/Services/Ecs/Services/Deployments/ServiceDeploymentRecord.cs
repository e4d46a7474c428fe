using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services.Alarms;
using Estiba.Ecs.Services.TrafficShifts;

namespace Estiba.Ecs.Services.Deployments;

/// <summary>
/// One entry of a service's deployment history ("View service history using Amazon ECS service deployments", developer
/// guide).
/// </summary>
public sealed record ServiceDeploymentRecord
{
    /// <summary>The key of its service.</summary>
    public required string ServiceKey { get; init; }

    /// <summary>21 letters, digits, hyphens and underscores.</summary>
    public required string Id { get; init; }

    /// <summary>The deployment that it made primary first, by id.</summary>
    public required string Deployment { get; init; }

    /// <summary>
    /// <c>PENDING</c> to one of the ends: <c>SUCCESSFUL</c>, <c>STOPPED</c>, <c>ROLLBACK_SUCCESSFUL</c>,
    /// <c>ROLLBACK_FAILED</c>.
    /// </summary>
    public required string Status { get; init; }

    /// <summary>Why, in words.</summary>
    public string? StatusReason { get; init; }

    /// <summary>The service revision to roll out, by id.</summary>
    public required string Target { get; init; }

    /// <summary>The service revisions that ran when it began, by id, with how many tasks were wanted of each.</summary>
    public IReadOnlyList<DeployedRevision> Sources { get; init; } = [];

    /// <summary>How many tasks were wanted when it began.</summary>
    public required int DesiredCount { get; init; }

    /// <summary>The percentages and the circuit breaker that it began with.</summary>
    public DeploymentConfiguration? Configuration { get; init; }

    /// <summary>When somebody asked for it.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the scheduler took it up.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it was stopped, if it was.</summary>
    public DateTimeOffset? StoppedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>What is rolled back to and why, if it is.</summary>
    public RollbackRecord? Rollback { get; init; }

    /// <summary>What ran of each revision when it ended; empty before.</summary>
    public IReadOnlyList<DeployedRevision> AtTheEnd { get; init; } = [];

    /// <summary>Where it was paused, in order.</summary>
    public IReadOnlyList<PauseRecord> Pauses { get; init; } = [];

    /// <summary>How often the circuit breaker counted a failure.</summary>
    public int Failures { get; init; }

    /// <summary>Whether the circuit breaker has ended it.</summary>
    public bool IsTriggered { get; init; }

    /// <summary>What has come of monitoring its alarms; null before they were looked at.</summary>
    public AlarmMonitorRecord? Alarms { get; init; }

    /// <summary>Since when it has all its tasks and waits for its alarms; null where it does not.</summary>
    public DateTimeOffset? BakingSince { get; init; }

    /// <summary>Whether it goes on.</summary>
    public bool IsOngoing => FinishedAt is null;

    /// <summary>Its key in the store.</summary>
    public string Key => KeyOf(ServiceKey, Id);

    /// <summary>The key of a service deployment.</summary>
    public static string KeyOf(string serviceKey, string id) => $"{serviceKey}/{id}";
}

/// <summary>What is deployed of one service revision.</summary>
/// <param name="Revision">The revision's id.</param>
/// <param name="Requested">How many tasks are wanted.</param>
/// <param name="Running">How many run.</param>
/// <param name="Pending">How many are on their way.</param>
public sealed record DeployedRevision(string Revision, int Requested, int Running = 0, int Pending = 0);

/// <summary>A way back.</summary>
/// <param name="Reason">Why, in words.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Revision">The id of the service revision that is gone back to.</param>
public sealed record RollbackRecord(string Reason, DateTimeOffset StartedAt, string Revision);
