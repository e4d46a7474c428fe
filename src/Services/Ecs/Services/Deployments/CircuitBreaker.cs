using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Services.Deployments;

/// <summary>
/// Says when a deployment has failed ("How the Amazon ECS deployment circuit breaker detects failures", developer
/// guide).
/// </summary>
/// <remarks>
/// Failures are counted, of starts as of health checks; a task that becomes healthy sets the count back unless
/// <c>resetOnHealthyTask</c> is false. How many are too many is half the desired count, from 3 to 200, or what
/// <c>thresholdConfiguration</c> says ("ThresholdConfiguration", API reference, which gives its value no upper bound).
/// </remarks>
internal static class CircuitBreaker
{
    private const int DefaultPercent = 50;
    private const int LeastThreshold = 3;
    private const int MostThreshold = 200;

    /// <summary>Why a deployment fails.</summary>
    internal static readonly FailureReason Failure = new(
        "ECS deployment circuit breaker: tasks failed to start.",
        "tasks failed to start.",
        "Service deployment rolled back because the circuit breaker threshold was exceeded."
    );

    /// <summary>How many failures end a deployment with this configuration.</summary>
    internal static int Threshold(DeploymentConfiguration? configuration, int desired) =>
        configuration?.DeploymentCircuitBreaker?.ThresholdConfiguration switch
        {
            { Type: ThresholdType.Count, Value: { } count } => count,
            { Type: ThresholdType.UnboundedPercent, Value: { } percent } => Math.Max(Share(percent, desired), 1),
            var bounded => Math.Clamp(Share(bounded?.Value ?? DefaultPercent, desired), LeastThreshold, MostThreshold),
        };

    /// <summary>Whether it watches deployments with this configuration.</summary>
    internal static bool IsEnabled(DeploymentConfiguration? configuration) =>
        configuration?.DeploymentCircuitBreaker?.Enable == true;

    /// <summary>Whether the primary deployment has to be given up.</summary>
    internal static bool IsTripped(ServiceRecord service, ServiceRolloutRecord rollout) =>
        service.Status == ServiceStatus.Active
        && rollout.Primary.IsInProgress
        && IsEnabled(service.Settings.DeploymentConfiguration)
        && rollout.Primary.FailedTasks >= Threshold(service.Settings.DeploymentConfiguration, service.DesiredCount);

    /// <summary>Whether a task that becomes healthy sets the count back.</summary>
    internal static bool ResetsOnHealthyTask(ServiceRecord service) =>
        service.Settings.DeploymentConfiguration?.DeploymentCircuitBreaker?.ResetOnHealthyTask != false;

    /// <summary>What can be said of a circuit breaker without looking at the state.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>.</exception>
    internal static void Validate(DeploymentCircuitBreaker? breaker)
    {
        if (breaker?.ThresholdConfiguration is { Value: < 1 })
            throw EcsErrors.InvalidParameterException(
                "The value of the deployment circuit breaker's thresholdConfiguration must be a positive integer."
            );
    }

    // Rounded up, as in the examples of the developer guide.
    private static int Share(int percent, int desired) =>
        (int)Math.Min(((long)percent * desired + 99) / 100, int.MaxValue);
}
