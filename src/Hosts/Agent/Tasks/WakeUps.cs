namespace Estiba.Agent.Tasks;

/// <summary>
/// One timer for all tasks: rings when the first of the times asked for has come, by the steady clock. Used from one
/// thread only.
/// </summary>
internal sealed class WakeUps : IDisposable
{
    /// <summary>Timers count to 49 days; a longer time is waited for in several parts.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(30);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly PriorityQueue<string, TimeSpan> _queue = new();
    private TimeSpan? _set;

    public WakeUps(TimeProvider time, Action ring)
    {
        _time = time;
        _timer = time.CreateTimer(_ => ring(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    public void Add(string task, TimeSpan at)
    {
        _queue.Enqueue(task, at);
        Set();
    }

    /// <summary>The tasks whose time has come; each is taken out.</summary>
    public IReadOnlyList<string> Due()
    {
        _set = null;
        var due = new List<string>();
        while (_queue.TryPeek(out var task, out var at) && at <= _time.GetSteady())
        {
            _queue.Dequeue();
            due.Add(task);
        }

        Set();
        return due;
    }

    private void Set()
    {
        if (!_queue.TryPeek(out _, out var first) || _set <= first)
            return;
        _set = first;
        var delay = first - _time.GetSteady();
        _timer.Change(
            delay < TimeSpan.Zero ? TimeSpan.Zero
                : delay < LongestDelay ? delay
                : LongestDelay,
            Timeout.InfiniteTimeSpan
        );
    }
}
