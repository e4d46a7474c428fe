using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Services.Deployments;

/// <summary>Says when a deployment has failed ("How the Amazon ECS deployment circuit breaker detects failures", developer guide).</summary>
/// <remarks>Failures in a row are counted, of starts as of health checks; a task that becomes healthy sets the count back (<c>resetOnHealthyTask</c>).</remarks>
internal static class CircuitBreaker
{
    private const int LeastThreshold = 3;
    private const int MostThreshold = 200;

    /// <summary>Why a deployment fails, as its rollout state says.</summary>
    internal const string TasksFailedToStart = "ECS deployment circuit breaker: tasks failed to start.";

    /// <summary>Half the desired count, rounded up, from 3 to 200.</summary>
    internal static int Threshold(int desired) => Math.Clamp((desired + 1) / 2, LeastThreshold, MostThreshold);

    /// <summary>Whether it watches deployments with this configuration.</summary>
    internal static bool IsEnabled(DeploymentConfiguration? configuration) => configuration?.DeploymentCircuitBreaker?.Enable == true;

    /// <summary>Whether the primary deployment has to be given up.</summary>
    internal static bool IsTripped(ServiceRecord service) =>
        service.Status == ServiceStatus.Active
        && service.Primary.IsInProgress
        && IsEnabled(service.Settings.DeploymentConfiguration)
        && service.Primary.FailedTasks >= Threshold(service.DesiredCount);
}
