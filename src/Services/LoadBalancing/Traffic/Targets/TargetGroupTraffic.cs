using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Text;
using Estiba.Listeners;

namespace Estiba.LoadBalancing.Traffic.Targets;

/// <summary>
/// What goes to a target group: its connections, how many requests each target has to answer, and how well it answers
/// them. Lives as long as some listener's configuration has the group, and then until its last request is answered.
/// </summary>
internal sealed class TargetGroupTraffic : IDisposable
{
    /// <summary>How long a connection to a target may take ("HTTP 504").</summary>
    internal static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long it may take where the request can go to another target.</summary>
    internal static readonly TimeSpan PassOverTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long the connection may take that is opened for a request.</summary>
    internal static readonly HttpRequestOptionsKey<TimeSpan> ConnectLimit = new("connect-limit");

    /// <summary>How long all headers of a response may be, in KiB ("Quotas").</summary>
    private const int LongestHeaders = 32;

    /// <summary>How long a connection waits for a request before it is closed.</summary>
    private static readonly TimeSpan LongestIdle = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan BetweenTidyings = TimeSpan.FromSeconds(15);

    /// <summary>How often targets are compared, at most.</summary>
    private static readonly TimeSpan BetweenComparisons = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<IPEndPoint, TargetRequests> _requests = new();
    private readonly ConcurrentDictionary<IPEndPoint, TargetConnections> _connections = new();
    private readonly TimeProvider _time;
    private readonly TargetWeights _weights = new();
    private readonly ITimer _tidying;
    private readonly Lock _comparing = new();
    private readonly Lock _forgetting = new();
    private readonly Lock _gate = new();
    private volatile IReadOnlyDictionary<IPEndPoint, TargetCondition> _conditions =
        new Dictionary<IPEndPoint, TargetCondition>();
    private HashSet<IPEndPoint>? _known;
    private long _comparedAt;
    private int _users;
    private bool _retired;
    private uint _turn;

