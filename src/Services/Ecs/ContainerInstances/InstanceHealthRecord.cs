using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.ContainerInstances;

/// <summary>
/// What the agent of a container instance said last of its host's health. Beside the instance and not in it: it
/// changes all the time and concerns no controller.
/// </summary>
public sealed record InstanceHealthRecord
{
    /// <summary>The key of the container instance.</summary>
    public required string InstanceKey { get; init; }

    /// <summary>One for each thing that the agent looks after.</summary>
    public required IReadOnlyList<InstanceHealthCheckResult> Details { get; init; }
}
