namespace Estiba.Agent.Tasks;

/// <summary>One timer for all tasks: rings when the first of the times asked for has come. Used from one thread only.</summary>
internal sealed class WakeUps : IDisposable
{
    /// <summary>Timers count to 49 days; a longer time is waited for in several parts.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(30);

    private readonly TimeProvider time;
    private readonly ITimer timer;
    private readonly PriorityQueue<string, DateTimeOffset> queue = new();
    private DateTimeOffset? set;

    public WakeUps(TimeProvider time, Action ring)
    {
        this.time = time;
        timer = time.CreateTimer(_ => ring(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => timer.Dispose();

    public void Add(string task, DateTimeOffset at)
    {
        queue.Enqueue(task, at);
        Set();
    }

    /// <summary>The tasks whose time has come; each is taken out.</summary>
    public IReadOnlyList<string> Due()
    {
        set = null;
        var due = new List<string>();
        while (queue.TryPeek(out var task, out var at) && at <= time.GetUtcNow())
        {
            queue.Dequeue();
            due.Add(task);
        }

        Set();
        return due;
    }

    private void Set()
    {
        if (!queue.TryPeek(out _, out var first) || set <= first) return;
        set = first;
        var delay = first - time.GetUtcNow();
        timer.Change(delay < TimeSpan.Zero ? TimeSpan.Zero : delay < LongestDelay ? delay : LongestDelay, Timeout.InfiniteTimeSpan);
    }
}
