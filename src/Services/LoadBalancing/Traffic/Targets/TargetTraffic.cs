using System.Net;
using System.Net.Sockets;

namespace Estiba.LoadBalancing.Traffic.Targets;

/// <summary>What goes to one target: its connections, and how many requests it has to answer. Safe for concurrent
/// use.</summary>
internal sealed class TargetTraffic : IDisposable
{
    private readonly HashSet<Connection> _connections = [];
    private int _outstanding;

    /// <summary>How many requests it has to answer.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>It has one request more to answer, until what is returned is disposed of.</summary>
    public IDisposable Begin()
    {
        Interlocked.Increment(ref _outstanding);
        return this;
    }

    /// <summary>A request was answered.</summary>
    public void Dispose() => Interlocked.Decrement(ref _outstanding);

    /// <summary>Opens a connection to it.</summary>
    /// <exception cref="SocketException">It cannot be reached.</exception>
    public async ValueTask<Stream> ConnectAsync(IPEndPoint target, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, cancellation);
            var connection = new Connection(socket, this);
            lock (_connections)
                _connections.Add(connection);
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Closes all its connections.</summary>
    public void CloseConnections()
    {
        List<Connection> open;
        lock (_connections)
            open = [.. _connections];
        foreach (var connection in open)
            connection.Dispose();
    }

    private void Forget(Connection connection)
    {
        lock (_connections)
            _connections.Remove(connection);
    }

    private sealed class Connection(Socket socket, TargetTraffic traffic) : NetworkStream(socket, ownsSocket: true)
    {
        protected override void Dispose(bool disposing)
        {
            traffic.Forget(this);
            base.Dispose(disposing);
        }
    }
}
