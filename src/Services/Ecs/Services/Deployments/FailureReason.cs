namespace Estiba.Ecs.Services.Deployments;

/// <summary>Why a deployment fails, in the words of each place that tells it.</summary>
/// <param name="State">As its rollout state says it.</param>
/// <param name="Event">As the service's event says it.</param>
/// <param name="Rollback">As the service deployment says it that is rolled back.</param>
/// <param name="Detector">Who has found it, as the rollout state of the deployment says that is gone back to.</param>
internal sealed record FailureReason(
    string State,
    string Event,
    string Rollback,
    string Detector = FailureReason.CircuitBreaker
)
{
    internal const string CircuitBreaker = "circuit breaker";

    /// <summary>One that is told by the same words everywhere.</summary>
    internal FailureReason(string reason)
        : this(reason, reason, reason) { }
}
