using System.Net;
using System.Net.Sockets;

namespace Estiba.LoadBalancing.Traffic.Targets;

/// <summary>The connections to one target. Safe for concurrent use.</summary>
internal sealed class TargetConnections
{
    private readonly HashSet<Connection> _open = [];

    /// <summary>Opens one more.</summary>
    /// <exception cref="SocketException">The target cannot be reached.</exception>
    public async ValueTask<Stream> ConnectAsync(IPEndPoint target, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, cancellation);
            var connection = new Connection(socket, this);
            lock (_open)
                _open.Add(connection);
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Closes all of them.</summary>
    public void Close()
    {
        List<Connection> open;
        lock (_open)
            open = [.. _open];
        foreach (var connection in open)
            connection.Dispose();
    }

    private void Forget(Connection connection)
    {
        lock (_open)
            _open.Remove(connection);
    }

    private sealed class Connection(Socket socket, TargetConnections connections)
        : NetworkStream(socket, ownsSocket: true)
    {
        protected override void Dispose(bool disposing)
        {
            connections.Forget(this);
            base.Dispose(disposing);
        }
    }
}
