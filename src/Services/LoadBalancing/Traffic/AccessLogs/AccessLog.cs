using System.Collections.Concurrent;

namespace Estiba.LoadBalancing.Traffic.AccessLogs;

/// <summary>
/// What is to be told of the requests of a load balancer and was not yet; nothing where nobody is to hear of it. Safe
/// for concurrent use.
/// </summary>
public sealed class AccessLog
{
    /// <summary>So many entries wait at most.</summary>
    public const int MostWaiting = 50_000;

    private readonly ConcurrentQueue<AccessLogEntry> _waiting = new();
    private volatile bool _isOn;
    private int _count;
    private long _dropped;

    /// <summary>Whether requests that come are noted.</summary>
    public bool IsOn
    {
        get => _isOn;
        set => _isOn = value;
    }

    /// <summary>How many have been left out since the last time that somebody asked, because too many
    /// waited.</summary>
    internal long TakeDropped() => Interlocked.Exchange(ref _dropped, 0);

    /// <summary>The oldest of those that wait.</summary>
    internal List<AccessLogEntry> Take(int most)
    {
        var taken = new List<AccessLogEntry>();
        while (taken.Count < most && _waiting.TryDequeue(out var entry))
            taken.Add(entry);
        Interlocked.Add(ref _count, -taken.Count);
        return taken;
    }

    internal void Add(AccessLogEntry entry)
    {
        if (Interlocked.Increment(ref _count) <= MostWaiting)
        {
            _waiting.Enqueue(entry);
            return;
        }

        Interlocked.Decrement(ref _count);
        Interlocked.Increment(ref _dropped);
    }
}
