using System.Net;

namespace Estiba.Listeners.Connections;

/// <summary>One connection as its keeper counts it. What it is busy with, its requests say.</summary>
public sealed class ConnectionTicket
{
    private readonly ConnectionKeeper _keeper;
    private volatile Action? _abort;
    private volatile bool _isGivenUp;

    internal ConnectionTicket(ConnectionKeeper keeper, IPAddress address, ConnectionHolder holder)
    {
        _keeper = keeper;
        Address = address;
        Holder = holder;
        Place = new LinkedListNode<ConnectionTicket>(this);
    }

    /// <summary>Where it comes from.</summary>
    internal IPAddress Address { get; }

    /// <summary>Whose it is.</summary>
    internal ConnectionHolder Holder { get; }

    /// <summary>Its place among those that are idle, while it is.</summary>
    internal LinkedListNode<ConnectionTicket> Place { get; }

    /// <summary>Whether it waits for a request.</summary>
    internal bool IsIdle => Place.List is not null;

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

    /// <summary>How the connection is ended when another needs its place.</summary>
    internal void OnGivenUp(Action abort)
    {
        _abort = abort;
        if (_isGivenUp)
            abort();
    }

    /// <summary>Another connection needs its place.</summary>
    internal void Abort()
    {
        _isGivenUp = true;
        _abort?.Invoke();
    }
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
