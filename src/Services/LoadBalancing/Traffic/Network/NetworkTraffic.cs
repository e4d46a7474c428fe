using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Estiba.LoadBalancing.Traffic.Network;

/// <summary>
/// Carries the traffic of network load balancers: listens where their listeners are to listen, and connects what comes
/// with their targets.
/// </summary>
/// <remarks>
/// Each address and port has a socket of its own for TCP and for UDP, so that opening and closing one disturbs no flow
/// of another. Safe for concurrent use.
/// </remarks>
public sealed class NetworkTraffic : IAsyncDisposable
{
    /// <summary>How exactly times of idleness are kept.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly FlowServices _services;
    private readonly Lock _one = new();
    private readonly Dictionary<(ProtocolType Protocol, IPEndPoint EndPoint), INetworkSocket> _sockets = [];
    private readonly ConcurrentDictionary<string, NetworkCounters> _counters = new();
    private readonly List<Task> _closing = [];
    private readonly ITimer _timer;
    private bool _isTicking;

    /// <summary>Listens nowhere yet.</summary>
    /// <param name="options">What it needs to know.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Hears what goes wrong.</param>
    public NetworkTraffic(NetworkTrafficOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _services = new FlowServices(options, time, loggers.CreateLogger<NetworkTraffic>());
        _timer = time.CreateTimer(_ => CheckIdle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Makes these the listeners, and no others. Flows go on by the configuration that they began with, except where
    /// the attributes of their target group end them because of what became of their target. Safe to repeat.
    /// </summary>
    /// <returns>The addresses that cannot be listened on now; it may be tried again.</returns>
    public IReadOnlyList<ListenerFault> Apply(IReadOnlyCollection<NetworkListenerConfiguration> listeners)
    {
        ArgumentNullException.ThrowIfNull(listeners);
        lock (_one)
        {
            _closing.RemoveAll(static task => task.IsCompletedSuccessfully);
            var wanted = Routes(listeners);
            foreach (var (place, socket) in _sockets.ToList())
            {
                if (wanted.ContainsKey(place))
                    continue;
                _sockets.Remove(place);
                _closing.Add(socket.DisposeAsync().AsTask());
            }

            var faults = new List<ListenerFault>();
            foreach (var (place, routes) in wanted)
            {
                if (_sockets.TryGetValue(place, out var socket))
                    socket.Routes = routes;
                else if (Open(place, routes) is { } fault)
                    faults.Add(fault);
            }

            SetTicking(_sockets.Count > 0);
            var loadBalancers = listeners.Select(listener => listener.LoadBalancerArn).ToHashSet();
            foreach (var gone in _counters.Keys.Where(arn => !loadBalancers.Contains(arn)))
                _counters.TryRemove(gone, out _);
            return faults;
        }
    }

    /// <summary>Whether a target gets no new flows, and has none.</summary>
    public bool HasDrained(string targetGroupArn, IPEndPoint target)
    {
        lock (_one)
            return !_sockets.Values.Any(socket =>
                socket.Routes.MayChoose(targetGroupArn, target) || socket.HasFlowTo(targetGroupArn, target)
            );
    }

    /// <summary>What happened with a load balancer; null where it has no listener.</summary>
    public NetworkCounters? CountersOf(string loadBalancerArn) => _counters.GetValueOrDefault(loadBalancerArn);

    /// <summary>Closes all listeners, and waits for flows in the middle of something for as long as is
    /// granted.</summary>
    public async ValueTask DisposeAsync()
    {
        Apply([]);
        await _timer.DisposeAsync();
        await Task.WhenAll(_closing);
    }

    private Dictionary<(ProtocolType Protocol, IPEndPoint EndPoint), NetworkRoutes> Routes(
        IEnumerable<NetworkListenerConfiguration> listeners
    )
    {
        var routes = new Dictionary<(ProtocolType, IPEndPoint), NetworkRoutes>();
        foreach (var listener in listeners)
        {
            var counters = _counters.GetOrAdd(listener.LoadBalancerArn, static _ => new NetworkCounters());
            foreach (var its in listener.Addresses)
            {
                var own = new NetworkRoutes(listener, its.Zone, counters);
                var endPoint = new IPEndPoint(its.Address, listener.Port);
                if (listener.Protocol != NetworkProtocol.Udp)
                    routes[(ProtocolType.Tcp, endPoint)] = own;
                if (listener.Protocol is NetworkProtocol.Udp or NetworkProtocol.TcpUdp)
                    routes[(ProtocolType.Udp, endPoint)] = own;
            }
        }

        return routes;
    }

    private ListenerFault? Open((ProtocolType Protocol, IPEndPoint EndPoint) place, NetworkRoutes routes)
    {
        INetworkSocket? socket = null;
        try
        {
            socket =
                place.Protocol == ProtocolType.Tcp
                    ? new TcpListenerSocket(place.EndPoint, routes, _services)
                    : new UdpListenerSocket(place.EndPoint, routes, _services);
            socket.Open();
        }
        catch (SocketException refused)
        {
            if (socket is not null)
                _closing.Add(socket.DisposeAsync().AsTask());
            return new ListenerFault(routes.Listener.Arn, place.EndPoint, refused.Message);
        }

        _sockets[place] = socket;
        return null;
    }

    private void SetTicking(bool ticking)
    {
        if (_isTicking == ticking)
            return;
        _isTicking = ticking;
        var period = ticking ? Tick : Timeout.InfiniteTimeSpan;
        _timer.Change(period, period);
    }

    private void CheckIdle()
    {
        INetworkSocket[] sockets;
        lock (_one)
            sockets = [.. _sockets.Values];
        foreach (var socket in sockets)
            socket.CheckIdle();
    }
}

/// <summary>What the traffic of network load balancers needs to know beside its listeners.</summary>
public sealed record NetworkTrafficOptions
{
    /// <summary>How many flows there may be.</summary>
    public FlowLimits Limits { get; init; } = FlowLimits.OfThisProcess();

    /// <summary>How long flows in the middle of something may go on when their listener closes.</summary>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(30);
}
