using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tasks;

/// <summary>How a task of <c>RunTask</c> is to be placed when there is room for it.</summary>
/// <param name="Run">The id of the first task of its call: the tasks of one call are alike.</param>
/// <param name="Constraints">Where it may be, beside what its definition says.</param>
/// <param name="Strategy">Where it would best be.</param>
public sealed record TaskPlacement(
    string Run,
    IReadOnlyList<PlacementConstraint> Constraints,
    IReadOnlyList<PlacementStrategy> Strategy
);
