using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.ServiceRegistries;

/// <summary>What is to be done with a task's registration next. Pure: what is known of the task says it all.</summary>
/// <remarks>
/// A registration may have been made just before the platform was killed and not be known, so that one that waits is
/// deregistered as well, if its task ever ran.
/// </remarks>
internal static class RegistryPlan
{
    /// <summary>How soon to look again when a registry has refused a task.</summary>
    internal static readonly TimeSpan RefusedAgain = TimeSpan.FromSeconds(5);

    /// <summary>How long an answer of a name server is waited out at most.</summary>
    internal static readonly TimeSpan LongestDrain = TimeSpan.FromMinutes(1);

    /// <summary>The next step.</summary>
    internal static RegistryStep Next(TaskRecord task, TaskRegistration registration, DateTimeOffset now) =>
        registration.State switch
        {
            TaskRegistrationState.Waiting when !task.IsWanted => task.StartedAt is null
                ? RegistryStep.Leave
                : RegistryStep.Deregister,
            TaskRegistrationState.Waiting when task.LastStatus == TaskStatus.Running => RegistryStep.Register,
            TaskRegistrationState.Registered when !task.IsWanted => RegistryStep.Deregister,
            TaskRegistrationState.Registered when registration.IsHealthy is { } told && told != IsHealthy(task) =>
                RegistryStep.Tell,
            TaskRegistrationState.Draining when task.IsStopped || !(registration.RememberedUntil > now) =>
                RegistryStep.Leave,
            _ => RegistryStep.None,
        };

    /// <summary>When to look again although nothing changes; null for never.</summary>
    internal static TimeSpan? LookAgain(TaskRegistration registration, DateTimeOffset now) =>
        registration switch
        {
            { State: TaskRegistrationState.Draining, RememberedUntil: { } until } => until > now
                ? until - now
                : TimeSpan.Zero,
            { State: not TaskRegistrationState.Gone, Refusal: not null } => RefusedAgain,
            _ => null,
        };

    /// <summary>Whether a task is healthy by the health checks of its containers, if they have any.</summary>
    internal static bool IsHealthy(TaskRecord task) =>
        task.HealthStatus == Contracts.Ecs.HealthStatus.Healthy
        || (!task.HasHealthCheck && task.HealthStatus != Contracts.Ecs.HealthStatus.Unhealthy);

    /// <summary>A registration that the registry has refused to make, or to undo. A task that is to stop is not kept
    /// from it for longer than answers of name servers would.</summary>
    internal static TaskRegistration Refused(
        TaskRecord task,
        TaskRegistration registration,
        string why,
        DateTimeOffset now
    ) =>
        registration with
        {
            Refusal = why,
            IsGivenUp = registration.IsGivenUp || (!task.IsWanted && task.StoppingAt + LongestDrain <= now),
        };

    /// <summary>A registration whose task was deregistered.</summary>
    /// <param name="task">The task: when it has stopped, nobody finds it whatever he remembers.</param>
    /// <param name="registration">The registration before.</param>
    /// <param name="remembered">For how long answers of name servers are remembered.</param>
    /// <param name="now">The time.</param>
    internal static TaskRegistration Deregistered(
        TaskRecord task,
        TaskRegistration registration,
        TimeSpan remembered,
        DateTimeOffset now
    )
    {
        var drain = remembered < LongestDrain ? remembered : LongestDrain;
        var isOver = task.IsStopped || drain == TimeSpan.Zero;
        return registration with
        {
            State = isOver ? TaskRegistrationState.Gone : TaskRegistrationState.Draining,
            RememberedUntil = isOver ? null : now + drain,
            IsHealthy = null,
            Refusal = null,
        };
    }
}

/// <summary>What is to be done with a registration.</summary>
internal enum RegistryStep
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>To register the task.</summary>
    Register,

    /// <summary>To say how the task is.</summary>
    Tell,

    /// <summary>To take the task off.</summary>
    Deregister,

    /// <summary>To let the task go: nobody has it, and nobody remembers it.</summary>
    Leave,
}
