using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Estiba.Agent.ServiceConnect;

/// <summary>Hands connections to a server that somebody else has accepted.</summary>
internal sealed class HandedConnections : IConnectionListenerFactory, IConnectionListener
{
    private readonly Channel<ConnectionContext> _connections = Channel.CreateUnbounded<ConnectionContext>();

    /// <inheritdoc/>
    public EndPoint EndPoint { get; private set; } = new IPEndPoint(IPAddress.Loopback, 1);

    /// <summary>Hands one over; false where the server takes none any more.</summary>
    internal bool TryHand(ConnectionContext connection) => _connections.Writer.TryWrite(connection);

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        EndPoint = endpoint;
        return ValueTask.FromResult<IConnectionListener>(this);
    }

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _connections.Reader.WaitToReadAsync(cancellationToken))
            if (_connections.Reader.TryRead(out var connection))
                return connection;
        return null;
    }

    /// <inheritdoc/>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _connections.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => UnbindAsync();
}
