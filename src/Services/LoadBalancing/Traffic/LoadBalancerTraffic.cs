using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Net;
using Estiba.Listeners;
using Estiba.Listeners.Connections;
using Estiba.Listeners.EventLoops;
using Estiba.LoadBalancing.Traffic.AccessLogs;
using Estiba.LoadBalancing.Traffic.Plain;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Yarp.ReverseProxy.Forwarder;

namespace Estiba.LoadBalancing.Traffic;

/// <summary>
/// Carries the traffic of application load balancers: listens where their listeners are to listen, and answers what
/// comes by their rules.
/// </summary>
/// <remarks>
/// Each address and port has a server of its own, so that opening and closing one disturbs no connection of another.
/// Safe for concurrent use.
/// </remarks>
public sealed class LoadBalancerTraffic : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly TimeSpan _shutdownGrace;
    private readonly ConnectionKeeper _keeper;
    private readonly StickinessCookies _cookies;
    private readonly ServiceProvider _services;
    private readonly RequestRouter _router;
    private readonly EventLoopGroup _group;
    private readonly PlainLoops? _loops;
    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<IPEndPoint, ListenerSocket> _sockets = [];
    private readonly ConcurrentDictionary<string, TargetGroupTraffic> _groups = new();
    private readonly ConcurrentDictionary<string, LoadBalancerCounters> _counters = new();
    private readonly ConcurrentDictionary<string, AccessLog> _logs = new();
    private readonly List<Task> _closing = [];
    private volatile IReadOnlyDictionary<string, TargetGroupConfiguration> _configured =
        new Dictionary<string, TargetGroupConfiguration>();

    /// <summary>Listens nowhere yet.</summary>
    /// <param name="options">What it needs to know.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Chooses what is left to chance; safe for concurrent use, as <see cref="Random.Shared"/>
    /// is.</param>
    /// <param name="loggers">Hears what goes wrong.</param>
    public LoadBalancerTraffic(
        LoadBalancerTrafficOptions options,
        TimeProvider time,
        Random random,
        ILoggerFactory loggers
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        _time = time;
        _loggers = loggers;
        _shutdownGrace = options.ShutdownGrace;
        _keeper = new ConnectionKeeper(options.Limits, time, loggers.CreateLogger<ConnectionKeeper>());
        _cookies = new StickinessCookies(options.CookieKey.ToArray());
        // The forwarder would write a line or two for every request.
        _services = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>))
            .AddHttpForwarder()
            .BuildServiceProvider();
        _router = new RequestRouter(
            _services.GetRequiredService<IHttpForwarder>(),
            new Stickiness(_cookies, time),
            time,
            random,
            loggers.CreateLogger<LoadBalancerTraffic>()
        );
        _group = new EventLoopGroup(loggers);
        if (options.UsesEventLoops)
            _loops = new PlainLoops(_group, _router, time, random);
    }

    /// <summary>
    /// Makes these the listeners, and no others. Requests that are being answered go on by the rules that they began
    /// with; a listener that is gone takes no new ones. Safe to repeat.
    /// </summary>
    /// <returns>The addresses that cannot be listened on now; it may be tried again.</returns>
    public async Task<IReadOnlyList<ListenerFault>> ApplyAsync(
        IReadOnlyCollection<ListenerConfiguration> listeners,
        CancellationToken cancellation
    )
    {
        ArgumentNullException.ThrowIfNull(listeners);
        await _one.WaitAsync(cancellation);
        try
        {
            _closing.RemoveAll(task => task.IsCompletedSuccessfully);
            var groups = listeners
                .SelectMany(ListenerRoutes.GroupsOf)
                .DistinctBy(group => group.Arn)
                .ToDictionary(group => group.Arn);
            var traffics = groups.Values.ToDictionary(
                group => group.Arn,
                group => _groups.GetOrAdd(group.Arn, _ => new TargetGroupTraffic(group, _time))
            );
            var wanted = Routes(listeners, traffics);

            foreach (var (endPoint, socket) in _sockets.ToList())
            {
                if (wanted.TryGetValue(endPoint, out var routes) && socket.Accepts(routes))
                    continue;
                _sockets.Remove(endPoint);
                _closing.Add(socket.DisposeAsync().AsTask());
            }
            var faults = new List<ListenerFault>();
            foreach (var (endPoint, routes) in wanted)
            {
                if (_sockets.TryGetValue(endPoint, out var socket))
                    socket.Routes = routes;
                else if (await OpenAsync(endPoint, routes, cancellation) is { } fault)
                    faults.Add(fault);
            }

            _configured = groups;
            foreach (var (arn, traffic) in _groups)
            {
                if (groups.TryGetValue(arn, out var group))
                    traffic.Keep(group.Targets.Select(target => target.EndPoint));
                else if (_groups.TryRemove(arn, out _))
                    traffic.Dispose();
            }
            var loadBalancers = listeners.Select(listener => listener.LoadBalancerArn).ToHashSet();
            foreach (var gone in _counters.Keys.Where(arn => !loadBalancers.Contains(arn)))
                _counters.TryRemove(gone, out _);
            foreach (var gone in _logs.Keys.Where(arn => !loadBalancers.Contains(arn)))
                _logs.TryRemove(gone, out _);
            return faults;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>How many requests each target of a group has to answer that has any.</summary>
    public IReadOnlyDictionary<IPEndPoint, int> OutstandingRequests(string targetGroupArn) =>
        _groups.TryGetValue(targetGroupArn, out var group) ? group.AllOutstanding() : [];

    /// <summary>Whether a target gets no new requests, and has answered all that it had.</summary>
    public bool HasDrained(string targetGroupArn, IPEndPoint target) =>
        !(
            _configured.TryGetValue(targetGroupArn, out var group)
            && group.Targets.Any(its => its.EndPoint.Equals(target) && its.State != TargetState.Draining)
        ) && !(_groups.TryGetValue(targetGroupArn, out var traffic) && traffic.OutstandingOf(target) > 0);

    /// <summary>What is thought of the healthy targets of a group; nothing where no listener has it.</summary>
    public IReadOnlyDictionary<IPEndPoint, TargetCondition> ConditionsOf(string targetGroupArn) =>
        _configured.TryGetValue(targetGroupArn, out var group) && _groups.TryGetValue(targetGroupArn, out var traffic)
            ? traffic.ConditionsOf(group)
            : ReadOnlyDictionary<IPEndPoint, TargetCondition>.Empty;

    /// <summary>What happened with a target group; null where no listener has it.</summary>
    public TargetGroupCounters? CountersOfTargetGroup(string arn) => _groups.GetValueOrDefault(arn)?.Counters;

    /// <summary>What happened with a load balancer; null where it has no listener.</summary>
    public LoadBalancerCounters? CountersOfLoadBalancer(string arn) => _counters.GetValueOrDefault(arn);

    /// <summary>What is told of a load balancer's requests; null where it has no listener.</summary>
    public AccessLog? AccessLogOf(string arn) => _logs.GetValueOrDefault(arn);

    /// <summary>Closes all listeners, and waits for the requests that they have for as long as is granted.</summary>
    public async ValueTask DisposeAsync()
    {
        await ApplyAsync([], CancellationToken.None);
        await Task.WhenAll(_closing);
        _group.Dispose();
        await _services.DisposeAsync();
        _cookies.Dispose();
        _one.Dispose();
    }

    private Dictionary<IPEndPoint, ListenerRoutes> Routes(
        IReadOnlyCollection<ListenerConfiguration> listeners,
        Dictionary<string, TargetGroupTraffic> traffics
    )
    {
        var routes = new Dictionary<IPEndPoint, ListenerRoutes>();
        foreach (var listener in listeners)
        {
            var counters = _counters.GetOrAdd(listener.LoadBalancerArn, static _ => new LoadBalancerCounters());
            var log = _logs.GetOrAdd(listener.LoadBalancerArn, static _ => new AccessLog());
            foreach (var its in listener.Addresses)
                routes[new IPEndPoint(its.Address, listener.Port)] = new ListenerRoutes(
                    listener,
                    its.Zone,
                    traffics,
                    counters,
                    log
                );
        }
        return routes;
    }

    private async Task<ListenerFault?> OpenAsync(
        IPEndPoint endPoint,
        ListenerRoutes routes,
        CancellationToken cancellation
    )
    {
        var socket = new ListenerSocket(endPoint, routes, _router, _loops, _keeper, _shutdownGrace, _loggers);
        try
        {
            await socket.OpenAsync(cancellation);
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            await socket.DisposeAsync();
            return new ListenerFault(routes.Listener.Arn, endPoint, exception.Message);
        }
        _sockets[endPoint] = socket;
        return null;
    }
}

/// <summary>What traffic needs to know beside its listeners.</summary>
public sealed record LoadBalancerTrafficOptions
{
    /// <summary>32 bytes with which cookies of stickiness are encrypted; kept somewhere, they are good after a
    /// restart.</summary>
    public required ReadOnlyMemory<byte> CookieKey { get; init; }

    /// <summary>How many connections clients may have.</summary>
    public ConnectionLimits Limits { get; init; } = ConnectionLimits.OfDescriptors();

    /// <summary>Whether plain requests go past Kestrel where they can; only Linux has what that takes, and
    /// <c>ESTIBA_EVENT_LOOPS=0</c> forbids it.</summary>
    public bool UsesEventLoops { get; init; } =
        OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("ESTIBA_EVENT_LOOPS") != "0";

    /// <summary>How long running requests may take to end when their listener closes.</summary>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>An address on which a listener cannot listen.</summary>
/// <param name="ListenerArn">The listener.</param>
/// <param name="EndPoint">Its address and port.</param>
/// <param name="Reason">Why not.</param>
public sealed record ListenerFault(string ListenerArn, IPEndPoint EndPoint, string Reason);
