using System.Net;
using Estiba.Listeners.Connections;
using Microsoft.AspNetCore.Connections;

namespace Estiba.Listeners.EventLoops;

/// <summary>A client's connection that an event loop serves, until it is closed or given to Kestrel.</summary>
/// <param name="loop">The loop.</param>
/// <param name="listener">Which listener has accepted it.</param>
/// <param name="remote">Where the client is.</param>
public abstract class PolledClient(EventLoop loop, PolledListener listener, IPEndPoint remote) : PolledSocket(loop)
{
    private bool _isServed;

    /// <summary>Where the client is.</summary>
    protected IPEndPoint Remote { get; } = remote;

    /// <summary>What the connection is counted by.</summary>
    protected ConnectionTicket Ticket { get; private set; } = null!;

    /// <summary>Whether the listener takes no more requests.</summary>
    protected bool IsLast => listener.IsUnbound;

    /// <summary>Its listener has gone: without a request it is closed, and otherwise after that.</summary>
    protected internal abstract void OnUnbound();

    /// <summary>Another connection needs its place, if it has no request now.</summary>
    protected abstract void GiveUp();

    /// <inheritdoc/>
    public override void Close()
    {
        if (IsOpen)
            CloseDescriptor();
        if (!_isServed)
            return;
        _isServed = false;
        Loop.ChangeLoad(-1);
        listener.End(Ticket);
    }

    internal bool IsOf(PolledListener other) => listener == other;

    /// <summary>Begins with the connection.</summary>
    internal void Begin(int descriptor, ConnectionTicket ticket)
    {
        Ticket = ticket;
        ticket.OnGivenUp(() => Loop.Post(GiveUp));
        _isServed = true;
        Open(descriptor, isConnected: true);
        if (IsLast)
            OnUnbound();
    }

    /// <summary>Closes it at once, whatever it does.</summary>
    internal void Abort() => Reset();

    /// <summary>Gives the connection to Kestrel.</summary>
    /// <param name="received">What was received from the client, and is to be read again.</param>
    /// <param name="tell">Tells about the connection what is to be known of it.</param>
    protected void HandOver(ReadOnlySpan<byte> received, Action<ConnectionContext> tell)
    {
        var descriptor = Detach();
        _isServed = false;
        Loop.ChangeLoad(-1);
        listener.HandOver(descriptor, received.ToArray(), Ticket, tell);
    }
}
