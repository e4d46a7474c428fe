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
        foreach (var tasks in waiting.GroupBy(task => (task.Service, task.Family, task.Revision)))
        {
            var first = tasks.First();
            var service = transaction.Find(EcsTables.Services, ServiceRecord.KeyOf(first.Scope, first.Cluster, first.Service!));
            var definition = transaction.Find(EcsTables.TaskDefinitions, TaskDefinitionRecord.KeyOf(first.Scope, first.Family, first.Revision));
            if (service is null || definition is null) continue;

            var given = service.Settings.PlacementStrategy;
            var rules = PlacementRules.Of(definition.Definition, service.Settings.PlacementConstraints, given is { Count: > 0 } ? given : DefaultStrategy);
            var placed = new List<TaskRecord>();
            string? failure = null;
            foreach (var task in tasks)
            {
                if (placement.Place(task, rules) is not { } instance)
                {
                    failure = Reason(placement, task, rules);
                    break;
                }

                placed.Add(TaskTransitions.Place(task, instance));
            }

            foreach (var task in placed) transaction.Put(EcsTables.Tasks, task);
            Tell(transaction, service, placed, failure, now);
        }
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
