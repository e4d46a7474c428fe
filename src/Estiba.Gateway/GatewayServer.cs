using System.Net;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Gateway.Authentication;
using Estiba.Gateway.Browsers;
using Estiba.Gateway.Doors;
using Estiba.Gateway.Operations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.AspNetCore.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Estiba.Gateway;

/// <summary>The platform's one HTTP door. Kestrel alone, without a host or a container around it, so that it starts at once.</summary>
public sealed class GatewayServer : IAsyncDisposable
{
    private readonly GatewayOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly IHost? _tls;
    private readonly KestrelServer _kestrel;
    private readonly SocketTransportFactory _transport;
    private readonly PipelineApplication _application;
    private KestrelServer? _forContainers;

    /// <summary>Puts the gateway together; nothing listens yet.</summary>
    /// <param name="options">Where it listens and whom it lets in.</param>
    /// <param name="services">The services whose operations it answers.</param>
    /// <param name="credentials">Knows whose an access key is.</param>
    /// <param name="doors">The parts of its address that rooms answer themselves.</param>
    /// <param name="time">Judges the time of signatures.</param>
    /// <param name="loggers">Where it tells what went wrong.</param>
    /// <exception cref="ArgumentException">Any credentials are to be accepted on an address that is not loopback.</exception>
    public GatewayServer(
        GatewayOptions options, IReadOnlyList<ServiceDispatcher> services, ICredentialSource credentials, IReadOnlyList<Door> doors,
        TimeProvider time, ILoggerFactory loggers)
    {
        if (options.AnyCredentials && options.EndPoints.FirstOrDefault(endPoint => !IPAddress.IsLoopback(endPoint.Address)) is { } open)
        {
            throw new ArgumentException(
                $"Any credentials can only be accepted on loopback addresses, and {open.Address} is not one: everybody who reaches it would own the platform.",
                nameof(options));
        }

        _options = options;
        _loggers = loggers;
        var authenticator = new Authenticator(credentials, options, time);
        var pipeline = new RequestPipeline(
            new BrowserGuard(new HostNames(options.AllowedHosts)),
            [.. doors.Select(door => new DoorKeeper(door, authenticator, loggers.CreateLogger<DoorKeeper>()))],
            new OperationDoor(new OperationRouter(services), authenticator, options, loggers.CreateLogger<OperationDoor>()),
            new PlainAnswers(options.Version),
            AcceptSockets(loggers));

        _application = new PipelineApplication(pipeline, loggers.CreateLogger<PipelineApplication>());
        _transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers);
        _tls = options.Certificate is null ? null : PartsOfTls(loggers);
        _kestrel = new KestrelServer(Options.Create(KestrelOptions(options, _tls)), _transport, loggers);
    }

    /// <summary>The addresses and ports that it listens on, once it is started.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints { get; private set; } = [];

    /// <summary>Starts to listen and to answer.</summary>
    /// <exception cref="IOException">An address cannot be listened on; the message says which, why, and what to do.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        try
        {
            await _kestrel.StartAsync(_application, cancellation);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw new IOException(
                $"Something else listens on {string.Join(" or ", _options.EndPoints)} already. Stop it, or choose another port with --port.", exception);
        }

        EndPoints = [.. _kestrel.Features.Get<IServerAddressesFeature>()!.Addresses.Select(ToEndPoint)];
    }

    /// <summary>
    /// Listens in one more place, where containers reach it although it listens on this machine's own addresses only. It speaks plain HTTP there: what is said stays
    /// on this machine.
    /// </summary>
    /// <param name="endPoint">An address of this machine.</param>
    /// <param name="admits">Says of the address of a caller whether it is let in.</param>
    /// <param name="cancellation">Abandons it.</param>
    /// <exception cref="IOException">The address cannot be listened on.</exception>
    /// <exception cref="InvalidOperationException">Any credentials are accepted: every container would own the platform.</exception>
    public async Task ListenForContainersAsync(IPEndPoint endPoint, Func<IPAddress, bool> admits, CancellationToken cancellation = default)
    {
        if (_options.AnyCredentials)
            throw new InvalidOperationException("Any credentials can only be accepted on loopback addresses.");

        var kestrel = KestrelOptions(_options);
        kestrel.Listen(endPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection =>
            {
                if (connection.RemoteEndPoint is IPEndPoint remote && admits(remote.Address))
                    return next(connection);
                connection.Abort();
                return Task.CompletedTask;
            });
        });
        var server = new KestrelServer(Options.Create(kestrel), _transport, _loggers);
        try
        {
            await server.StartAsync(_application, cancellation);
            _forContainers = server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Takes no new request, lets running ones end for as long as the limits say, and cancels what is left.</summary>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        using var grace = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        grace.CancelAfter(_options.Limits.ShutdownGrace);
        await _kestrel.StopAsync(grace.Token);
        if (_forContainers is not null)
            await _forContainers.StopAsync(grace.Token);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _kestrel.Dispose();
        _forContainers?.Dispose();
        _tls?.Dispose();
    }

    private static KestrelServerOptions KestrelOptions(GatewayOptions options)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Limits.MaxConcurrentConnections = options.Limits.MaxConnections;
        kestrel.Limits.RequestHeadersTimeout = options.Limits.HeaderTimeout;
        kestrel.Limits.KeepAliveTimeout = options.Limits.KeepAlive;
        kestrel.Limits.MaxRequestBodySize = null; // Operations have a limit of their own, and a registry's blobs have none.
        return kestrel;
    }

    private static KestrelServerOptions KestrelOptions(GatewayOptions options, IHost? tls)
    {
        var kestrel = KestrelOptions(options);
        if (tls is not null)
            kestrel.ApplicationServices = tls.Services;
        foreach (var endPoint in options.EndPoints)
        {
            kestrel.Listen(endPoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                if (options.Certificate is { } own)
                    listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = own.Certificate, ServerCertificateChain = own.Chain });
            });
        }

        return kestrel;
    }

    // Kestrel's TLS takes its parts, which are its own secret, from a container. Only who speaks TLS waits for one.
    private static IHost PartsOfTls(ILoggerFactory loggers) => new HostBuilder()
        .ConfigureServices(services => services.AddSingleton(loggers))
        .ConfigureWebHost(web => web.UseKestrelCore().UseKestrelHttpsConfiguration().Configure(_ => { }))
        .Build();

    private static Func<HttpContext, RequestDelegate, Task> AcceptSockets(ILoggerFactory loggers)
    {
        // The middleware wants to know what comes next when it is made; what comes next is known when a request is.
        var next = new object();
        var middleware = new WebSocketMiddleware(
            http => ((RequestDelegate)http.Items[next]!)(http), Options.Create(new WebSocketOptions()), loggers);
        return (http, handle) =>
        {
            http.Items[next] = handle;
            return middleware.Invoke(http);
        };
    }

    private static IPEndPoint ToEndPoint(string address)
    {
        var uri = new Uri(address);
        return new IPEndPoint(IPAddress.Parse(uri.Host.Trim('[', ']')), uri.Port);
    }
}
