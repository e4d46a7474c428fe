using System.Collections.Concurrent;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Placement;
using Estiba.Ecs.Services;
using Estiba.Ecs.Services.Deployments;
using Estiba.Hosting.Controllers;
using Estiba.State;

namespace Estiba.Ecs.Scheduling;

/// <summary>
/// Places everything that waits in a cluster, and says in the services' events what cannot be placed and why.
/// </summary>
/// <remarks>A pass is as many commits as it takes for none of them to hold up others for long.</remarks>
internal sealed class ClusterScheduler(Store store, EcsIds ids, Random random, TimeProvider time) : IReconciler<string>
{
    /// <summary>ECS's default for services: spread over the zones, then over the instances.</summary>
    internal static readonly IReadOnlyList<PlacementStrategy> DefaultStrategy =
    [
        new() { Type = PlacementStrategyType.Spread, Field = "attribute:ecs.availability-zone" },
        new() { Type = PlacementStrategyType.Spread, Field = "instanceId" },
    ];

    /// <summary>
    /// How long a failure that stays the same is not reported again ("Amazon ECS service event messages", developer
    /// guide).
    /// </summary>
    internal static readonly TimeSpan ReportedAgainAfter = TimeSpan.FromHours(6);

    /// <summary>The work of one commit, in placed tasks.</summary>
    private const int MostWork = 2000;

    /// <summary>To go through so many instances is as much work as to place a task.</summary>
    private const int InstancesForOneTask = 300;

    private readonly PreparedQueries _queries = new();
    private readonly ConcurrentDictionary<string, BlockedLots> _blocked = new(StringComparer.Ordinal);

    public async Task<TimeSpan?> ReconcileAsync(string clusterKey, CancellationToken cancellation)
    {
        while (ServiceQueue.Any(store.Current, clusterKey))
        {
            PrepareQueries(store.Current, clusterKey);
            var known = Known(clusterKey);
            var (isComplete, blocked) = await store.CommitAsync(
                transaction => Apply(transaction, clusterKey, known, time.GetUtcNow()),
                cancellation
            );
            _blocked[clusterKey] = blocked;
            if (isComplete)
                return UntilNext(clusterKey);
        }

        _blocked.TryRemove(clusterKey, out _);
        return null;
    }

    // Nobody tells when somebody has waited long enough.
    private TimeSpan UntilNext(string clusterKey)
    {
        if (ServiceQueue.OutsideServices(store.Current, clusterKey).FirstOrDefault() is not { } oldest)
            return ReportedAgainAfter;
        var left = oldest.CreatedAt + WaitingRoom.Patience - time.GetUtcNow();
        return left < ReportedAgainAfter ? left : ReportedAgainAfter;
    }

    /// <summary>What is known of a cluster's waiting tasks since the last pass that was committed.</summary>
    internal BlockedLots Known(string clusterKey) => _blocked.GetValueOrDefault(clusterKey, BlockedLots.None);

    // Regular expressions are asked before everybody waits for the answer. A service whose expressions are new since
    // then is asked about in the commit, this once.
    private void PrepareQueries(View view, string clusterKey)
    {
        foreach (var name in ServiceQueue.Services(view, clusterKey))
            if (view.Find(EcsTables.Services, $"{clusterKey}/{name}") is { } service)
                _queries.Prepare(view, clusterKey, ServiceExpressions.Of(view, service));
        _queries.Prepare(view, clusterKey, StandalonePlacement.Expressions(view, clusterKey));
    }

    /// <summary>Places as much of what waits as is right for one commit. It remembers nothing itself.</summary>
    /// <param name="transaction">Where it is written.</param>
    /// <param name="clusterKey">The cluster.</param>
    /// <param name="known">What is known since the last pass.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether that was everything that can be placed, and what is known if it is committed.</returns>
    internal (bool IsComplete, BlockedLots Blocked) Apply(
        Transaction transaction,
        string clusterKey,
        BlockedLots known,
        DateTimeOffset now
    )
    {
        var pass = PlacementPass.In(transaction, clusterKey, random);
        var services = ServiceQueue.Services(transaction, clusterKey);
        var blocked = known.Begin(pass);

        // Everything is decided before anything is written: walks of the waiting tasks and changes of them do not take
        // turns.
        var placements = new List<ServicePlacement>();
        var standalone = new StandalonePlacement(transaction, pass, clusterKey, _queries, now);
        var work = WorkOf(searches: 1);
        foreach (var name in services)
        {
            if (work >= MostWork)
                break;
            if (name.Length == 0)
            {
                standalone.Run(MostWork - work, WorkOf(searches: 1));
                work += standalone.Placed.Count + standalone.GivenUp.Count + WorkOf(standalone.Searches);
                continue;
            }

            if (
                transaction.Find(EcsTables.Services, $"{clusterKey}/{name}")
                is not { Status: ServiceStatus.Active } service
            )
                continue;
            var placement = new ServicePlacement(transaction, pass, blocked, service, _queries);
            placement.Run(MostWork - work, WorkOf(searches: 1));
            placements.Add(placement);
            work += placement.Placed.Count + WorkOf(placement.Searches);
        }

        foreach (var placement in placements)
            Write(transaction, placement, now);
        foreach (var task in standalone.Placed.Concat(standalone.GivenUp))
            transaction.Put(EcsTables.Tasks, task);
        var placedOn = placements
            .SelectMany(placement => placement.Placed)
            .Concat(standalone.Placed)
            .Select(task => task.ContainerInstance!);
        return (work < MostWork, blocked.End(transaction, placedOn));

        int WorkOf(int searches) => searches * (pass.Instances.Count / InstancesForOneTask);
    }

    private void Write(Transaction transaction, ServicePlacement placement, DateTimeOffset now)
    {
        foreach (var task in placement.Placed)
            transaction.Put(EcsTables.Tasks, task);

        var service = placement.Service;
        var replacement = ServiceRolloutRecord.Of(transaction, service.Key).Rebalancing?.Replacement;
        var (replacements, others) = replacement is null
            ? ([], placement.Placed)
            : (
                placement.Placed.FindAll(task => task.Id == replacement),
                placement.Placed.FindAll(task => task.Id != replacement)
            );
        if (others.Count > 0)
            ServiceEvents.Add(transaction, service, ids, now, ServiceEvents.Started(others));
        if (replacements is [{ AvailabilityZone: { } zone }])
            ServiceEvents.Add(transaction, service, ids, now, ServiceEvents.StartedToBalance(zone, replacements));
        Report(transaction, service, placement.Failure, now);
    }

    private void Report(Transaction transaction, ServiceRecord service, PlacementFailure? failure, DateTimeOffset now)
    {
        if (failure is null)
        {
            transaction.Delete(EcsTables.PlacementFailures, service.Key);
            return;
        }

        if (
            transaction.Find(EcsTables.PlacementFailures, service.Key) is { } known
            && known.Failure == failure
            && now - known.ReportedAt < ReportedAgainAfter
        )
            return;
        ServiceEvents.Add(
            transaction,
            service,
            ids,
            now,
            ServiceEvents.UnableToPlace(PlacementMessages.Event(failure))
        );
        transaction.Put(
            EcsTables.PlacementFailures,
            new PlacementFailureRecord
            {
                ServiceKey = service.Key,
                Failure = failure,
                ReportedAt = now,
            }
        );
    }
}
