using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Estiba.Hosting.Controllers;

/// <summary>
/// Calls a reconciler for the keys that are put in its queue. A key that is in the queue is not put in twice; one that
/// is being worked on is worked on again afterwards, and one whose reconciler asks for it after a time; one that fails
/// is tried again, with growing delays.
/// </summary>
/// <remarks>
/// It lives as long as the platform. It has no thread and no timer while nothing is to do. Its queue is as long as
/// there are different keys, which is bounded by what the state holds.
/// </remarks>
/// <typeparam name="TKey">What the reconciler works on.</typeparam>
public sealed partial class ReconcilerLoop<TKey> : IAsyncDisposable
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly string _name;
    private readonly IReconciler<TKey> _reconciler;
    private readonly Random _random;
    private readonly ILogger? _logger;
    private readonly ReconcilerOptions _options;
    private readonly DelayedKeys<TKey> _delayed;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Queue<TKey> _queue = new();
    private readonly HashSet<TKey> _queued = [];
    private readonly HashSet<TKey> _running = [];
    private readonly HashSet<TKey> _again = [];
    private readonly Dictionary<TKey, int> _failures = [];
    private TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _workers;
    private bool _stopped;

    /// <summary>Makes a loop; it begins with the first key.</summary>
    /// <param name="name">What the log calls it, for example <c>services</c>.</param>
    /// <param name="reconciler">What is called for every key.</param>
    /// <param name="time">The clock of delays and retries.</param>
    /// <param name="random">Spreads retries. Used by this loop only, because it is not safe for threads.</param>
    /// <param name="logger">Hears of failures.</param>
    /// <param name="options">Other bounds than the usual.</param>
    public ReconcilerLoop(
        string name,
        IReconciler<TKey> reconciler,
        TimeProvider time,
        Random random,
        ILogger? logger = null,
        ReconcilerOptions? options = null
    )
    {
        _name = name;
        _reconciler = reconciler;
        _random = random;
        _logger = logger;
        _options = options ?? new ReconcilerOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Parallelism, 1, nameof(options));
        _delayed = new DelayedKeys<TKey>(time, EnqueueDue);
        ControllerInstruments.Show(this, name, QueueLength);
    }

    /// <summary>
    /// Asks for a key to be looked at as soon as there is room. Quick, and safe from any thread; after the stop it does
    /// nothing.
    /// </summary>
    public void Enqueue(TKey key)
    {
        lock (_gate)
            Add(key);
    }

    /// <summary>
    /// Asks for a key to be looked at after a time. Of several such wishes for one key the earliest counts: whoever
    /// still waits for something says so again when it is looked at.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="delay">Zero or negative for now.</param>
    public void EnqueueAfter(TKey key, TimeSpan delay)
    {
        lock (_gate)
        {
            if (_stopped)
                return;
            if (delay <= TimeSpan.Zero)
                Add(key);
            else
                _delayed.Add(key, delay);
        }
    }

    /// <summary>
    /// Completes when no key is in the queue or being worked on. Keys that wait for a time do not count.
    /// </summary>
    public Task WhenIdleAsync()
    {
        lock (_gate)
            return _workers == 0 ? Task.CompletedTask : _idle.Task;
    }

    /// <summary>
    /// Takes no more keys, cancels those being worked on, and completes when the last of them is left.
    /// </summary>
    public async Task StopAsync()
    {
        lock (_gate)
        {
            _stopped = true;
            _queue.Clear();
            _queued.Clear();
            _again.Clear();
            _delayed.Dispose();
        }

        await _stopping.CancelAsync();
        await WhenIdleAsync();
        ControllerInstruments.Hide(this);
    }

    /// <inheritdoc cref="StopAsync"/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    private int QueueLength()
    {
        lock (_gate)
            return _queue.Count + _running.Count;
    }

    private void EnqueueDue()
    {
        lock (_gate)
        {
            foreach (var key in _delayed.TakeDue())
                Add(key);
        }
    }

    private void Add(TKey key)
    {
        if (_stopped)
            return;
        if (_running.Contains(key))
        {
            _again.Add(key);
            return;
        }

        if (!_queued.Add(key))
            return;
        _queue.Enqueue(key);
        if (_workers == _options.Parallelism)
            return;

        if (_workers++ == 0)
            _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // The worker goes on to other keys, so it must not carry the log scope of whoever asked for the first.
        ThreadPool.UnsafeQueueUserWorkItem(static loop => _ = loop.WorkAsync(), this, preferLocal: false);
    }

    private async Task WorkAsync()
    {
        while (TryTake(out var key))
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                var next = await _reconciler.ReconcileAsync(key, _stopping.Token);
                ControllerInstruments.CountReconciled(_name, began, "done");
                Finish(key, next);
            }
            catch (Exception fault)
            {
                ControllerInstruments.CountReconciled(_name, began, "failed");
                Fail(key, fault);
            }
        }
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TKey key)
    {
        lock (_gate)
        {
            if (_queue.TryDequeue(out key))
            {
                _queued.Remove(key);
                _running.Add(key);
                return true;
            }

            if (--_workers == 0)
                _idle.SetResult();
            return false;
        }
    }

    private void Finish(TKey key, TimeSpan? next)
    {
        lock (_gate)
        {
            Leave(key);
            _failures.Remove(key);
            if (next is { } delay)
                EnqueueAfter(key, delay);
        }
    }

    private void Fail(TKey key, Exception fault)
    {
        int failed;
        TimeSpan retry;
        lock (_gate)
        {
            Leave(key);
            if (_stopped)
                return;
            _failures[key] = failed = _failures.GetValueOrDefault(key) + 1;
            retry = _options.RetryAfter(failed, _random.NextDouble());
            _delayed.Add(key, retry);
        }

        Tell(key, failed, retry, fault);
    }

    private void Tell(TKey key, int failed, TimeSpan retry, Exception fault)
    {
        try
        {
            if (_logger is not null)
                Log.Failed(_logger, _name, key.ToString(), failed, retry, fault);
        }
        catch
        {
            // A log that cannot be written is no reason to end the worker, for which nobody would come again.
        }
    }

    private void Leave(TKey key)
    {
        _running.Remove(key);
        if (_again.Remove(key))
            Add(key);
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "Reconciling {Loop} {Key} failed {Failures} times in a row; next try in {Retry}"
        )]
        internal static partial void Failed(
            ILogger logger,
            string loop,
            string? key,
            int failures,
            TimeSpan retry,
            Exception fault
        );
    }
}
