using Estiba.Contracts.ElbV2;

namespace Estiba.LoadBalancing.HealthChecks;

/// <summary>How a target is ("Target health status", user guide).</summary>
/// <param name="State">In one word.</param>
/// <param name="Reason">A code; null for a healthy one.</param>
/// <param name="Description">A sentence; null for a healthy one.</param>
internal sealed record Health(string State, string? Reason = null, string? Description = null)
{
    internal static readonly Health Healthy = new(TargetHealthStateEnum.Healthy);

    internal static readonly Health Registering = new(
        TargetHealthStateEnum.Initial,
        TargetHealthReasonEnum.ElbRegistrationInProgress,
        "Target registration is in progress"
    );

    internal static readonly Health InitialChecking = new(
        TargetHealthStateEnum.Initial,
        TargetHealthReasonEnum.ElbInitialHealthChecking,
        "Initial health checks in progress"
    );

    internal static readonly Health Draining = new(
        TargetHealthStateEnum.Draining,
        TargetHealthReasonEnum.TargetDeregistrationInProgress,
        "Target deregistration is in progress"
    );

    internal static readonly Health GroupNotInUse = new(
        TargetHealthStateEnum.Unused,
        TargetHealthReasonEnum.TargetNotInUse,
        "Target group is not configured to receive traffic from the load balancer"
    );

    internal static readonly Health ZoneNotEnabled = new(
        TargetHealthStateEnum.Unused,
        TargetHealthReasonEnum.TargetNotInUse,
        "Target is in an Availability Zone that is not enabled for the load balancer"
    );

    internal static readonly Health AddressUnusable = new(
        TargetHealthStateEnum.Unused,
        TargetHealthReasonEnum.TargetIpUnusable,
        "The IP address cannot be used as a target, as it is in use by a load balancer"
    );

    internal static readonly Health NotRegistered = new(
        TargetHealthStateEnum.Unused,
        TargetHealthReasonEnum.TargetNotRegistered,
        "Target is not registered to the target group"
    );

    /// <summary>Of an instance that does not run.</summary>
    internal static Health NotRunning(string state) =>
        new(TargetHealthStateEnum.Unused, TargetHealthReasonEnum.TargetInvalidState, $"Target is in the {state} state");

    /// <summary>Of a target whose checks fail.</summary>
    /// <param name="outcome">How the last one failed.</param>
    /// <param name="isNetwork">Whether it is a Network Load Balancer's, which tells no more than that.</param>
    internal static Health Unhealthy(ProbeOutcome outcome, bool isNetwork) =>
        isNetwork
            ? Failed(TargetHealthReasonEnum.TargetFailedHealthChecks, "Health checks failed")
            : outcome.Kind switch
            {
                ProbeKind.Timeout => Failed(TargetHealthReasonEnum.TargetTimeout, "Request timed out"),
                ProbeKind.Answered => Failed(
                    TargetHealthReasonEnum.TargetResponseCodeMismatch,
                    $"Health checks failed with these codes: [{outcome.Code}]"
                        + (outcome.Text is { } text ? $": {text}" : "")
                ),
                _ => Failed(TargetHealthReasonEnum.TargetFailedHealthChecks, "Health checks failed"),
            };

    private static Health Failed(string reason, string description) =>
        new(TargetHealthStateEnum.Unhealthy, reason, description);
}
