using Estiba.Ecs.Agents;
using Estiba.Ecs.Scheduling;
using Estiba.Ecs.Services;
using Estiba.State;
using Estiba.State.Reconciling;
using Microsoft.Extensions.Logging;

namespace Estiba.Ecs;

/// <summary>What works behind the operations: it watches the state and sends each controller to where something has changed.</summary>
/// <remarks>Lives as long as the platform. Controllers share nothing but the store.</remarks>
public sealed class EcsControllers : IAsyncDisposable
{
    private readonly Store _store;
    private readonly TimeProvider _time;
    private readonly ReconcilerLoop<string> _services;
    private readonly ReconcilerLoop<string> _schedulers;
    private readonly ReconcilerLoop<string> _payloads;
    private readonly Retention _retention;
    private IDisposable? _subscription;

    /// <summary>Prepares the controllers; <see cref="StartAsync"/> sets them to work.</summary>
    public EcsControllers(Store store, EcsIds ids, Random random, EcsOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _store = store;
        _time = time;
        var sessions = new AgentSessions();
        _services = Loop("services", new ServiceReconciler(store, ids, time));
        _schedulers = Loop("scheduler", new ClusterScheduler(store, ids, new Random(random.Next()), time));
        _payloads = Loop("payloads", new PayloadReconciler(store, sessions, ids, options, time));
        _retention = new Retention(store, options, time, loggers.CreateLogger<Retention>());
        Agents = new AgentDoor(store, sessions, _payloads.Enqueue, ids, options, time, loggers.CreateLogger<AgentDoor>());

        ReconcilerLoop<string> Loop(string name, IReconciler<string> reconciler) =>
            new(name, reconciler, time, new Random(random.Next()), loggers.CreateLogger("Estiba.Ecs." + name));
    }

    /// <summary>Takes the agents' web sockets.</summary>
    public AgentDoor Agents { get; }

    /// <summary>Begins to work, first on everything that was left when the platform last stopped.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await _store.CommitAsync(ForgetConnections, cancellation);
        _subscription = _store.Subscribe(OnCommit);
        foreach (var service in _store.Current.Range(EcsTables.Services)) Look(service);
        foreach (var cluster in _store.Current.Range(EcsTables.Clusters)) _schedulers.Enqueue(cluster.Key);
        _retention.Start();
    }

    /// <summary>Stops working; what was being done is finished or left as it was.</summary>
    public async ValueTask DisposeAsync()
    {
        _subscription?.Dispose();
        await _retention.DisposeAsync();
        await _services.DisposeAsync();
        await _schedulers.DisposeAsync();
        await _payloads.DisposeAsync();
    }

    // No connection outlives the process that held it.
    private void ForgetConnections(Transaction transaction)
    {
        foreach (var instance in transaction.Range(EcsTables.ContainerInstances).Where(instance => instance.AgentConnected).ToList())
            transaction.Put(EcsTables.ContainerInstances, instance with { AgentConnected = false, ConnectionChangedAt = _time.GetUtcNow(), Version = instance.Version + 1 });
    }

    private void OnCommit(Commit commit)
    {
        foreach (var change in commit.Of(EcsTables.Tasks)) OnTask(change.Before, change.After);
        foreach (var change in commit.Of(EcsTables.Services)) Look(change.After);
        foreach (var change in commit.Of(EcsTables.ContainerInstances)) OnInstance(commit.View, change.Before, change.After);
    }

    private void OnTask(TaskRecord? before, TaskRecord? after)
    {
        var task = after ?? before!;
        if (task.Service is { } service) _services.Enqueue(ServiceRecord.KeyOf(task.Scope, task.Cluster, service));
        if (after is { IsWaiting: true } || before?.HeldInstanceKey != after?.HeldInstanceKey) _schedulers.Enqueue(task.ClusterKey);
        if (task.InstanceKey is { } instance && before?.DesiredStatus + before?.InstanceKey + before?.LastStatus != after?.DesiredStatus + after?.InstanceKey + after?.LastStatus) _payloads.Enqueue(instance);
    }

    private void OnInstance(View view, ContainerInstanceRecord? before, ContainerInstanceRecord? after)
    {
        if (after is null) return;
        _schedulers.Enqueue(after.ClusterKey);
        if (before?.Status == after.Status) return;
        foreach (var service in view.Range(EcsTables.Services, after.ClusterKey + "/")) _services.Enqueue(service.Key);
    }

    private void Look(ServiceRecord? service)
    {
        if (service is null || service.Status == ServiceStatus.Inactive) return;
        _services.Enqueue(service.Key);
        var now = _time.GetUtcNow();
        if (ServiceReconciler.NextLook(service, now) is { } later) _services.EnqueueAfter(service.Key, later - now);
        if (service.PlacementFailureAt is { } told) _schedulers.EnqueueAfter(service.ClusterKey, told + ClusterScheduler.RepeatedAfter - now);
    }
}
