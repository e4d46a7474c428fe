using Microsoft.Extensions.Logging;

namespace Estiba.State.Reconciling;

/// <summary>
/// Calls a reconciler for the keys that are put in its queue. A key that is in the queue is not put in twice; one that is being worked on
/// is worked on again afterwards, and one whose reconciler asks for it after a time; one that fails is tried again, with growing delays.
/// </summary>
/// <remarks>
/// It lives as long as the platform. It has no thread and no timer while nothing is to do. Its queue is as long as there are different
/// keys, which is bounded by what the state holds.
/// </remarks>
/// <typeparam name="TKey">What the reconciler works on.</typeparam>
public sealed partial class ReconcilerLoop<TKey> : IAsyncDisposable
    where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly string name;
    private readonly IReconciler<TKey> reconciler;
    private readonly Random random;
    private readonly ILogger? logger;
    private readonly ReconcilerOptions options;
    private readonly DelayedKeys<TKey> delayed;
    private readonly CancellationTokenSource stopping = new();
    private readonly Queue<TKey> queue = new();
    private readonly HashSet<TKey> queued = [];
    private readonly HashSet<TKey> running = [];
    private readonly HashSet<TKey> again = [];
    private readonly Dictionary<TKey, int> failures = [];
    private TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int workers;
    private bool stopped;

    /// <summary>Makes a loop; it begins with the first key.</summary>
    /// <param name="name">What the log calls it, for example <c>services</c>.</param>
    /// <param name="reconciler">What is called for every key.</param>
    /// <param name="time">The clock of delays and retries.</param>
    /// <param name="random">Spreads retries. Used by this loop only, because it is not safe for threads.</param>
    /// <param name="logger">Hears of failures.</param>
    /// <param name="options">Other bounds than the usual.</param>
    public ReconcilerLoop(
        string name, IReconciler<TKey> reconciler, TimeProvider time, Random random, ILogger? logger = null, ReconcilerOptions? options = null)
    {
        this.name = name;
        this.reconciler = reconciler;
        this.random = random;
        this.logger = logger;
        this.options = options ?? new ReconcilerOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(this.options.Parallelism, 1, nameof(options));
        delayed = new DelayedKeys<TKey>(time, EnqueueDue);
    }

    /// <summary>Asks for a key to be looked at as soon as there is room. Quick, and safe from any thread; after the stop it does nothing.</summary>
    public void Enqueue(TKey key)
    {
        lock (gate) Add(key);
    }

    /// <summary>
    /// Asks for a key to be looked at after a time. Of several such wishes for one key the earliest counts: whoever still waits for
    /// something says so again when it is looked at.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="delay">Zero or negative for now.</param>
    public void EnqueueAfter(TKey key, TimeSpan delay)
    {
        lock (gate)
        {
            if (stopped) return;
            if (delay <= TimeSpan.Zero) Add(key);
            else delayed.Add(key, delay);
        }
    }

    /// <summary>Completes when no key is in the queue or being worked on. Keys that wait for a time do not count.</summary>
    public Task WhenIdleAsync()
    {
        lock (gate) return workers == 0 ? Task.CompletedTask : idle.Task;
    }

    /// <summary>Takes no more keys, cancels those being worked on, and completes when the last of them is left.</summary>
    public async Task StopAsync()
    {
        lock (gate)
        {
            stopped = true;
            queue.Clear();
            queued.Clear();
            again.Clear();
            delayed.Dispose();
        }

        await stopping.CancelAsync();
        await WhenIdleAsync();
    }

    /// <inheritdoc cref="StopAsync"/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stopping.Dispose();
    }

    private void EnqueueDue()
    {
        lock (gate)
        {
            foreach (var key in delayed.TakeDue()) Add(key);
        }
    }

    private void Add(TKey key)
    {
        if (stopped) return;
        if (running.Contains(key))
        {
            again.Add(key);
            return;
        }

        if (!queued.Add(key)) return;
        queue.Enqueue(key);
        if (workers == options.Parallelism) return;

        if (workers++ == 0) idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // The worker goes on to other keys, so it must not carry the log scope of whoever asked for the first.
        ThreadPool.UnsafeQueueUserWorkItem(static loop => _ = loop.WorkAsync(), this, preferLocal: false);
    }

    private async Task WorkAsync()
    {
        while (TryTake(out var key))
        {
            try
            {
                Finish(key, await reconciler.ReconcileAsync(key, stopping.Token));
            }
            catch (Exception fault)
            {
                Fail(key, fault);
            }
        }
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TKey key)
    {
        lock (gate)
        {
            if (queue.TryDequeue(out key))
            {
                queued.Remove(key);
                running.Add(key);
                return true;
            }

            if (--workers == 0) idle.SetResult();
            return false;
        }
    }

    private void Finish(TKey key, TimeSpan? next)
    {
        lock (gate)
        {
            Leave(key);
            failures.Remove(key);
            if (next is { } delay) EnqueueAfter(key, delay);
        }
    }

    private void Fail(TKey key, Exception fault)
    {
        int failed;
        TimeSpan retry;
        lock (gate)
        {
            Leave(key);
            if (stopped) return;
            failures[key] = failed = failures.GetValueOrDefault(key) + 1;
            retry = options.RetryAfter(failed, random.NextDouble());
            delayed.Add(key, retry);
        }

        if (logger is not null) Log.Failed(logger, name, key.ToString(), failed, retry, fault);
    }

    private void Leave(TKey key)
    {
        running.Remove(key);
        if (again.Remove(key)) Add(key);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Reconciling {Loop} {Key} failed {Failures} times in a row; next try in {Retry}")]
        internal static partial void Failed(ILogger logger, string loop, string? key, int failures, TimeSpan retry, Exception fault);
    }
}
