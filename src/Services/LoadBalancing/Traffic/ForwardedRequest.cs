using System.Diagnostics;
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

    public required string Destination { get; init; }

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
        var headers = proxyRequest.Headers;
        var received = httpContext.Request.Headers;
        var attributes = Listener.Attributes;
        Set(headers, "Host", Host.Length == 0 ? null : Host);
        if (attributes.DropInvalidHeaderFields)
            foreach (var name in received.Keys.Where(name => !RequestChecks.IsValidName(name)))
                RemoveHeader(proxyRequest, name);

        var addresses = ForwardedHeaders.For(
            attributes.ForwardedFor,
            received["X-Forwarded-For"],
            Client,
            attributes.ForwardClientPort
        );
        Set(headers, "X-Forwarded-For", addresses.Count == 0 ? null : addresses.ToString());
        Set(headers, "X-Forwarded-Proto", Listener.Certificates is null ? "http" : "https");
        Set(headers, "X-Forwarded-Port", $"{Listener.Port}");
        Set(headers, Headers.TraceId.Header, TraceId);
        foreach (var name in received.Keys.Where(ClientCertificateHeaders.IsOne))
            RemoveHeader(proxyRequest, name);
        if (Listener.ClientAuthentication is { } mutual && httpContext.Connection.ClientCertificate is { } client)
            foreach (var (name, value) in ClientCertificateHeaders.Of(client, mutual.Verifies))
                Set(headers, name, value);
        if (Listener.TlsHeaders is { } tls && httpContext.Features.Get<ITlsHandshakeFeature>() is { } handshake)
        {
            Set(headers, tls.Version, TlsHeaders.NameOf(handshake.Protocol));
            Set(
                headers,
                tls.CipherSuite,
                handshake.NegotiatedCipherSuite is { } suite ? TlsHeaders.NameOf(suite) : null
            );
        }
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext,
        HttpResponseMessage? proxyResponse,
        CancellationToken cancellationToken
    )
    {
        if (proxyResponse is not null)
        {
            Counters.CountResponse((int)proxyResponse.StatusCode, Stopwatch.GetElapsedTime(_started));
            Entry?.Answer((int)proxyResponse.StatusCode);
        }

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

    private static void Set(System.Net.Http.Headers.HttpRequestHeaders headers, string name, string? value)
    {
        headers.Remove(name);
        if (value is not null)
            headers.TryAddWithoutValidation(name, value);
    }
}
