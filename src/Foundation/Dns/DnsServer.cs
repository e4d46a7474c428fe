using System.Net;
using System.Net.Sockets;
using Estiba.Dns.Doors;
using Estiba.Dns.Names;
using Estiba.Dns.Upstream;
using Microsoft.Extensions.Logging;

namespace Estiba.Dns;

/// <summary>
/// Answers for the names of the platform, over UDP and TCP, and asks the host's name servers for all others.
/// </summary>
/// <remarks>What is needed to write an answer is loaded with the first one.</remarks>
public sealed class DnsServer : IAsyncDisposable
{
    private const int IpLevel = 0;
    private const int IpFreeBind = 15;
    private const int Backlog = 128;

    private readonly Socket _udp;
    private readonly Socket _tcp;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _running;

    private DnsServer(
        Socket udp,
        Socket tcp,
        QueryHandler handler,
        DnsServerOptions options,
        TimeProvider time,
        ILogger logger
    )
    {
        (_udp, _tcp) = (udp, tcp);
        EndPoint = (IPEndPoint)udp.LocalEndPoint!;
        _running = Task.WhenAll(
            new UdpDoor(udp, handler, options, time, logger).RunAsync(_end.Token),
            new TcpDoor(tcp, handler, options, time, logger).RunAsync(_end.Token)
        );
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Listens; it answers when this returns.</summary>
    /// <param name="endPoint">Where: an address that this host has, or will have; port 0 for any.</param>
    /// <param name="names">The platform's names.</param>
    /// <param name="servers">Whom to ask for others; asked each time.</param>
    /// <param name="options">Its limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Decides about the order of records; safe for threads.</param>
    /// <param name="logger">Hears of faults.</param>
    /// <exception cref="SocketException">Somebody else listens there, or this process may not.</exception>
    public static DnsServer Start(
        IPEndPoint endPoint,
        NameSources names,
        Func<IReadOnlyList<IPEndPoint>> servers,
        DnsServerOptions options,
        TimeProvider time,
        Random random,
        ILogger logger
    )
    {
        var udp = Bound(endPoint, SocketType.Dgram, ProtocolType.Udp);
        Socket? tcp = null;
        try
        {
            tcp = Bound((IPEndPoint)udp.LocalEndPoint!, SocketType.Stream, ProtocolType.Tcp);
            tcp.Listen(Backlog);
        }
        catch
        {
            udp.Dispose();
            tcp?.Dispose();
            throw;
        }

        var handler = new QueryHandler(names, new Forwarder(servers, options, time), new Neighbourhood(time), random);
        return new DnsServer(udp, tcp, handler, options, time, logger);
    }

    /// <summary>Stops listening; what is under way is given up.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        _udp.Dispose();
        _tcp.Dispose();
        _end.Dispose();
    }

    private static Socket Bound(IPEndPoint endPoint, SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(endPoint.AddressFamily, type, protocol);
        try
        {
            // A bridge may come after this process, and go and come again: the address then is the same.
            if (endPoint.AddressFamily == AddressFamily.InterNetwork)
                socket.SetRawSocketOption(IpLevel, IpFreeBind, BitConverter.GetBytes(1));
            socket.Bind(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
