using System.Net;
using System.Net.Sockets;
using Estiba.Listeners;
using Estiba.Listeners.EventLoops;
using Estiba.LoadBalancing.Traffic.Plain;

namespace Estiba.LoadBalancing.Traffic.Targets;

/// <summary>The connections to one target, and those of them that wait for a request. Safe for concurrent
/// use.</summary>
internal sealed class TargetConnections(IPEndPoint target, TimeProvider time)
{
    private readonly HashSet<TargetConnection> _open = [];

    // The one that was used last is used next: what is not needed grows old, and is closed.
    private readonly List<Http1Connection> _idle = [];
    private IdleTargets?[] _idleOfLoops = [];
    private bool _isClosed;

    /// <summary>Those of an event loop.</summary>
    public IdleTargets IdleOf(EventLoop loop)
    {
        var known = _idleOfLoops;
        return loop.Index < known.Length && known[loop.Index] is { } idle ? idle : AddIdleOf(loop);
    }

    /// <summary>Opens one more.</summary>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="SocketException">The target cannot be reached.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public async ValueTask<TargetConnection> ConnectAsync(TimeSpan limit, CancellationToken cancellation)
    {
        var connection = await TargetConnection.OpenAsync(target, limit, Forget, cancellation);
        lock (_open)
            _open.Add(connection);
        return connection;
    }

    /// <summary>One that waits for a request; null where there is none.</summary>
    public Http1Connection? Take()
    {
        while (true)
        {
            Http1Connection connection;
            lock (_idle)
            {
                if (_idle.Count == 0)
                    return null;
                connection = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
            }
            if (connection.CanBeUsedAgain())
                return connection;
            connection.Dispose();
        }
    }

    /// <summary>One more for requests.</summary>
    /// <inheritdoc cref="ConnectAsync"/>
    public async ValueTask<Http1Connection> OpenAsync(TimeSpan limit, CancellationToken cancellation) =>
        new(await ConnectAsync(limit, cancellation), time);

    /// <summary>A connection waits for its next request.</summary>
    public void Return(Http1Connection connection)
    {
        connection.Rest();
        lock (_idle)
        {
            if (!_isClosed)
            {
                _idle.Add(connection);
                return;
            }
        }
        connection.Dispose();
    }

    /// <summary>Closes those that have waited for so long, and those that their target has closed.</summary>
    public void CloseIdle(TimeSpan longest)
    {
        List<Http1Connection> closed;
        lock (_idle)
        {
            closed = _idle.FindAll(each => time.GetElapsedTime(each.IdleSince) >= longest || !each.CanBeUsedAgain());
            _idle.RemoveAll(closed.Contains);
        }
        foreach (var connection in closed)
            connection.Dispose();
    }

    /// <summary>Closes all of them, and those that are still in use when they are no longer.</summary>
    public void Close()
    {
        IdleTargets?[] ofLoops;
        lock (_idle)
        {
            _isClosed = true;
            _idle.Clear();
            ofLoops = _idleOfLoops;
        }
        foreach (var idle in ofLoops)
            idle?.Loop.Post(idle.Close);
        List<TargetConnection> open;
        lock (_open)
            open = [.. _open];
        foreach (var connection in open)
            connection.Dispose();
    }

    private IdleTargets AddIdleOf(EventLoop loop)
    {
        var idle = new IdleTargets(loop, target);
        lock (_idle)
        {
            if (_isClosed)
            {
                idle.Close();
                return idle;
            }
            var more = new IdleTargets?[Math.Max(_idleOfLoops.Length, loop.Index + 1)];
            _idleOfLoops.CopyTo(more, 0);
            more[loop.Index] = idle;
            _idleOfLoops = more;
        }
        return idle;
    }

    private void Forget(TargetConnection connection)
    {
        lock (_open)
            _open.Remove(connection);
    }
}
