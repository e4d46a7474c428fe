using System.Diagnostics;
using System.Globalization;
using System.Net;
using Estiba.LoadBalancing.Traffic.AccessLogs;
using Estiba.LoadBalancing.Traffic.Headers;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Estiba.LoadBalancing.Traffic;

/// <summary>Changes one request, and the response to it, on their way between a client and a target.</summary>
internal sealed class ForwardedRequest : HttpTransformer
{
    private static readonly UriCreationOptions AsSent = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly long _started = Stopwatch.GetTimestamp();

    public required ListenerConfiguration Listener { get; init; }

    public required IPEndPoint Target { get; init; }

    /// <summary>Whether the target is asked over TLS.</summary>
    public required bool Secure { get; init; }

    /// <summary>The target as the beginning of a URL.</summary>
    public string Destination => $"{(Secure ? "https" : "http")}://{Target}";

    /// <summary>Path and query, as the target is asked.</summary>
    public required string Url { get; init; }

    /// <summary>The Host header, as the target gets it.</summary>
    public required string Host { get; init; }

    public required IPEndPoint Client { get; init; }

    public required string TraceId { get; init; }

    public required TargetGroupCounters Counters { get; init; }

    /// <summary>How long a connection to the target may take.</summary>
    public required TimeSpan ConnectLimit { get; init; }

    /// <summary>Gets what is told of the request; null where nobody is to hear of it.</summary>
    public AccessLogEntry? Entry { get; init; }

    /// <summary>Adds cookies to the response of the target.</summary>
    public required Action<HttpContext> AddCookies { get; init; }

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext,
        HttpRequestMessage proxyRequest,
        string destinationPrefix,
        CancellationToken cancellationToken
    )
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        // A target is asked in the client's own letters, whatever they escape.
        proxyRequest.RequestUri = new Uri(Destination + Url, AsSent);
        proxyRequest.Options.Set(TargetGroupTraffic.ConnectLimit, ConnectLimit);
        foreach (var name in httpContext.Request.Headers.Keys.Where(name => !IsPassed(name)))
            RemoveHeader(proxyRequest, name);
        foreach (var (name, value) in OwnHeaders(httpContext))
        {
            proxyRequest.Headers.Remove(name);
            if (value is not null)
                proxyRequest.Headers.TryAddWithoutValidation(name, value);
        }
    }

    /// <summary>Whether a target may get a header of a client's.</summary>
    public bool IsPassed(string name) =>
        !ClientCertificateHeaders.IsOne(name)
        && (!Listener.Attributes.DropInvalidHeaderFields || RequestChecks.IsValidName(name));

    /// <summary>The headers that the target gets in the place of the client's of the same names; null for
    /// none.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> OwnHeaders(HttpContext http)
    {
        var attributes = Listener.Attributes;
        var addresses = ForwardedHeaders.For(
            attributes.ForwardedFor,
            http.Request.Headers["X-Forwarded-For"],
            Client,
            attributes.ForwardClientPort
        );
        var headers = new List<KeyValuePair<string, string?>>(capacity: 7)
        {
            new("Host", Host.Length == 0 ? null : Host),
            new("X-Forwarded-For", addresses.Count == 0 ? null : addresses.ToString()),
            new("X-Forwarded-Proto", Listener.Certificates is null ? "http" : "https"),
            new("X-Forwarded-Port", Listener.Port.ToString(CultureInfo.InvariantCulture)),
            new(Headers.TraceId.Header, TraceId),
        };
        if (Listener.ClientAuthentication is { } mutual && http.Connection.ClientCertificate is { } client)
            foreach (var (name, value) in ClientCertificateHeaders.Of(client, mutual.Verifies))
                headers.Add(new(name, value));
        if (Listener.TlsHeaders is { } tls && http.Features.Get<ITlsHandshakeFeature>() is { } handshake)
        {
            headers.Add(new(tls.Version, TlsHeaders.NameOf(handshake.Protocol)));
            headers.Add(
                new(tls.CipherSuite, handshake.NegotiatedCipherSuite is { } suite ? TlsHeaders.NameOf(suite) : null)
            );
        }
        return headers;
    }

    /// <summary>The target has begun to answer.</summary>
    public void Answered(int status)
    {
        Counters.CountResponse(status, Stopwatch.GetElapsedTime(_started));
        Entry?.Answer(status);
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext,
        HttpResponseMessage? proxyResponse,
        CancellationToken cancellationToken
    )
    {
        if (proxyResponse is not null)
            Answered((int)proxyResponse.StatusCode);
        var goesOn = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        if (proxyResponse is not null)
            AddCookies(httpContext);
        return goesOn;
    }

    private static void RemoveHeader(HttpRequestMessage request, string name)
    {
        request.Headers.Remove(name);
        request.Content?.Headers.Remove(name);
    }
}
