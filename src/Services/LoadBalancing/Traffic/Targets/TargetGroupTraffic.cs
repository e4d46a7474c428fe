using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Text;

namespace Estiba.LoadBalancing.Traffic.Targets;

/// <summary>
/// What goes to a target group: its connections, and how many requests each target has to answer. Lives as long as some
/// listener's configuration has the group, and then until its last request is answered.
/// </summary>
internal sealed class TargetGroupTraffic : IDisposable
{
    /// <summary>How long a connection to a target may take ("HTTP 504").</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long all headers of a response may be, in KiB ("Quotas").</summary>
    private const int LongestHeaders = 32;

    private readonly ConcurrentDictionary<IPEndPoint, TargetTraffic> _targets = new();
    private readonly Lock _gate = new();
    private int _users;
    private bool _retired;
    private uint _turn;

    public TargetGroupTraffic(TargetGroupConfiguration group)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = ConnectTimeout,
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
    }

    /// <summary>Sends requests over the group's connections.</summary>
    public HttpMessageInvoker Invoker { get; }

    public TargetGroupCounters Counters { get; } = new();

    /// <summary>The next number of a choice in turn.</summary>
    public uint NextTurn() => Interlocked.Increment(ref _turn);

    /// <summary>How many requests a target has to answer.</summary>
    public int OutstandingOf(IPEndPoint target) =>
        _targets.TryGetValue(target, out var traffic) ? traffic.Outstanding : 0;

    /// <summary>How many requests each target has to answer that has any.</summary>
    public Dictionary<IPEndPoint, int> AllOutstanding() =>
        _targets.Select(each => (each.Key, each.Value.Outstanding)).Where(each => each.Outstanding > 0).ToDictionary();

    /// <summary>A target has one request more to answer, until what is returned is disposed of.</summary>
    public IDisposable Begin(IPEndPoint target) => TrafficOf(target).Begin();

    /// <summary>
    /// Forgets targets that are no longer registered and have nothing to answer, and closes their connections: a server
    /// that is asked to stop may wait for these, above all for those that were opened and never used.
    /// </summary>
    public void Keep(IEnumerable<IPEndPoint> targets)
    {
        var known = targets.ToHashSet();
        foreach (var (target, traffic) in _targets)
        {
            if (!known.Contains(target) && traffic.Outstanding == 0 && _targets.TryRemove(target, out _))
                traffic.CloseConnections();
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
            Invoker.Dispose();
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
            Invoker.Dispose();
    }

    private TargetTraffic TrafficOf(IPEndPoint target) => _targets.GetOrAdd(target, static _ => new TargetTraffic());

    private ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var target = new IPEndPoint(IPAddress.Parse(context.DnsEndPoint.Host), context.DnsEndPoint.Port);
        return TrafficOf(target).ConnectAsync(target, cancellation);
    }
}
