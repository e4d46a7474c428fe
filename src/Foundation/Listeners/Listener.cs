using System.Net;
using System.Security.Authentication;
using Estiba.Listeners.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Estiba.Listeners;

/// <summary>
/// Listens for HTTP, with TLS where it has a certificate, and hands each request to who answers. Kestrel alone, without
/// a host or a container around it, so that it starts at once.
/// </summary>
/// <remarks>
/// A body may have any size: who answers knows how much it takes. What nobody has answered becomes a status of 500, and
/// a line in the log.
/// </remarks>
public sealed class Listener : IAsyncDisposable
{
    private readonly ListenerOptions _options;
    private readonly IHost? _tls;
    private readonly KestrelServerOptions _server;
    private readonly KestrelServer _kestrel;
    private readonly ListenerApplication _application;

    /// <summary>Puts the listener together; nothing listens yet.</summary>
    /// <param name="options">Where it listens.</param>
    /// <param name="answer">Answers requests.</param>
    /// <param name="keeper">Counts its connections; several listeners may share one.</param>
    /// <param name="loggers">Hears what goes wrong.</param>
    public Listener(ListenerOptions options, RequestDelegate answer, ConnectionKeeper keeper, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _application = new ListenerApplication(answer, loggers.CreateLogger<Listener>());
        _tls = options.Certificate is null && options.Handshake is null ? null : PartsOfTls(loggers);
        _server = KestrelOptions(options, _tls, keeper);
        _kestrel = new KestrelServer(
            Options.Create(_server),
            options.Transport ?? new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers),
            new ServerLog(loggers)
        );
    }

    /// <summary>The addresses and ports that it listens on, once it is started.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints { get; private set; } = [];

    /// <summary>How long a connection is kept open without a request, from its next request on.</summary>
    public TimeSpan KeepAlive
    {
        get => _server.Limits.KeepAliveTimeout;
        set => _server.Limits.KeepAliveTimeout = value;
    }

    /// <summary>Starts to listen and to answer.</summary>
    /// <exception cref="AddressTakenException">Something else listens there.</exception>
    /// <exception cref="IOException">An address cannot be listened on; the message says which and why.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        try
        {
            await _kestrel.StartAsync(_application, cancellation);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw new AddressTakenException(
                $"Something else listens on {string.Join(" or ", _options.EndPoints)} already.",
                exception
            );
        }

        EndPoints = [.. _kestrel.Features.Get<IServerAddressesFeature>()!.Addresses.Select(ToEndPoint)];
    }

    /// <summary>
    /// Takes no new request, lets running ones end for as long as the options say, and cancels what is left.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        using var grace = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        grace.CancelAfter(_options.ShutdownGrace);
        await _kestrel.StopAsync(grace.Token);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _kestrel.Dispose();
        _tls?.Dispose();
    }

    private static KestrelServerOptions KestrelOptions(ListenerOptions options, IHost? tls, ConnectionKeeper keeper)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Limits.RequestHeadersTimeout = options.HeaderTimeout;
        kestrel.Limits.KeepAliveTimeout = options.KeepAlive;
        kestrel.Limits.MaxRequestBodySize = null;
        options.Server?.Invoke(kestrel);
        if (tls is not null)
            kestrel.ApplicationServices = tls.Services;
        foreach (var endPoint in options.EndPoints)
        {
            kestrel.Listen(endPoint, listen =>
            {
                listen.Protocols = options.Protocols;
                if (options.Admits is { } admits)
                    listen.Use(next => connection => AdmitAsync(connection, admits, next));
                if (options.Counters is { } counters)
                    listen.Use(next => counters.Count(tls is not null, next));
                listen.Use(keeper.Guard);
                if (options.Handshake is { } handshake)
                    listen.UseHttps(
                        new TlsHandshakeCallbackOptions
                        {
                            OnConnection = context =>
                                handshake(context.ClientHelloInfo) is { } answer
                                    ? ValueTask.FromResult(answer)
                                    : throw new AuthenticationException(
                                        $"There is no certificate for \"{context.ClientHelloInfo.ServerName}\"."
                                    ),
                        }
                    );
                else if (options.Certificate is { } own)
                    listen.UseHttps(
                        new HttpsConnectionAdapterOptions
                        {
                            ServerCertificate = own.Certificate,
                            ServerCertificateChain = own.Chain,
                        }
                    );
                if (options.Counters is not null)
                    listen.Use(ConnectionCounters.Arrive);
            });
        }

        return kestrel;
    }

    private static Task AdmitAsync(ConnectionContext connection, Func<IPAddress, bool> admits, ConnectionDelegate next)
    {
        if (connection.RemoteEndPoint is IPEndPoint remote && admits(remote.Address))
            return next(connection);
        connection.Abort();
        return Task.CompletedTask;
    }

    // Kestrel's TLS takes its parts, which are its own secret, from a container. Only who speaks TLS waits for one.
    private static IHost PartsOfTls(ILoggerFactory loggers) =>
        new HostBuilder()
            .ConfigureServices(services => services.AddSingleton(loggers))
            .ConfigureWebHost(web => web.UseKestrelCore().UseKestrelHttpsConfiguration().Configure(_ => { }))
            .Build();

    private static IPEndPoint ToEndPoint(string address)
    {
        var uri = new Uri(address);
        return new IPEndPoint(IPAddress.Parse(uri.Host.Trim('[', ']')), uri.Port);
    }
}

/// <summary>Something else listens on an address.</summary>
/// <param name="message">Which address.</param>
/// <param name="inner">The cause.</param>
public sealed class AddressTakenException(string message, Exception? inner = null) : IOException(message, inner);
