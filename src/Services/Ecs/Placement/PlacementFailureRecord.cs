namespace Estiba.Ecs.Placement;

/// <summary>
/// The scheduler's finding that no container instance can have a waiting task of a service. It is there for as long as
/// that is so.
/// </summary>
public sealed record PlacementFailureRecord
{
    /// <summary>The key of the service, which is also its own.</summary>
    public required string ServiceKey { get; init; }

    /// <summary>What is in the way.</summary>
    public required PlacementFailure Failure { get; init; }

    /// <summary>When an event of the service said so last.</summary>
    public required DateTimeOffset ReportedAt { get; init; }
}

/// <summary>Why a task cannot be placed.</summary>
/// <param name="ContainerInstance">The instance that comes closest to having the task, by id; null when no instance
/// takes tasks.</param>
/// <param name="Obstacle">What is in the way there; null when there is no such instance.</param>
/// <param name="InvalidExpression">What is wrong with an expression of its constraints, which an earlier version took;
/// null when they can be read.</param>
public sealed record PlacementFailure(
    string? ContainerInstance = null,
    PlacementObstacle? Obstacle = null,
    string? InvalidExpression = null
);
