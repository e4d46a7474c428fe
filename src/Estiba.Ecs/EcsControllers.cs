using Estiba.Contracts.Sts;
using Estiba.Ecs.Agents;
using Estiba.Ecs.Scheduling;
using Estiba.Ecs.Services;
using Estiba.State;
using Estiba.State.Reconciling;
using Microsoft.Extensions.Logging;

namespace Estiba.Ecs;

/// <summary>What works behind the operations: it watches the state and sends each controller to where something has changed.</summary>
/// <remarks>Lives as long as the platform. Controllers share nothing but the store; <see cref="Attention"/> decides who looks where.</remarks>
public sealed class EcsControllers : IAsyncDisposable
{
    private readonly Store _store;
    private readonly TimeProvider _time;
    private readonly Dictionary<Controller, ReconcilerLoop<string>> _loops;
    private readonly Retention _retention;
    private IDisposable? _subscription;

    /// <summary>Prepares the controllers; <see cref="StartAsync"/> sets them to work.</summary>
    public EcsControllers(Store store, IStsApi sts, EcsIds ids, Random random, EcsOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _store = store;
        _time = time;
        var sessions = new AgentSessions();
        _loops = Reconcilers(store, sts, sessions, ids, random, options, time).ToDictionary(
            entry => entry.Key,
            entry => new ReconcilerLoop<string>(entry.Key.ToString(), entry.Value, time, new Random(random.Next()), loggers.CreateLogger($"Estiba.Ecs.{entry.Key}")));
        _retention = new Retention(store, options, time, loggers.CreateLogger<Retention>());
        Agents = new AgentDoor(store, sessions, Attend, ids, options, time, loggers.CreateLogger<AgentDoor>());
    }

    /// <summary>Takes the agents' web sockets.</summary>
    public AgentDoor Agents { get; }

    /// <summary>What each controller does when it is sent somewhere.</summary>
    internal static IReadOnlyDictionary<Controller, IReconciler<string>> Reconcilers(
        Store store, IStsApi sts, AgentSessions sessions, EcsIds ids, Random random, EcsOptions options, TimeProvider time) =>
        new Dictionary<Controller, IReconciler<string>>
        {
            [Controller.Services] = new ServiceReconciler(store, ids, time),
            [Controller.Scheduler] = new ClusterScheduler(store, ids, new Random(random.Next()), time),
            [Controller.Payloads] = new PayloadReconciler(store, sessions, new RoleSessions(sts, ids), ids, options, time),
            [Controller.Presence] = new PresenceReconciler(store, sessions, options, time),
        };

    /// <summary>Begins to work, first on everything that was left when the platform last stopped.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await _store.CommitAsync(transaction => AgentConnection.ForgetAll(transaction, _time.GetUtcNow()), cancellation);
        _subscription = _store.Subscribe(commit => Attend(Attention.After(commit)));
        Attend(Attention.AtStart(_store.Current));
        _retention.Start();
    }

    /// <summary>Stops working; what was being done is finished or left as it was.</summary>
    public async ValueTask DisposeAsync()
    {
        _subscription?.Dispose();
        await _retention.DisposeAsync();
        foreach (var loop in _loops.Values) await loop.DisposeAsync();
    }

    private void Attend(IEnumerable<Look> looks)
    {
        foreach (var look in looks) Attend(look);
    }

    private void Attend(Look look) => _loops[look.Controller].Enqueue(look.Key);
}