    public TargetGroupTraffic(TargetGroupConfiguration group, TimeProvider time)
    {
        _time = time;
        _comparedAt = time.GetTimestamp() - time.TimestampFrequency;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            // The callback counts its own; what comes on top is a TLS handshake.
            ConnectTimeout = 2 * ConnectTimeout,
            ConnectCallback = ConnectAsync,
            EnableMultipleHttp2Connections = true,
            MaxResponseHeadersLength = LongestHeaders,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        };
        // "The load balancer does not validate these certificates" (Target groups, "Routing configuration").
        if (group.Secure)
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            };
        Invoker = new HttpMessageInvoker(new StreamingHandler(handler), disposeHandler: true);
        _tidying = time.CreateTimer(_ => Tidy(), state: null, BetweenTidyings, BetweenTidyings);
    }

    /// <summary>Sends requests over the group's connections.</summary>
    public HttpMessageInvoker Invoker { get; }

    /// <summary>The connections to a target.</summary>
    public TargetConnections ConnectionsTo(IPEndPoint target) =>
        _connections.TryGetValue(target, out var known)
            ? known
            : _connections.GetOrAdd(target, new TargetConnections(target, _time));

    public TargetGroupCounters Counters { get; } = new();

    /// <summary>The next number of a choice in turn.</summary>
    public uint NextTurn() => Interlocked.Increment(ref _turn);

    /// <summary>How many requests a target has to answer.</summary>
    public int OutstandingOf(IPEndPoint target) =>
        _requests.TryGetValue(target, out var requests) ? requests.Outstanding : 0;

    /// <summary>How many requests each target has to answer that has any.</summary>
    public Dictionary<IPEndPoint, int> AllOutstanding() =>
        _requests.Select(each => (each.Key, each.Value.Outstanding)).Where(each => each.Outstanding > 0).ToDictionary();

    /// <summary>A target has one request more to answer, until <see cref="TargetRequests.End"/>.</summary>
    public TargetRequests Begin(IPEndPoint target)
    {
        var requests = _requests.GetOrAdd(target, static _ => new TargetRequests());
        requests.Begin();
        return requests;
    }

    /// <summary>What is thought of the group's healthy targets, as of a second ago at most.</summary>
    public IReadOnlyDictionary<IPEndPoint, TargetCondition> ConditionsOf(TargetGroupConfiguration group)
    {
        if (IsFresh())
            return _conditions;
        lock (_comparing)
        {
            if (IsFresh())
                return _conditions;
            var healthy = group
                .Targets.Where(target => target.State == TargetState.Healthy)
                .Select(target => (target.EndPoint, _requests.GetValueOrDefault(target.EndPoint)))
                .Select(its => (its.EndPoint, its.Item2?.Ended ?? 0, its.Item2?.Errors ?? 0))
                .ToList();
            _conditions = _weights.Next(healthy, group.MitigatesAnomalies);
            Volatile.Write(ref _comparedAt, _time.GetTimestamp());
            return _conditions;
        }
    }

    /// <summary>Which part of its share of requests a target takes now, up to 1.</summary>
    public double ShareOf(TargetGroupConfiguration group, TargetConfiguration target) =>
        group.Algorithm == TargetAlgorithm.WeightedRandom
            ? group.MitigatesAnomalies && ConditionsOf(group).TryGetValue(target.EndPoint, out var condition)
                ? condition.Weight
                : 1
            : TargetSelection.Share(target, group.SlowStart, _time.GetUtcNow());

    /// <summary>
    /// Forgets targets that are no longer registered and have nothing to answer, and closes their connections: a server
    /// that is asked to stop may wait for these, above all for those that were opened and never used.
    /// </summary>
    /// <remarks>A target that still answers then is forgotten at a later look, within seconds.</remarks>
    public void Keep(IEnumerable<IPEndPoint> targets)
    {
        lock (_forgetting)
        {
            _known = targets.ToHashSet();
            Forget();
        }
    }

    /// <summary>Begins a use of the group's connections; false when the group is gone.</summary>
    public bool TryUse()
    {
        lock (_gate)
        {
            if (_retired)
                return false;
            _users++;
            return true;
        }
    }

    public void EndUse()
    {
        bool last;
        lock (_gate)
            last = --_users == 0 && _retired;
        if (last)
            Close();
    }

    /// <summary>No configuration has the group any more.</summary>
    public void Dispose()
    {
        bool last;
        lock (_gate)
        {
            last = _users == 0 && !_retired;
            _retired = true;
        }
        if (last)
            Close();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var target = new IPEndPoint(IPAddress.Parse(context.DnsEndPoint.Host), context.DnsEndPoint.Port);
        if (!context.InitialRequestMessage.Options.TryGetValue(ConnectLimit, out var limit))
            limit = ConnectTimeout;
        return await ConnectionsTo(target).ConnectAsync(limit, cancellation);
    }

    private void Forget()
    {
        if (_known is not { } known)
            return;
        foreach (var target in _connections.Keys.Where(target => !known.Contains(target) && OutstandingOf(target) == 0))
        {
            if (_connections.TryRemove(target, out var connections))
                connections.Close();
        }
        foreach (var (target, requests) in _requests)
        {
            if (!known.Contains(target) && requests.Outstanding == 0)
                _requests.TryRemove(target, out _);
        }
    }

    private void Tidy()
    {
        lock (_forgetting)
            Forget();
        foreach (var connections in _connections.Values)
            connections.CloseIdle(LongestIdle);
    }

    private void Close()
    {
        _tidying.Dispose();
        Invoker.Dispose();
        foreach (var connections in _connections.Values)
            connections.Close();
    }

    private bool IsFresh() => _time.GetElapsedTime(Volatile.Read(ref _comparedAt)) < BetweenComparisons;
}

/// <summary>Counts the requests of a target.</summary>
internal sealed class TargetRequests
{
    private int _outstanding;
    private long _ended;
    private long _errors;

    /// <summary>Those that it has to answer.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Those that have ended.</summary>
    public long Ended => Interlocked.Read(ref _ended);

    /// <summary>Those of them that it failed with: it could not be reached, answered nonsense, or with a status of
    /// 500 or above.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>It has one more to answer.</summary>
    public void Begin() => Interlocked.Increment(ref _outstanding);

    /// <summary>One has ended.</summary>
    /// <param name="isError">Whether the target failed.</param>
    public void End(bool isError)
    {
        if (isError)
            Interlocked.Increment(ref _errors);
        Interlocked.Increment(ref _ended);
        Interlocked.Decrement(ref _outstanding);
    }
}
