using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Services.TrafficShifts;

/// <summary>
/// How far a deployment is that runs a new revision beside the one that serves, and then shifts the traffic to it
/// ("Amazon ECS blue/green deployments", developer guide).
/// </summary>
public sealed record TrafficShiftRecord
{
    /// <summary>The stage, such as <c>SCALE_UP</c>.</summary>
    public required string Stage { get; init; }

    /// <summary>When the stage began.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>How much of the production traffic the primary deployment is to get, in percent.</summary>
    public double Production { get; init; }

    /// <summary>When that was decided.</summary>
    public DateTimeOffset? ProductionSince { get; init; }

    /// <summary>How much of the test traffic the primary deployment is to get, in percent.</summary>
    public double Test { get; init; }

    /// <summary>Whether it goes back to the revision that served before: nothing is waited for then but that any of its
    /// tasks is healthy.</summary>
    public bool IsRollback { get; init; }

    /// <summary>Whether nothing served before, so that all of the traffic goes to the primary deployment at once, and
    /// its tasks come as in a rolling update.</summary>
    public bool IsFirst { get; init; }
}

/// <summary>How listener rules share the traffic of a service between its target groups.</summary>
/// <param name="Production">The share of the alternate target groups in the production rules, in percent.</param>
/// <param name="Test">Their share in the test rules, in percent.</param>
public sealed record TrafficShares(double Production, double Test);

/// <summary>
/// A pause of a deployment at one of its stages, which somebody ends with <c>ContinueServiceDeployment</c>.
/// </summary>
public sealed record PauseRecord
{
    /// <summary>What the call names it.</summary>
    public required string HookId { get; init; }

    /// <summary>The stage of the hook, such as <c>PRE_PRODUCTION_TRAFFIC_SHIFT</c>.</summary>
    public required string Stage { get; init; }

    /// <summary>Which of the configuration's hooks it is.</summary>
    public required int Hook { get; init; }

    /// <summary>When it ends by itself.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What happens then: <c>ROLLBACK</c> or <c>CONTINUE</c>.</summary>
    public required string TimeoutAction { get; init; }

    /// <summary><c>AWAITING_ACTION</c>, and later <c>SUCCEEDED</c>, <c>FAILED</c> or <c>TIMED_OUT</c>.</summary>
    public string Status { get; init; } = DeploymentLifecycleHookStatus.AwaitingAction;
}
