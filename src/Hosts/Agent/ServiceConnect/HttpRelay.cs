using System.Net;
using System.Net.Sockets;
using System.Text;
using Estiba.Listeners;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Estiba.Agent.ServiceConnect;

/// <summary>Carries each request of a connection to one of its alias's endpoints.</summary>
internal sealed class HttpRelay : IAsyncDisposable
{
    private readonly IdleConnections _idle;
    private readonly TimeProvider _time;
    private readonly SocketConnectionContextFactory _contexts;
    private readonly HandedConnections _http1 = new();
    private readonly HandedConnections _http2 = new();
    private readonly KestrelServer[] _servers;
    private readonly ServiceProvider _services;
    private readonly IHttpForwarder _forwarder;
    private readonly HttpMessageInvoker _invoker;

    private HttpRelay(IdleConnections idle, TimeProvider time, ILoggerFactory loggers)
    {
        (_idle, _time) = (idle, time);
        _contexts = new SocketConnectionContextFactory(
            new SocketConnectionFactoryOptions(),
            loggers.CreateLogger<HttpRelay>()
        );
        // The forwarder would write a line or two for every request.
        _services = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>))
            .AddHttpForwarder()
            .BuildServiceProvider();
        _forwarder = _services.GetRequiredService<IHttpForwarder>();
        _invoker = new HttpMessageInvoker(
            new StreamingHandler(
                new SocketsHttpHandler
                {
                    UseProxy = false,
                    UseCookies = false,
                    AllowAutoRedirect = false,
                    AutomaticDecompression = DecompressionMethods.None,
                    ActivityHeadersPropagator = null,
                    ConnectCallback = static async (context, cancellation) =>
                        await TargetConnection.OpenAsync(
                            context.DnsEndPoint,
                            TcpRelay.ConnectTimeout,
                            disposed: null,
                            cancellation
                        ),
                    EnableMultipleHttp2Connections = true,
                    RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
                    ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
                }
            ),
            disposeHandler: true
        );
        _servers = [ServerOf(_http1, HttpProtocols.Http1), ServerOf(_http2, HttpProtocols.Http2)];
    }

    /// <summary>Puts it together.</summary>
    internal static async Task<HttpRelay> StartAsync(IdleConnections idle, TimeProvider time, ILoggerFactory loggers)
    {
        var relay = new HttpRelay(idle, time, loggers);
        var application = new Application(relay);
        foreach (var server in relay._servers)
            await server.StartAsync(application, CancellationToken.None);
        return relay;
    }

    /// <summary>Takes a connection.</summary>
    internal void Take(Socket client, Alias alias, string? clientTask)
    {
        var connection = _contexts.Create(client);
        var watched = _idle.Watch(alias, clientTask, connection.Abort);
        connection.Transport = new CountedTransport(connection.Transport, watched.Counters.Sent);
        connection.ConnectionClosed.UnsafeRegister(static state => ((IDisposable)state!).Dispose(), watched);
        connection.Features.Set(watched);
        if (!(alias.AppProtocol == "http" ? _http1 : _http2).TryHand(connection))
            connection.Abort();
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        foreach (var server in _servers)
        {
            await server.StopAsync(now.Token);
            server.Dispose();
        }

        _contexts.Dispose();
        _invoker.Dispose();
        await _services.DisposeAsync();
    }

    private static KestrelServer ServerOf(HandedConnections connections, HttpProtocols protocols)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.KeepAliveTimeout = Timeout.InfiniteTimeSpan;
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        options.Listen(IPAddress.Loopback, 1, listen => listen.Protocols = protocols);
        return new KestrelServer(Options.Create(options), connections, NullLoggerFactory.Instance);
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var connection = http.Features.Get<IdleConnections.Watched>()!;
        connection.Begin();
        try
        {
            await ForwardAsync(http, connection.Alias, connection.Counters);
        }
        finally
        {
            connection.End();
        }
    }

    private async Task ForwardAsync(HttpContext http, Alias alias, ClientCounters counters)
    {
        var isUpgrade = http.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true;
        using var limit =
            !isUpgrade && alias.RequestTimeout is { } most ? new CancellationTokenSource(most, _time) : null;
        var settings = new ForwarderRequestConfig
        {
            ActivityTimeout = alias.IdleTimeout ?? Timeout.InfiniteTimeSpan,
            Version = alias.AppProtocol == "http" ? HttpVersion.Version11 : HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        counters.Asked();
        var began = _time.GetTimestamp();
        var tried = new List<Endpoint>();
        while (alias.Choose(tried) is { } endpoint)
        {
            var error = await _forwarder.SendAsync(
                http,
                $"http://{endpoint.Address}",
                _invoker,
                settings,
                OriginalHost.Instance,
                limit?.Token ?? CancellationToken.None
            );
            if (error == ForwarderError.None)
            {
                counters.Answered(http.Response.StatusCode, _time.GetElapsedTime(began));
                if (http.Response.StatusCode >= StatusCodes.Status500InternalServerError)
                    alias.Failed(endpoint);
                else
                    alias.Succeeded(endpoint);
                return;
            }

            if (limit?.IsCancellationRequested == true)
            {
                alias.Failed(endpoint);
                End(http, StatusCodes.Status504GatewayTimeout);
                return;
            }

            if (http.RequestAborted.IsCancellationRequested)
                return;
            var exception = http.Features.Get<IForwarderErrorFeature>()?.Exception;
            var isUnreachable =
                exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };
            if (
                error
                is ForwarderError.Request
                    or ForwarderError.RequestTimedOut
                    or ForwarderError.ResponseBodyDestination
            )
                alias.Failed(endpoint);
            tried.Add(endpoint);
            if (tried.Count > Alias.Retries || http.Response.HasStarted || !MayRepeat(http, error, isUnreachable))
            {
                End(
                    http,
                    error == ForwarderError.RequestTimedOut ? StatusCodes.Status504GatewayTimeout
                        : isUnreachable ? StatusCodes.Status503ServiceUnavailable
                        : StatusCodes.Status502BadGateway
                );
                return;
            }

            // The forwarder has set the status of its failure.
            http.Response.Clear();
        }

        End(http, StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>
    /// Whether another endpoint may be asked: this one was not reached, so that it has heard nothing, or was gone
    /// before the client got anything of its answer to a request that only reads.
    /// </summary>
    private static bool MayRepeat(HttpContext http, ForwarderError error, bool isUnreachable) =>
        isUnreachable
        || (
            error is ForwarderError.Request or ForwarderError.ResponseBodyDestination
            && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
            && http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true
        );

    private static void End(HttpContext http, int status)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        http.Response.Clear();
        http.Response.StatusCode = status;
    }

    /// <summary>Tells endpoints the host that the client named.</summary>
    private sealed class OriginalHost : HttpTransformer
    {
        internal static readonly OriginalHost Instance = new();

        public override async ValueTask TransformRequestAsync(
            HttpContext httpContext,
            HttpRequestMessage proxyRequest,
            string destinationPrefix,
            CancellationToken cancellationToken
        )
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.Headers.Host = httpContext.Request.Host.Value;
        }
    }

    private sealed class Application(HttpRelay relay)
        : Microsoft.AspNetCore.Hosting.Server.IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => relay.AnswerAsync(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
            // It holds nothing.
        }
    }
}
