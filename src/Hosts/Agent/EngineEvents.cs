using System.Threading.Channels;
using Estiba.Engines;
using Microsoft.Extensions.Logging;

namespace Estiba.Agent;

/// <summary>
/// One events stream of an engine for all agents of a process: follows it, and follows it again when it breaks.
/// </summary>
/// <remarks>
/// A subscriber is told what to look at, never what happened: that a container changed, or that anything may have
/// changed because the stream was broken. A subscriber that is too slow loses single changes and is told to look at
/// everything instead.
/// </remarks>
public sealed partial class EngineEvents : IAsyncDisposable
{
    /// <summary>
    /// Events from this long before the stream is opened are asked for again: the engine keeps the last few.
    /// </summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(2);

    private readonly IContainerEngine _engine;
    private readonly string _label;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Backoff _retry;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, EngineSubscription> _subscriptions = new(StringComparer.Ordinal);
    private Task? _work;

    /// <param name="engine">Whose events.</param>
    /// <param name="label">The label whose value says which subscriber a container belongs to.</param>
    /// <param name="time">For the pauses between attempts.</param>
    /// <param name="random">For the pauses between attempts.</param>
    /// <param name="logger">Told when the engine goes away and comes back.</param>
    public EngineEvents(IContainerEngine engine, string label, TimeProvider time, Random random, ILogger logger)
    {
        _engine = engine;
        _label = label;
        _time = time;
        _logger = logger;
        _retry = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), random);
    }

    /// <summary>The engine answers.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>
    /// Begins to listen, also where there is nobody to tell yet: an engine that is not there is logged.
    /// </summary>
    public void Start()
    {
        lock (_gate)
            _work ??= Task.Run(() => RunAsync(_stopping.Token));
    }

    /// <summary>
    /// Begins to tell of containers whose label has this value. The first thing told is to look at everything.
    /// </summary>
    public EngineSubscription Subscribe(string value)
    {
        lock (_gate)
        {
            var subscription = new EngineSubscription(() => Remove(value));
            _subscriptions.Add(value, subscription);
            Start();
            if (IsConnected)
                subscription.Everything();
            return subscription;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync();
        if (_work is not null)
            await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        var met = false; // the engine, or its absence
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await _engine.GetVersionAsync(cancellation);
                var since = _time.GetUtcNow() - Overlap;
                Connected();
                await foreach (var change in _engine.ReadEventsAsync(since, [_label], cancellation))
                    if (change.Labels.TryGetValue(_label, out var value))
                        Find(value)?.Changed(change);
            }
            catch (EngineException exception)
            {
                if (IsConnected)
                    Log.EngineLost(_logger, exception.Message);
                else if (!met)
                    Log.EngineMissing(_logger, exception.Message);
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
                Log.EventsUnreadable(_logger, exception);
                IsConnected = false;
            }

            await Task.Delay(_retry.Next(), _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Connected()
    {
        lock (_gate)
        {
            IsConnected = true;
            _retry.Reset();
            foreach (var subscription in _subscriptions.Values)
                subscription.Everything();
        }
    }

    private EngineSubscription? Find(string value)
    {
        lock (_gate)
            return _subscriptions.GetValueOrDefault(value);
    }

    private void Remove(string value)
    {
        lock (_gate)
            _subscriptions.Remove(value);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The container engine went away: {Message}")]
        internal static partial void EngineLost(ILogger logger, string message);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "The container engine is not there: {Message} Is Docker installed (tools/install-docker) "
                + "and running? Tasks start when it is"
        )]
        internal static partial void EngineMissing(ILogger logger, string message);

        [LoggerMessage(Level = LogLevel.Error, Message = "The container engine's events cannot be read")]
        internal static partial void EventsUnreadable(ILogger logger, Exception exception);
    }
}

/// <summary>One subscriber's changes. Disposing ends it.</summary>
public sealed class EngineSubscription(Action remove) : IDisposable
{
    private const int Capacity = 1024;

    private readonly Channel<EngineEvent> _changes = Channel.CreateBounded<EngineEvent>(
        new BoundedChannelOptions(Capacity) { SingleReader = true }
    );
    private readonly SemaphoreSlim _signal = new(0, 1);
    private int _everything;

    /// <inheritdoc/>
    public void Dispose()
    {
        remove();
        _changes.Writer.TryComplete();
        Signal();
    }

    /// <summary>Waits for something to look at.</summary>
    /// <returns>The change; or null when everything is to be looked at.</returns>
    public async Task<EngineEvent?> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (Interlocked.Exchange(ref _everything, 0) == 1)
            {
                while (_changes.Reader.TryRead(out _)) { } // everything includes them
                return null;
            }

            if (_changes.Reader.TryRead(out var change))
                return change;
            await _signal.WaitAsync(cancellation);
        }
    }

    internal void Changed(EngineEvent change)
    {
        if (!_changes.Writer.TryWrite(change))
            Volatile.Write(ref _everything, 1);
        Signal();
    }

    internal void Everything()
    {
        Volatile.Write(ref _everything, 1);
        Signal();
    }

    private void Signal()
    {
        try
        {
            _signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is signalled already.
        }
    }
}
