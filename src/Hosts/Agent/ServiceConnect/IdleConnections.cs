using System.Collections.Concurrent;

namespace Estiba.Agent.ServiceConnect;

/// <summary>
/// The connections of all aliases, which counts them, and closes those on which nothing has happened for as long as
/// their alias allows.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class IdleConnections(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Watched, bool> _connections = new();
    private int _count;
    private volatile bool _hasEnded;

    /// <summary>How many there are.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>Watches a connection, until what is returned is disposed of.</summary>
    /// <param name="alias">What it is to.</param>
    /// <param name="clientTask">The task that it is of, by its ARN; null where nobody can tell.</param>
    /// <param name="close">Closes it.</param>
    internal Watched Watch(Alias alias, string? clientTask, Action close)
    {
        var watched = new Watched(this, alias, alias.Counters.Open(clientTask), close);
        watched.Touch();
        _connections[watched] = true;
        Interlocked.Increment(ref _count);
        if (_hasEnded)
            watched.Close();
        return watched;
    }

    /// <summary>Looks at them until it is cancelled, and then closes all.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
                foreach (var (watched, _) in _connections)
                    watched.CloseIfIdle();
        }
        catch (OperationCanceledException)
        {
            _hasEnded = true;
            foreach (var (watched, _) in _connections)
                watched.Close();
        }
    }

    /// <summary>A connection.</summary>
    internal sealed class Watched(IdleConnections all, Alias alias, ClientCounters counters, Action close) : IDisposable
    {
        private long _activeAt;
        private int _requests;

        /// <summary>What it is to.</summary>
        internal Alias Alias => alias;

        /// <summary>What counts it.</summary>
        internal ClientCounters Counters => counters;

        /// <summary>Something has happened on it.</summary>
        internal void Touch() => Volatile.Write(ref _activeAt, all.Time.GetTimestamp());

        /// <summary>A request begins, which knows itself how long it may take.</summary>
        internal void Begin() => Interlocked.Increment(ref _requests);

        /// <summary>A request has ended.</summary>
        internal void End()
        {
            Touch();
            Interlocked.Decrement(ref _requests);
        }

        /// <summary>Closes it.</summary>
        internal void Close() => close();

        internal void CloseIfIdle()
        {
            if (
                Volatile.Read(ref _requests) == 0
                && alias.IdleTimeout is { } limit
                && all.Time.GetElapsedTime(Volatile.Read(ref _activeAt)) >= limit
            )
                close();
        }

        public void Dispose()
        {
            if (!all._connections.TryRemove(this, out _))
                return;
            Interlocked.Decrement(ref all._count);
            counters.Closed();
        }
    }

    private TimeProvider Time => time;
}
