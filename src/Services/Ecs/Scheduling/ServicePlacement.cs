using Estiba.Contracts;
using Estiba.Ecs.Placement;
using Estiba.Ecs.Services;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Scheduling;

/// <summary>The part of a pass that places the waiting tasks of one service. It decides and writes nothing.</summary>
internal sealed class ServicePlacement(
    View view,
    PlacementPass pass,
    BlockedLots.Search blocked,
    ServiceRecord service,
    PreparedQueries queries
)
{
    // By lot, whose tasks are identical; null when none of them can be placed.
    private readonly Dictionary<PlacementLot, Candidates?> _lots = [];
    private readonly List<TaskRecord> _placed = [];

    /// <summary>The service.</summary>
    internal ServiceRecord Service { get; } = service;

    /// <summary>The tasks that have an instance now.</summary>
    internal List<TaskRecord> Placed => _placed;

    /// <summary>Why the others have none; null when there are no others.</summary>
    internal PlacementFailure? Failure { get; private set; }

    /// <summary>How often it went through all instances; for tasks that are for one instance it does not.</summary>
    internal int Searches { get; private set; }

    /// <summary>Places the service's tasks, the oldest first.</summary>
    /// <param name="most">How much work at most, in placed tasks.</param>
    /// <param name="workOfSearch">How much work it is to go through all instances once.</param>
    internal void Run(int most, int workOfSearch = 0)
    {
        // Only a deployment whose tasks may all be anywhere is one lot, so that its end is known. What serves while
        // another revision comes is replaced as it was deployed, which may have been elsewhere.
        var open =
            Service.IsDaemon
            || Service.Settings.CapacityProviderStrategy is not null
            || Service.IsExternal
            || ServiceRolloutRecord.Of(view, Service.Key).Shift is not null
                ? int.MaxValue
                : ServiceCensus.Of(view, Service.Key).Deployments.Count(deployment => deployment.Tasks.Waiting > 0);
        foreach (var task in ServiceQueue.Of(view, Service.ClusterKey, Service.Name))
        {
            if (_placed.Count + Searches * workOfSearch >= most || open == 0)
                return;
            if (!task.IsWanted)
                continue;
            var lot = PlacementLot.Of(task);
            if (!_lots.TryGetValue(lot, out var candidates))
            {
                _lots.Add(lot, candidates = CandidatesFor(task, lot));
                if (candidates is null)
                    open--;
            }

            if (candidates?.Take() is { } choice)
            {
                _placed.Add(TaskTransitions.Place(task, choice.Instance, choice.Gpus));
            }
            else if (candidates is not null)
            {
                Failure = blocked.Add(Service, DefinitionOf(task)!, lot, candidates.Demand);
                _lots[lot] = null;
                Count(lot);
                open--;
            }
        }
    }

    private Candidates? CandidatesFor(TaskRecord task, PlacementLot lot)
    {
        if (DefinitionOf(task) is not { } definition)
            return null;
        if (blocked.Find(Service, definition, lot) is { } failure)
        {
            Failure = failure;
            return null;
        }

        if (RulesOf(definition) is not { } rules)
            return null;
        Count(lot);
        return pass.For(new PlacementDemand(task, rules));
    }

    private void Count(PlacementLot lot) => Searches += lot.OnlyInstance is null ? 1 : 0;

    private PlacementRules? RulesOf(TaskDefinitionRecord definition)
    {
        try
        {
            var given = Service.Settings.PlacementStrategy;
            return PlacementRules.Of(
                definition.Definition,
                Service.Settings.PlacementConstraints,
                given is { Count: > 0 } ? given : ClusterScheduler.DefaultStrategy,
                queries
            );
        }
        catch (AwsException unreadable)
        {
            // An expression that an earlier version took. It must not hold up the other services.
            Failure = new PlacementFailure(InvalidExpression: unreadable.Message);
            return null;
        }
    }

    private TaskDefinitionRecord? DefinitionOf(TaskRecord task) =>
        view.Find(EcsTables.TaskDefinitions, TaskDefinitionRecord.KeyOf(task.Scope, task.Family, task.Revision));
}
