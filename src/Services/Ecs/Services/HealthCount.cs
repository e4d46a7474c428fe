using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Services;

/// <summary>
/// Says which tasks count as healthy at a time. What a deployment rests on must have lasted: running for a moment is
/// not enough.
/// </summary>
/// <remarks>
/// <c>minimumHealthyPercent</c> of "DeploymentConfiguration", API reference: a task with a health check counts when it
/// passes, one without when it has run for 40 seconds, and one that load balancers send requests to when its targets
/// are healthy. Beyond ECS, these must have come through their slow start, too. Here the same holds for everything that
/// a deployment decides: its steps, its end, the steady state, what is given up when there are too many.
/// </remarks>
/// <param name="Now">The time.</param>
/// <param name="HealthyAfter">How long a task without a health check must have run.</param>
internal readonly record struct HealthCount(DateTimeOffset Now, TimeSpan HealthyAfter)
{
    /// <summary>
    /// From when on a task counts, if nothing happens to it; null for one that does not run, or does not pass its
    /// health checks.
    /// </summary>
    internal DateTimeOffset? From(TaskRecord task) =>
        !task.IsHealthy ? null
        : task.Targets is { } targets ? targets.Max(target => target.ReadyAt)
        : task.HealthStatus == Contracts.Ecs.HealthStatus.Healthy ? task.StartedAt
        : task.StartedAt + HealthyAfter;

    /// <summary>Whether a task counts now.</summary>
    /// <remarks>One that started later than now did so before the clock was set back.</remarks>
    internal bool Includes(TaskRecord task) => task.IsHealthy && !(From(task) > Now && task.StartedAt <= Now);
}
