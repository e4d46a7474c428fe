using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using Estiba.LoadBalancing.Traffic.Headers;
using Estiba.LoadBalancing.Traffic.Rules;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Estiba.LoadBalancing.Traffic.AccessLogs;

/// <summary>What is told of one request; noted while it is answered, and put into words later.</summary>
/// <remarks>"Access logs for your Application Load Balancer".</remarks>
internal sealed class AccessLogEntry
{
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly ByteCount _received = new();
    private readonly ByteCount _sent = new();
    private long _sentAt;
    private long _answeredAt;

    private AccessLogEntry(HttpContext http, ListenerConfiguration listener, TimeProvider time)
    {
        _time = time;
        _began = time.GetTimestamp();
        Created = time.GetUtcNow();
        Listener = listener;
        Client = new IPEndPoint(http.Connection.RemoteIpAddress ?? IPAddress.None, http.Connection.RemotePort);
        Address = http.Connection.LocalIpAddress ?? IPAddress.None;
        Method = http.Request.Method;
        Target = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        Host = RoutedRequest.HostOf(http.Request.Headers.Host.ToString());
        Protocol = http.Request.Protocol;
        UserAgent = http.Request.Headers.UserAgent.ToString();
        Connection = ConnectionOf(http);
        if (http.Features.Get<ITlsHandshakeFeature>() is { } tls)
        {
            (TlsProtocol, TlsCipher) = (tls.Protocol, tls.NegotiatedCipherSuite);
            ServerName = string.IsNullOrEmpty(tls.HostName) ? null : tls.HostName;
        }

        Ambiguity = RequestChecks.AmbiguityOf(Method, http.Request.Headers);
    }

    public ListenerConfiguration Listener { get; }

    public DateTimeOffset Created { get; }

    public IPEndPoint Client { get; }

    /// <summary>The load balancer's own.</summary>
    public IPAddress Address { get; }

    public string Method { get; }

    /// <summary>What stands in the request line behind the method.</summary>
    public string Target { get; }

    public string Host { get; }

    public string Protocol { get; }

    public string UserAgent { get; }

    public string Connection { get; }

    public SslProtocols? TlsProtocol { get; }

    public TlsCipherSuite? TlsCipher { get; }

    /// <summary>The name that the client asked for in its handshake.</summary>
    public string? ServerName { get; }

    /// <summary>Why servers may disagree where the request ends; null where they do not.</summary>
    public string? Ambiguity { get; }

    public bool IsWebSocket { get; private set; }

    public bool IsGrpc { get; private set; }

    public RuleConfiguration? Rule { get; set; }

    public string? RedirectUrl { get; set; }

    public string? TargetGroup { get; set; }

    public string? TraceId { get; set; }

    /// <summary>The targets that it was sent to, the last one last, and what each answered.</summary>
    public List<(IPEndPoint Target, int? Status)> Attempts { get; } = [];

    /// <summary>The host that the target was told, where a rule changes it.</summary>
    public string? TransformedHost { get; set; }

    /// <summary>The path and query that the target was asked for, where a rule changes them.</summary>
    public string? TransformedUrl { get; set; }

    /// <summary>What came of a rule's transforms; null without any.</summary>
    public string? TransformStatus { get; set; }

    /// <summary>What the load balancer has answered; else the response's own.</summary>
    public int? Status { get; set; }

    public DateTimeOffset Ended { get; private set; }

    public long ReceivedBytes { get; private set; }

    public long SentBytes { get; private set; }

    /// <summary>From the request to its being sent to a target; null where it was not.</summary>
    public TimeSpan? RequestProcessing { get; private set; }

    /// <summary>From then to the beginning of the target's answer; null where it gave none.</summary>
    public TimeSpan? TargetProcessing { get; private set; }

    /// <summary>From then to the beginning of the answer to the client; null where there was none.</summary>
    public TimeSpan? ResponseProcessing { get; private set; }

    /// <summary>Begins with a request that has just come.</summary>
    public static AccessLogEntry Begin(HttpContext http, ListenerConfiguration listener, TimeProvider time)
    {
        var entry = new AccessLogEntry(http, listener, time);
        http.Features.Set(entry);
        http.Request.Body = new CountingStream(http.Request.Body, entry._received, entry._sent);
        http.Response.Body = new CountingStream(http.Response.Body, entry._received, entry._sent);
        if (http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
            http.Features.Set<IHttpUpgradeFeature>(new CountingUpgrade(upgrade, entry._received, entry._sent));
        http.Response.OnStarting(entry.OnStarting);
        return entry;
    }

    /// <summary>It is to go to a target, under this trace id, and with what rules have made of host and URL.</summary>
    public void Forward(string traceId, string host, string url)
    {
        TraceId = traceId;
        if (Rule is { HostHeaderRewrite: not null } or { UrlRewrite: not null })
            TransformStatus = "TransformSuccess";
        if (Rule?.HostHeaderRewrite is not null)
            TransformedHost = host;
        if (Rule?.UrlRewrite is not null)
            TransformedUrl = url;
    }

    /// <summary>It is sent to a target.</summary>
    public void SendTo(IPEndPoint target)
    {
        Attempts.Add((target, Status: null));
        _sentAt = _time.GetTimestamp();
        RequestProcessing = _time.GetElapsedTime(_began, _sentAt);
        TargetProcessing = ResponseProcessing = null;
        _answeredAt = 0;
    }

    /// <summary>The target has begun to answer.</summary>
    public void Answer(int status)
    {
        Attempts[^1] = (Attempts[^1].Target, status);
        _answeredAt = _time.GetTimestamp();
        TargetProcessing = _time.GetElapsedTime(_sentAt, _answeredAt);
    }

    /// <summary>It is answered.</summary>
    public void End(HttpContext http)
    {
        Ended = _time.GetUtcNow();
        Status ??= http.Response.StatusCode;
        IsWebSocket = http.Response.StatusCode == StatusCodes.Status101SwitchingProtocols;
        IsGrpc = http.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true;
        ReceivedBytes =
            Method.Length + Target.Length + Protocol.Length + 4 + LengthOf(http.Request.Headers) + _received.Value;
        SentBytes = Protocol.Length + " 200 \r\n".Length + LengthOf(http.Response.Headers) + _sent.Value;
    }

    private Task OnStarting()
    {
        if (_answeredAt != 0)
            ResponseProcessing = _time.GetElapsedTime(_answeredAt);
        return Task.CompletedTask;
    }

    // As HTTP/1.1 writes them, with the empty line.
    private static long LengthOf(IHeaderDictionary headers)
    {
        var length = 2L;
        foreach (var (name, values) in headers)
        foreach (var value in values)
            length += name.Length + (value?.Length ?? 0) + 4;
        return length;
    }

    private static string ConnectionOf(HttpContext http)
    {
        var items = http.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items?.TryGetValue(typeof(AccessLogEntry), out var known) == true)
            return (string)known!;
        var made = $"TID_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";
        items?.Add(typeof(AccessLogEntry), made);
        return made;
    }
}
