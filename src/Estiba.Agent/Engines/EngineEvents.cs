using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Estiba.Agent.Engines;

/// <summary>One events stream of an engine for all agents of a process: follows it, and follows it again when it breaks.</summary>
/// <remarks>
/// A subscriber is told what to look at, never what happened: that a container changed, or that anything may have changed because the
/// stream was broken. A subscriber that is too slow loses single changes and is told to look at everything instead.
/// </remarks>
public sealed class EngineEvents : IAsyncDisposable
{
    /// <summary>Events from this long before the stream is opened are asked for again: the engine keeps the last few.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(2);

    private readonly IContainerEngine engine;
    private readonly string label;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Backoff retry;
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly Dictionary<string, EngineSubscription> subscriptions = new(StringComparer.Ordinal);
    private Task? work;

    /// <param name="engine">Whose events.</param>
    /// <param name="label">The label whose value says which subscriber a container belongs to.</param>
    /// <param name="time">For the pauses between attempts.</param>
    /// <param name="random">For the pauses between attempts.</param>
    /// <param name="logger">Told when the engine goes away and comes back.</param>
    public EngineEvents(IContainerEngine engine, string label, TimeProvider time, Random random, ILogger logger)
    {
        this.engine = engine;
        this.label = label;
        this.time = time;
        this.logger = logger;
        retry = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), random);
    }

    /// <summary>The engine answers.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>Begins to listen, also where there is nobody to tell yet: an engine that is not there is logged.</summary>
    public void Start()
    {
        lock (gate) work ??= Task.Run(() => RunAsync(stopping.Token));
    }

    /// <summary>Begins to tell of containers whose label has this value. The first thing told is to look at everything.</summary>
    public EngineSubscription Subscribe(string value)
    {
        lock (gate)
        {
            var subscription = new EngineSubscription(() => Remove(value));
            subscriptions.Add(value, subscription);
            Start();
            if (IsConnected) subscription.Everything();
            return subscription;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        if (work is not null) await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        var met = false; // the engine, or its absence
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await engine.GetVersionAsync(cancellation);
                var since = time.GetUtcNow() - Overlap;
                Connected();
                await foreach (var change in engine.ReadEventsAsync(since, [label], cancellation))
                    if (change.Labels.TryGetValue(label, out var value)) Find(value)?.Changed(change);
            }
            catch (EngineException exception)
            {
                if (IsConnected) logger.LogWarning("The container engine went away: {Message}", exception.Message);
                else if (!met) logger.LogWarning("The container engine is not there: {Message} Is Docker installed (tools/install-docker) and running? Tasks start when it is", exception.Message);
                IsConnected = false;
                met = true;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Without the events nobody would notice any more what becomes of containers.
                logger.LogError(exception, "The container engine's events cannot be read");
                IsConnected = false;
            }

            await Task.Delay(retry.Next(), time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Connected()
    {
        lock (gate)
        {
            IsConnected = true;
            retry.Reset();
            foreach (var subscription in subscriptions.Values) subscription.Everything();
        }
    }

    private EngineSubscription? Find(string value)
    {
        lock (gate) return subscriptions.GetValueOrDefault(value);
    }

    private void Remove(string value)
    {
        lock (gate) subscriptions.Remove(value);
    }
}

/// <summary>One subscriber's changes. Disposing ends it.</summary>
public sealed class EngineSubscription(Action remove) : IDisposable
{
    private const int Capacity = 1024;

    private readonly Channel<EngineEvent> changes = Channel.CreateBounded<EngineEvent>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly SemaphoreSlim signal = new(0, 1);
    private int everything;

    /// <inheritdoc/>
    public void Dispose()
    {
        remove();
        changes.Writer.TryComplete();
        Signal();
    }

    /// <summary>Waits for something to look at.</summary>
    /// <returns>The change; or null when everything is to be looked at.</returns>
    public async Task<EngineEvent?> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (Interlocked.Exchange(ref everything, 0) == 1)
            {
                while (changes.Reader.TryRead(out _)) { } // everything includes them
                return null;
            }

            if (changes.Reader.TryRead(out var change)) return change;
            await signal.WaitAsync(cancellation);
        }
    }

    internal void Changed(EngineEvent change)
    {
        if (!changes.Writer.TryWrite(change)) Volatile.Write(ref everything, 1);
        Signal();
    }

    internal void Everything()
    {
        Volatile.Write(ref everything, 1);
        Signal();
    }

    private void Signal()
    {
        try
        {
            signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is signalled already.
        }
    }
}
