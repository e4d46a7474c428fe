using Estiba.Compute.Networking;
using Estiba.Contracts.Ec2;
using Estiba.State;
using Estiba.State.Reconciling;
using Microsoft.Extensions.Logging;

namespace Estiba.Compute.Instances;

/// <summary>Runs the reconcilers of instances and of their addresses for as long as the platform runs.</summary>
/// <remarks>To stop it leaves instances as they are: containers go on, and the next controller takes them over.</remarks>
public sealed class InstanceController : IAsyncDisposable
{
    /// <summary>How often the host's addresses are looked at.</summary>
    public static readonly TimeSpan AddressInterval = TimeSpan.FromSeconds(10);

    private static readonly ReconcilerOptions s_instances = new() { Parallelism = 16 };

    private readonly Store _store;
    private readonly HostAddresses _addresses;
    private readonly InstanceReconciler _reconciler;
    private readonly ReconcilerLoop<string> _instanceLoop;
    private readonly ReconcilerLoop<string> _addressLoop;
    private readonly TimeProvider _time;
    private IDisposable? _watch;
    private ITimer? _timer;

    /// <summary>Creates a controller that does nothing until <see cref="Start"/>.</summary>
    /// <param name="store">The state.</param>
    /// <param name="network">The addresses.</param>
    /// <param name="host">What runs the agents.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Spreads retries.</param>
    /// <param name="logger">Hears of failures.</param>
    public InstanceController(
        Store store, IInstanceNetwork network, IInstanceHost host, TimeProvider time, Random random, ILogger<InstanceController> logger)
    {
        _store = store;
        _time = time;
        _addresses = new HostAddresses(store, network);
        _reconciler = new InstanceReconciler(store, _addresses, host, time);
        _instanceLoop = new ReconcilerLoop<string>("instances", _reconciler, time, new Random(random.Next()), logger, s_instances);
        _addressLoop = new ReconcilerLoop<string>("addresses", new AddressReconciler(_addresses), time, new Random(random.Next()), logger);
    }

    /// <summary>Begins: everything in the store is looked at once, and from then on whatever changes.</summary>
    public void Start()
    {
        _watch = _store.Subscribe(OnCommit);
        foreach (var instance in _store.Current.Range(ComputeTables.Instances)) Enqueue(ComputeTables.KeyOf(instance), instance);
        _addressLoop.Enqueue(AddressReconciler.Key);
        _timer = _time.CreateTimer(_ => _addressLoop.Enqueue(AddressReconciler.Key), null, AddressInterval, AddressInterval);
    }

    /// <summary>Completes when nothing is left to do that can be done now.</summary>
    public async Task WhenIdleAsync()
    {
        await _instanceLoop.WhenIdleAsync();
        await _addressLoop.WhenIdleAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _watch?.Dispose();
        if (_timer is not null) await _timer.DisposeAsync();
        await _instanceLoop.DisposeAsync();
        await _addressLoop.DisposeAsync();
        _addresses.Dispose();
    }

    private void OnCommit(Commit commit)
    {
        foreach (var change in commit.Of(ComputeTables.Instances))
        {
            // Trouble is only noted down; to look again at once would defeat the growing delays.
            if (change.After is not { } after || (change.Before?.State == after.State && change.Before.Boots == after.Boots)) continue;
            if (after.State == InstanceStateName.ShuttingDown) _reconciler.Interrupt(change.Key);
            Enqueue(change.Key, after);
        }
    }

    private void Enqueue(string key, InstanceRecord instance)
    {
        if (instance.TerminatedAt is { } at) _instanceLoop.EnqueueAfter(key, at + InstanceSteps.RememberedFor - _time.GetUtcNow());
        else _instanceLoop.Enqueue(key);
    }
}
