using Microsoft.AspNetCore.Connections;

namespace Estiba.Listeners.Connections;

/// <summary>One connection as its keeper counts it. What it is busy with, its requests say.</summary>
public sealed class ConnectionTicket
{
    private readonly ConnectionKeeper _keeper;

    internal ConnectionTicket(ConnectionKeeper keeper, ConnectionContext connection, ConnectionHolder holder)
    {
        _keeper = keeper;
        Connection = connection;
        Holder = holder;
    }

    /// <summary>The connection.</summary>
    internal ConnectionContext Connection { get; }

    /// <summary>Whose it is.</summary>
    internal ConnectionHolder Holder { get; }

    /// <summary>Its place among those that are idle; null while it is not.</summary>
    internal LinkedListNode<ConnectionTicket>? Idle { get; set; }

    /// <summary>Whether it counts as a web socket.</summary>
    internal bool IsSocket { get; set; }

    /// <summary>Whether it counts no more.</summary>
    internal bool IsGone { get; set; }

    /// <summary>A request has come: the connection is not given up for others now.</summary>
    public void Begin() => _keeper.Begin(this);

    /// <summary>The request is answered, or has to wait for somebody who is not known.</summary>
    public void End() => _keeper.End(this);

    /// <summary>The request wants to be a web socket until it ends.</summary>
    /// <returns>False when there are too many.</returns>
    public bool TryBecomeSocket() => _keeper.TryBecomeSocket(this);
}

/// <summary>An address, and what it has open.</summary>
internal sealed class ConnectionHolder
{
    /// <summary>How many connections it has.</summary>
    public int Open { get; set; }

    /// <summary>How many connections and web sockets it has; with none it is forgotten.</summary>
    public int All { get; set; }

    /// <summary>Those of its connections that wait for a request, the one that waits longest first.</summary>
    public LinkedList<ConnectionTicket> Idle { get; } = [];
}
