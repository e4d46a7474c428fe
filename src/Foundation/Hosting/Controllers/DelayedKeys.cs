namespace Estiba.Hosting.Controllers;

/// <summary>
/// Keys that become due later, each at its earliest time, all with one timer. Not safe for threads: its owner locks.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="onTimer">Called, without the owner's lock, when something may have become due.</param>
internal sealed class DelayedKeys<TKey>(TimeProvider time, Action onTimer) : IDisposable
    where TKey : notnull
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly long _start = time.GetTimestamp();
    private readonly Dictionary<TKey, TimeSpan> _due = [];
    private readonly PriorityQueue<TKey, TimeSpan> _order = new();
    private ITimer? _timer;

    private TimeSpan Now => time.GetElapsedTime(_start);

    internal int Count => _due.Count;

    /// <summary>Makes a key due after a time, unless it will be due before that anyway.</summary>
    internal void Add(TKey key, TimeSpan delay)
    {
        var at = Now + delay;
        if (_due.TryGetValue(key, out var earlier) && earlier <= at)
            return;

        _due[key] = at;
        _order.Enqueue(key, at);
        SetTimer();
    }

    /// <summary>Takes the keys that are due now.</summary>
    internal IEnumerable<TKey> TakeDue()
    {
        var now = Now;
        while (_order.TryPeek(out var key, out var at) && at <= now)
        {
            _order.Dequeue();

            // A key that was given an earlier time later on has left its first entry behind.
            if (_due.TryGetValue(key, out var current) && current == at)
            {
                _due.Remove(key);
                yield return key;
            }
        }

        SetTimer();
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _timer = null;
        _due.Clear();
        _order.Clear();
    }

    private void SetTimer()
    {
        if (!_order.TryPeek(out _, out var at))
            return;

        // Rounded up to whole milliseconds, as timers count: one that comes too early would only come again.
        var wait = TimeSpan.FromMilliseconds(
            Math.Ceiling(Math.Clamp((at - Now).TotalMilliseconds, 0, LongestTimer.TotalMilliseconds))
        );
        _timer ??= time.CreateTimer(
            static state => ((Action)state!)(),
            onTimer,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }
}
