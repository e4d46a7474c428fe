using System.Net;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Text;
using Estiba.Listeners;
using Estiba.Listeners.Connections;
using Estiba.Listeners.EventLoops;
using Estiba.LoadBalancing.Traffic.Headers;
using Estiba.LoadBalancing.Traffic.Plain;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Estiba.LoadBalancing.Traffic;

/// <summary>One address and port of a listener: a server whose routes may change under its connections.</summary>
internal sealed class ListenerSocket : IAsyncDisposable
{
    // Contexts are dear, and clients' sessions live in them.
    private readonly ConditionalWeakTable<ServerCertificate, SslStreamCertificateContext> _contexts = [];
    private readonly Listener _listener;
    private readonly PolledListener? _polled;
    private readonly TimeSpan _shutdownGrace;
    private readonly bool _secure;
    private volatile ListenerRoutes _routes;

    public ListenerSocket(
        IPEndPoint endPoint,
        ListenerRoutes routes,
        RequestRouter router,
        PlainLoops? loops,
        ConnectionKeeper keeper,
        TimeSpan shutdownGrace,
        ILoggerFactory loggers
    )
    {
        _routes = routes;
        _secure = routes.Listener.Certificates is not null;
        _shutdownGrace = shutdownGrace;
        if (!_secure)
            _polled = loops?.Listen(() => _routes, keeper, routes.Counters.Connections, loggers);
        var options = new ListenerOptions
        {
            EndPoints = [endPoint],
            Handshake = _secure ? Handshake : null,
            Protocols = _secure ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1,
            KeepAlive = routes.Listener.Attributes.IdleTimeout,
            HeaderTimeout = routes.Listener.Attributes.IdleTimeout,
            ShutdownGrace = shutdownGrace,
            Counters = routes.Counters.Connections,
            Transport = _polled,
            Server = Configure,
        };
        _listener = new Listener(options, http => router.AnswerAsync(http, () => _routes), keeper, loggers);
    }

    /// <summary>By which requests that come from now on are answered.</summary>
    public ListenerRoutes Routes
    {
        set
        {
            _routes = value;
            _listener.KeepAlive = value.Listener.Attributes.IdleTimeout;
        }
    }

    /// <summary>Whether it can answer by these routes: with TLS or without is decided for good.</summary>
    public bool Accepts(ListenerRoutes routes) => _secure == routes.Listener.Certificates is not null;

    public Task OpenAsync(CancellationToken cancellation) => _listener.StartAsync(cancellation);

    /// <summary>Takes no new connections, and waits for the requests that it has.</summary>
    public async ValueTask DisposeAsync()
    {
        var polled = _polled?.DrainAsync(_shutdownGrace);
        await _listener.DisposeAsync();
        if (polled is not null)
            await polled;
    }

    private SslServerAuthenticationOptions? Handshake(SslClientHelloInfo hello)
    {
        var listener = _routes.Listener;
        var name = string.IsNullOrEmpty(hello.ServerName) ? null : hello.ServerName;
        if (listener.Certificates?.Invoke(name) is not { } certificate)
            return null;
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _contexts.GetValue(certificate, static each =>
                SslStreamCertificateContext.Create(each.Certificate, each.Chain, offline: true)
            ),
            EnabledSslProtocols = listener.TlsVersions,
            ApplicationProtocols = listener.Attributes.Http2
                ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]
                : [SslApplicationProtocol.Http11],
        };
        listener.ClientAuthentication?.Demand(options);
        return options;
    }

    private static void Configure(KestrelServerOptions server)
    {
        // What is a little too long is answered as AWS does; what is much too long never gets that far.
        server.Limits.MaxRequestLineSize = RequestChecks.LongestLine * 2;
        server.Limits.MaxRequestHeadersTotalSize = RequestChecks.LongestHeaders * 2;
        server.Limits.MaxRequestHeaderCount = RequestChecks.LongestHeaders / 4;
        server.Limits.Http2.MaxRequestHeaderFieldSize = RequestChecks.LongestLine * 2;
        // Slow clients are AWS's to serve, too; who is silent meets the idle timeout.
        server.Limits.MinRequestBodyDataRate = null;
        server.Limits.MinResponseDataRate = null;
        server.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
        server.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
    }
}
