using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Services;

/// <summary>What a service does next.</summary>
internal sealed record ServiceStep
{
    /// <summary>How many tasks to ask for, on any instances that have the capacity.</summary>
    internal int Start { get; init; }

    /// <summary>The container instances, by id, that a daemon service wants a task on and has none.</summary>
    internal IReadOnlyList<string> StartOn { get; init; } = [];

    /// <summary>
    /// Placed tasks to stop, because they are too many, outdated, or on an instance that is not to keep them.
    /// </summary>
    internal IReadOnlyList<TaskRecord> Stop { get; init; } = [];

    /// <summary>Tasks to stop because they fail their health checks.</summary>
    internal IReadOnlyList<TaskRecord> StopUnhealthy { get; init; } = [];

    /// <summary>Waiting tasks that nobody needs any more.</summary>
    internal IReadOnlyList<TaskRecord> Discard { get; init; } = [];

    /// <summary>
    /// Whether tasks are to be replaced and the deployment configuration allows neither one more nor one less, now and
    /// for ever.
    /// </summary>
    internal bool IsBlocked { get; init; }

    /// <summary>Whether exactly the wanted tasks run, all are healthy, and no others are left.</summary>
    internal bool IsSettled { get; init; }
}
