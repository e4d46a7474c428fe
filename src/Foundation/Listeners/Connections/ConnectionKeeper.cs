using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Estiba.Listeners.Connections;

/// <summary>
/// Keeps connections within their limits. One more than there may be takes the place of the one that has waited longest
/// for a request, of the same address where that has too many, otherwise of the address that has most: so nobody is
/// kept out by connections that only wait. Where none waits, the new one is closed.
/// </summary>
/// <remarks>
/// A connection whose request is not complete waits too. Lives as long as the listeners that it counts for; safe for
/// concurrent use.
/// </remarks>
/// <param name="limits">How many connections there may be, of all listeners that share the keeper.</param>
/// <param name="time">The clock by which is said that there are too many.</param>
/// <param name="logger">Hears of it.</param>
public sealed partial class ConnectionKeeper(
    ConnectionLimits limits,
    TimeProvider time,
    ILogger<ConnectionKeeper> logger
)
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, ConnectionHolder> _holders = [];
    private int _open;
    private int _sockets;
    private int _givenUp;
    private int _refused;
    private long? _saidAt;

    /// <summary>A part of each connection's way that counts it.</summary>
    internal ConnectionDelegate Guard(ConnectionDelegate next) =>
        async connection =>
        {
            // One that somebody has served before is counted already.
            if ((connection.Features.Get<ConnectionTicket>() ?? Open(connection.RemoteEndPoint)) is not { } ticket)
            {
                connection.Abort(new ConnectionAbortedException("Too many connections are open."));
                return;
            }

            connection.Features.Set(ticket);
            ticket.OnGivenUp(() =>
                connection.Abort(new ConnectionAbortedException("The connection waited, and another needed its place."))
            );
            try
            {
                await next(connection);
            }
            finally
            {
                Close(ticket);
            }
        };

    /// <summary>A request has come.</summary>
    internal void Begin(ConnectionTicket ticket)
    {
        lock (_gate)
            Leave(ticket);
    }

    /// <summary>The connection waits again.</summary>
    internal void End(ConnectionTicket ticket)
    {
        lock (_gate)
        {
            if (ticket.IsSocket)
            {
                ticket.IsSocket = false;
                _sockets--;
                Count(ticket.Holder, 1);
            }

            if (!ticket.IsGone && !ticket.IsIdle)
                ticket.Holder.Idle.AddLast(ticket.Place);
        }
    }

    /// <summary>The connection becomes a web socket for as long as its request lasts.</summary>
    internal bool TryBecomeSocket(ConnectionTicket ticket)
    {
        lock (_gate)
        {
            if (_sockets >= limits.Sockets)
                return false;
            ticket.IsSocket = true;
            _sockets++;
            Count(ticket.Holder, -1);
            return true;
        }
    }

    /// <summary>A connection has come.</summary>
    /// <returns>What it is counted by; null where there is no room for it.</returns>
    internal ConnectionTicket? Open(EndPoint? remote)
    {
        var address = AddressOf(remote);
        ConnectionTicket? ticket = null;
        ConnectionTicket? givenUp = null;
        lock (_gate)
        {
            if (!_holders.TryGetValue(address, out var holder))
                holder = new ConnectionHolder();
            if (
                TryMakeRoom(
                    holder,
                    IPAddress.IsLoopback(address) ? limits.OfThisMachine : limits.OfOneAddress,
                    out givenUp
                )
            )
            {
                ticket = new ConnectionTicket(this, address, holder);
                holder.Idle.AddLast(ticket.Place);
                holder.All++;
                Count(holder, 1);
                _holders[address] = holder;
            }

            _givenUp += givenUp is null ? 0 : 1;
            _refused += ticket is null ? 1 : 0;
            if (ticket is null || givenUp is not null)
                Say();
        }

        givenUp?.Abort();
        return ticket;
    }

    private bool TryMakeRoom(ConnectionHolder newcomer, int most, out ConnectionTicket? givenUp)
    {
        givenUp = null;
        var isGreedy = newcomer.Open >= most;
        if (!isGreedy && _open < limits.Total)
            return true;

        var from = isGreedy
            ? newcomer
            : _holders.Values.Where(holder => holder.Idle.Count > 0).MaxBy(holder => holder.Open);
        givenUp = from?.Idle.First?.Value;
        if (givenUp is null)
            return false;
        Leave(givenUp);
        givenUp.IsGone = true;
        Count(givenUp.Holder, -1);
        return true;
    }

    /// <summary>A connection is closed.</summary>
    internal void Close(ConnectionTicket ticket)
    {
        lock (_gate)
        {
            Leave(ticket);
            if (!ticket.IsGone)
            {
                if (ticket.IsSocket)
                    _sockets--;
                else
                    Count(ticket.Holder, -1);
            }

            ticket.IsGone = true;
            if (--ticket.Holder.All == 0)
                _holders.Remove(ticket.Address);
        }
    }

    private static void Leave(ConnectionTicket ticket)
    {
        if (ticket.IsIdle)
            ticket.Holder.Idle.Remove(ticket.Place);
    }

    private void Count(ConnectionHolder holder, int change)
    {
        holder.Open += change;
        _open += change;
    }

    private void Say()
    {
        if (_saidAt is { } said && time.GetElapsedTime(said) < Silence)
            return;
        Log.Full(logger, _givenUp, _refused, _open, limits.Total);
        (_saidAt, _givenUp, _refused) = (time.GetTimestamp(), 0, 0);
    }

    // Whoever has an address of version 6 has 2^64 of them (RFC 4291, 2.5.4).
    private static IPAddress AddressOf(EndPoint? remote)
    {
        if (remote is not IPEndPoint { Address: var address })
            return IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "Too many connections: {GivenUp} that waited were closed for others and {Refused} were refused since "
                + "this was last said; {Open} of at most {Most} are open."
        )]
        public static partial void Full(ILogger logger, int givenUp, int refused, int open, int most);
    }
}
