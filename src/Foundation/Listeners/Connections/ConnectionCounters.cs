using Microsoft.AspNetCore.Connections;

namespace Estiba.Listeners.Connections;

/// <summary>Counts the connections of listeners since they began. Safe for concurrent use.</summary>
public sealed class ConnectionCounters
{
    private long _opened;
    private long _active;
    private long _rejected;
    private long _failedHandshakes;

    /// <summary>All that there were.</summary>
    public long Opened => Interlocked.Read(ref _opened);

    /// <summary>Those that are open now.</summary>
    public long Active => Interlocked.Read(ref _active);

    /// <summary>Those that were closed at once, because there were too many.</summary>
    public long Rejected => Interlocked.Read(ref _rejected);

    /// <summary>Those that were to speak TLS and came to no agreement.</summary>
    public long FailedHandshakes => Interlocked.Read(ref _failedHandshakes);

    /// <summary>The first part of each connection's way.</summary>
    /// <param name="isSecure">Whether TLS is to be spoken.</param>
    /// <param name="next">The next part.</param>
    internal ConnectionDelegate Count(bool isSecure, ConnectionDelegate next) =>
        async connection =>
        {
            var way = new Way();
            connection.Features.Set(way);
            // One that somebody has served before is counted already.
            if (connection.Features.Get<ConnectionTicket>() is null)
                Open();
            try
            {
                await next(connection);
            }
            finally
            {
                Close(connection.Features.Get<ConnectionTicket>() is null, isSecure && !way.HasArrived);
            }
        };

    /// <summary>A connection has come.</summary>
    internal void Open()
    {
        Interlocked.Increment(ref _opened);
        Interlocked.Increment(ref _active);
    }

    /// <summary>A connection is closed.</summary>
    internal void Close(bool isRejected, bool hasFailedHandshake)
    {
        Interlocked.Decrement(ref _active);
        if (isRejected)
            Interlocked.Increment(ref _rejected);
        else if (hasFailedHandshake)
            Interlocked.Increment(ref _failedHandshakes);
    }

    /// <summary>The last part of each connection's way, behind the handshake.</summary>
    internal static ConnectionDelegate Arrive(ConnectionDelegate next) =>
        connection =>
        {
            if (connection.Features.Get<Way>() is { } way)
                way.HasArrived = true;
            return next(connection);
        };

    private sealed class Way
    {
        public bool HasArrived { get; set; }
    }
}
