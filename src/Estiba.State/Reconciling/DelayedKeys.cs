namespace Estiba.State.Reconciling;

/// <summary>Keys that become due later, each at its earliest time, all with one timer. Not safe for threads: its owner locks.</summary>
/// <param name="time">The clock.</param>
/// <param name="onTimer">Called, without the owner's lock, when something may have become due.</param>
internal sealed class DelayedKeys<TKey>(TimeProvider time, Action onTimer) : IDisposable
    where TKey : notnull
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly long start = time.GetTimestamp();
    private readonly Dictionary<TKey, TimeSpan> due = [];
    private readonly PriorityQueue<TKey, TimeSpan> order = new();
    private ITimer? timer;

    private TimeSpan Now => time.GetElapsedTime(start);

    internal int Count => due.Count;

    /// <summary>Makes a key due after a time, unless it will be due before that anyway.</summary>
    internal void Add(TKey key, TimeSpan delay)
    {
        var at = Now + delay;
        if (due.TryGetValue(key, out var earlier) && earlier <= at) return;

        due[key] = at;
        order.Enqueue(key, at);
        SetTimer();
    }

    /// <summary>Takes the keys that are due now.</summary>
    internal IEnumerable<TKey> TakeDue()
    {
        var now = Now;
        while (order.TryPeek(out var key, out var at) && at <= now)
        {
            order.Dequeue();

            // A key that was given an earlier time later on has left its first entry behind.
            if (due.TryGetValue(key, out var current) && current == at)
            {
                due.Remove(key);
                yield return key;
            }
        }

        SetTimer();
    }

    public void Dispose()
    {
        timer?.Dispose();
        timer = null;
        due.Clear();
        order.Clear();
    }

    private void SetTimer()
    {
        if (!order.TryPeek(out _, out var at)) return;

        // Rounded up to whole milliseconds, as timers count: one that comes too early would only come again.
        var wait = TimeSpan.FromMilliseconds(Math.Ceiling(Math.Clamp((at - Now).TotalMilliseconds, 0, LongestTimer.TotalMilliseconds)));
        timer ??= time.CreateTimer(static state => ((Action)state!)(), onTimer, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(wait, Timeout.InfiniteTimeSpan);
    }
}
