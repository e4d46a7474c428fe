using Estiba.Ecs.Services;
using Estiba.Ecs.Tasks;
using Estiba.State;
using Estiba.State.Reconciling;

namespace Estiba.Ecs.Scheduling;

/// <summary>Places everything that waits in a cluster in one pass, and says in the services' events what cannot be placed and why.</summary>
internal sealed class ClusterScheduler(Store store, EcsIds ids, Random random, TimeProvider time) : IReconciler<string>
{
    /// <summary>ECS's default for services: spread over the zones, then over the instances.</summary>
    internal static readonly IReadOnlyList<Contracts.Ecs.PlacementStrategy> DefaultStrategy =
    [
        new() { Type = Contracts.Ecs.PlacementStrategyType.Spread, Field = "attribute:ecs.availability-zone" },
        new() { Type = Contracts.Ecs.PlacementStrategyType.Spread, Field = "instanceId" },
    ];

    public async Task<TimeSpan?> ReconcileAsync(string clusterKey, CancellationToken cancellation)
    {
        if (store.Current.Count(EcsTables.Tasks, EcsTables.WaitingTasks, clusterKey) > 0) await store.CommitAsync(transaction => Apply(transaction, clusterKey, time.GetUtcNow()), cancellation);
        return null;
    }

    internal void Apply(Transaction transaction, string clusterKey, DateTimeOffset now)
    {
        var waiting = transaction.Where(EcsTables.Tasks, EcsTables.WaitingTasks, clusterKey).OrderBy(task => task.CreatedAt).ToList();
        if (waiting.Count == 0) return;

        var placement = Placement.In(transaction, clusterKey, random);
        foreach (var waitingOfService in waiting.GroupBy(task => task.Service))
        {
            var first = waitingOfService.First();
            if (transaction.Find(EcsTables.Services, ServiceRecord.KeyOf(first.Scope, first.Cluster, first.Service!)) is not { } service) continue;

            var placed = new List<TaskRecord>();
            string? failure = null;
            foreach (var alike in waitingOfService.GroupBy(task => (task.Family, task.Revision, task.OnlyInstance)))
            {
                if (transaction.Find(EcsTables.TaskDefinitions, TaskDefinitionRecord.KeyOf(first.Scope, alike.Key.Family, alike.Key.Revision)) is not { } definition) continue;
                var given = service.Settings.PlacementStrategy;
                var rules = PlacementRules.Of(definition.Definition, service.Settings.PlacementConstraints, given is { Count: > 0 } ? given : DefaultStrategy);
                failure = Place(placement, alike, rules, placed) ?? failure;
            }

            foreach (var task in placed) transaction.Put(EcsTables.Tasks, task);
            Tell(transaction, service, placed, failure, now);
        }
    }

    /// <summary>Places tasks that are alike, as many as there is room for.</summary>
    /// <returns>Why the next one cannot be placed; null when all are.</returns>
    private static string? Place(Placement placement, IEnumerable<TaskRecord> alike, PlacementRules rules, List<TaskRecord> placed)
    {
        foreach (var task in alike)
        {
            if (placement.Place(task, rules) is not { } instance) return Reason(placement, task, rules);
            placed.Add(TaskTransitions.Place(task, instance));
        }

        return null;
    }

    private void Tell(Transaction transaction, ServiceRecord service, List<TaskRecord> placed, string? failure, DateTimeOffset now)
    {
        var told = service;
        if (placed.Count > 0) told = ServiceEvents.Add(transaction, told, ids, now, ServiceEvents.Started(placed));
        if (failure is not null && failure != service.PlacementFailure) told = ServiceEvents.Add(transaction, told, ids, now, ServiceEvents.UnableToPlace(failure));
        if (told != service || failure != service.PlacementFailure) transaction.Put(EcsTables.Services, told with { PlacementFailure = failure });
    }

    private static string Reason(Placement placement, TaskRecord task, PlacementRules rules)
    {
        if (!placement.HasInstances) return "Reason: No Container Instances were found in your cluster.";
        var (instance, obstacle) = placement.Explain(task, rules)[0];
        return $"The closest matching (container-instance {instance.Id}) {obstacle.Text}";
    }
}
