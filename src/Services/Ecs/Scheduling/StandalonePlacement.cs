using Estiba.Contracts.Ecs;
using Estiba.Ecs.Placement;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Scheduling;

/// <summary>
/// The part of a pass that places the waiting tasks outside of services, and gives up those that have waited long
/// enough. It decides and writes nothing.
/// </summary>
internal sealed class StandalonePlacement(
    View view,
    PlacementPass pass,
    string clusterKey,
    PreparedQueries queries,
    DateTimeOffset now
)
{
    // The tasks of one call of RunTask are alike, but for their capacity providers.
    private readonly Dictionary<(string Run, string? Provider), Candidates?> _lots = [];

    /// <summary>The tasks that have an instance now.</summary>
    internal List<TaskRecord> Placed { get; } = [];

    /// <summary>The tasks that wait no more.</summary>
    internal List<TaskRecord> GivenUp { get; } = [];

    /// <summary>How often it went through all instances.</summary>
    internal int Searches => _lots.Count;

    /// <summary>Goes through the tasks, the oldest first.</summary>
    /// <param name="most">How much work at most, in tasks.</param>
    /// <param name="workOfSearch">How much work it is to go through all instances once.</param>
    internal void Run(int most, int workOfSearch = 0)
    {
        foreach (var task in ServiceQueue.OutsideServices(view, clusterKey))
        {
            if (Placed.Count + GivenUp.Count + Searches * workOfSearch >= most)
                return;
            var lot = (task.Placement?.Run ?? task.Id, task.CapacityProvider);
            if (!_lots.TryGetValue(lot, out var candidates))
                _lots.Add(lot, candidates = CandidatesFor(task));
            if (candidates?.Take() is { } choice)
                Placed.Add(TaskTransitions.Place(task, choice.Instance, choice.Gpus));
            else if (task.CreatedAt + WaitingRoom.Patience <= now)
                GivenUp.Add(TaskTransitions.End(task, TaskStopCode.TaskFailedToStart, Reason(candidates?.Demand), now));
        }
    }

    private Candidates? CandidatesFor(TaskRecord task) =>
        DefinitionOf(view, task) is { } definition
            ? pass.For(
                new PlacementDemand(
                    task,
                    PlacementRules.Of(
                        definition.Definition,
                        task.Placement?.Constraints,
                        task.Placement?.Strategy,
                        queries
                    )
                )
            )
            : null;

    /// <summary>The expressions that instances have to meet for the waiting tasks of a cluster.</summary>
    internal static IEnumerable<string?> Expressions(View view, string clusterKey) =>
        ServiceQueue
            .OutsideServices(view, clusterKey)
            .DistinctBy(task => task.Placement?.Run)
            .SelectMany(task =>
                DefinitionOf(view, task) is { } definition
                    ? PlacementRules.Expressions(definition.Definition, task.Placement?.Constraints)
                    : []
            );

    // "Amazon ECS API failure reasons", developer guide: the stopped reasons of tasks that have failed to start.
    private string Reason(PlacementDemand? demand) =>
        demand is not null
        && pass.Closest(demand) is { Obstacle: var obstacle }
        && obstacle.Check != PlacementCheck.CapacityProvider
            ? PlacementMessages.Reason(obstacle)
            : PlacementMessages.EmptyCapacityProvider;

    private static TaskDefinitionRecord? DefinitionOf(View view, TaskRecord task) =>
        view.Find(EcsTables.TaskDefinitions, TaskDefinitionRecord.KeyOf(task.Scope, task.Family, task.Revision));
}
