using System.Collections.Concurrent;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services;
using Estiba.State;
using Estiba.State.Reconciling;

namespace Estiba.Ecs.Scheduling;

/// <summary>Places everything that waits in a cluster, and says in the services' events what cannot be placed and why.</summary>
/// <remarks>A pass is as many commits as it takes for none of them to hold up others for long.</remarks>
internal sealed class ClusterScheduler(Store store, EcsIds ids, Random random, TimeProvider time) : IReconciler<string>
{
    /// <summary>ECS's default for services: spread over the zones, then over the instances.</summary>
    internal static readonly IReadOnlyList<PlacementStrategy> DefaultStrategy =
    [
        new() { Type = PlacementStrategyType.Spread, Field = "attribute:ecs.availability-zone" },
        new() { Type = PlacementStrategyType.Spread, Field = "instanceId" },
    ];

    /// <summary>How long a failure that stays the same is not told again ("Amazon ECS service event messages", developer guide).</summary>
    internal static readonly TimeSpan RepeatedAfter = TimeSpan.FromHours(6);

    /// <summary>The work of one commit, in placed tasks.</summary>
    private const int MostWork = 2000;

    /// <summary>To look at so many instances is as much work as to place a task.</summary>
    private const int InstancesForOneTask = 300;

    private readonly ConcurrentDictionary<string, BlockedServices> _blocked = new(StringComparer.Ordinal);

    public async Task<TimeSpan?> ReconcileAsync(string clusterKey, CancellationToken cancellation)
    {
        try
        {
            while (ServiceQueue.Any(store.Current, clusterKey))
                if (await store.CommitAsync(transaction => Apply(transaction, clusterKey, time.GetUtcNow()), cancellation)) return RepeatedAfter;
        }
        catch
        {
            // What was remembered may rest on a commit that was not kept.
            _blocked.TryRemove(clusterKey, out _);
            throw;
        }

        _blocked.TryRemove(clusterKey, out _);
        return null;
    }

    /// <summary>Places as much of what waits as is right for one commit.</summary>
    /// <returns>Whether that was everything that can be placed.</returns>
    internal bool Apply(Transaction transaction, string clusterKey, DateTimeOffset now)
    {
        var blocked = _blocked.GetOrAdd(clusterKey, _ => new BlockedServices());
        var pass = Placement.In(transaction, clusterKey, random);
        var services = ServiceQueue.Services(transaction, clusterKey);
        blocked.Begin(pass);

        // Everything is decided before anything is written: walks of the waiting tasks and changes of them do not take turns.
        var placements = new List<ServicePlacement>();
        var work = WorkOf(looks: 1);
        foreach (var name in services)
        {
            if (work >= MostWork) break;
            if (transaction.Find(EcsTables.Services, $"{clusterKey}/{name}") is not { Status: ServiceStatus.Active } service) continue;
            var placement = new ServicePlacement(transaction, pass, blocked, service);
            placement.Run(MostWork - work);
            placements.Add(placement);
            work += placement.Placed.Count + WorkOf(placement.Looks);
        }

        foreach (var placement in placements) Write(transaction, placement, now);
        blocked.End(transaction, pass, placements.SelectMany(placement => placement.Placed).Select(task => task.ContainerInstance!));
        return work < MostWork;

        int WorkOf(int looks) => looks * (pass.Instances.Count / InstancesForOneTask);
    }

    private void Write(Transaction transaction, ServicePlacement placement, DateTimeOffset now)
    {
        foreach (var task in placement.Placed) transaction.Put(EcsTables.Tasks, task);

        var service = placement.Service;
        var (successors, others) = service.Successor is null ? ([], placement.Placed) : (placement.Placed.FindAll(task => task.Id == service.Successor), placement.Placed.FindAll(task => task.Id != service.Successor));
        if (others.Count > 0) service = ServiceEvents.Add(transaction, service, ids, now, ServiceEvents.Started(others));
        if (successors is [{ AvailabilityZone: { } zone }]) service = ServiceEvents.Add(transaction, service, ids, now, ServiceEvents.StartedToBalance(zone, successors));

        if (placement.Failure is null)
        {
            if (service.PlacementFailure is not null) service = service with { PlacementFailure = null, PlacementFailureAt = null };
        }
        else if (placement.Failure != service.PlacementFailure || now - service.PlacementFailureAt >= RepeatedAfter)
        {
            service = ServiceEvents.Add(transaction, service, ids, now, ServiceEvents.UnableToPlace(placement.Failure)) with { PlacementFailure = placement.Failure, PlacementFailureAt = now };
        }

        if (service != placement.Service) transaction.Put(EcsTables.Services, service);
    }
}
