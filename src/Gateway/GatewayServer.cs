using System.Net;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Gateway.Authentication;
using Estiba.Gateway.Bodies;
using Estiba.Gateway.Browsers;
using Estiba.Gateway.Doors;
using Estiba.Gateway.Health;
using Estiba.Gateway.Operations;
using Estiba.Hosting.Http;
using Estiba.Listeners;
using Estiba.Listeners.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebSockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Estiba.Gateway;

/// <summary>
/// The platform's one HTTP door: who is calling, which operation, which error.
/// </summary>
public sealed class GatewayServer : IAsyncDisposable
{
    private readonly GatewayOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly ConnectionKeeper _keeper;
    private readonly Leftovers _leftovers;
    private readonly RequestDelegate _answer;
    private readonly Listener _listener;
    private Listener? _forContainers;

    /// <summary>Puts the gateway together; nothing listens yet.</summary>
    /// <param name="options">Where it listens and whom it lets in.</param>
    /// <param name="services">The services whose operations it answers.</param>
    /// <param name="credentials">Knows whose an access key is.</param>
    /// <param name="paths">The parts of its address that modules answer themselves.</param>
    /// <param name="time">Judges the time of signatures.</param>
    /// <param name="loggers">Where it tells what went wrong.</param>
    /// <param name="authorizer">Decides who may do what; null to let everybody do everything that the key is good
    /// for.</param>
    /// <exception cref="ArgumentException">Any credentials are to be accepted on an address that is not
    /// loopback.</exception>
    public GatewayServer(
        GatewayOptions options,
        IReadOnlyList<ServiceDispatcher> services,
        ICredentialSource credentials,
        IReadOnlyList<HttpPath> paths,
        TimeProvider time,
        ILoggerFactory loggers,
        IAuthorizer? authorizer = null
    )
    {
        if (
            options.AnyCredentials
            && options.EndPoints.FirstOrDefault(endPoint => !IPAddress.IsLoopback(endPoint.Address)) is { } open
        )
        {
            throw new ArgumentException(
                $"Any credentials can only be accepted on loopback addresses, and {open.Address} is not one: "
                    + "everybody who reaches it would own the platform.",
                nameof(options)
            );
        }

        _options = options;
        _loggers = loggers;
        _leftovers = new Leftovers(time, () => GC.GetTotalMemory(forceFullCollection: false), CollectAll);
        var authenticator = new Authenticator(credentials, options, time);
        var admission = new Admission(options.AnyCredentials ? null : authorizer);
        var pipeline = new RequestPipeline(
            new BrowserGuard(new HostNames(options.AllowedHosts)),
            [
                .. paths.Select(path => new HttpPathHandler(
                    path,
                    authenticator,
                    admission,
                    loggers.CreateLogger<HttpPathHandler>()
                )),
            ],
            new OperationDoor(
                new OperationRouter(services),
                authenticator,
                admission,
                options,
                _leftovers,
                loggers.CreateLogger<OperationDoor>()
            ),
            new PlainAnswers(options.Version, new HealthMonitor(options.HealthChecks, time)),
            AcceptSockets(loggers)
        );

        var limits = options.Limits;
        _keeper = new ConnectionKeeper(
            ConnectionLimits.Of(
                new NamedLimits(
                    limits.MaxConnections,
                    limits.MaxConnectionsOfOneAddress,
                    limits.MaxConnectionsOfThisMachine,
                    limits.MaxSockets
                )
            ),
            time,
            loggers.CreateLogger<ConnectionKeeper>()
        );
        _answer = pipeline.HandleAsync;
        _listener = new Listener(
            ListenerOptions(options.EndPoints) with
            {
                Certificate = options.Certificate,
            },
            _answer,
            _keeper,
            loggers
        );
    }

    /// <summary>The addresses and ports that it listens on, once it is started.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => _listener.EndPoints;

    /// <summary>Starts to listen and to answer.</summary>
    /// <exception cref="IOException">An address cannot be listened on; the message says which, why, and what to
    /// do.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        try
        {
            await _listener.StartAsync(cancellation);
        }
        catch (AddressTakenException taken)
        {
            throw new IOException($"{taken.Message} Stop it, or choose another port with --port.", taken);
        }
    }

    /// <summary>
    /// Listens in one more place, where containers reach it although it listens on this machine's own addresses only.
    /// It speaks plain HTTP there: what is said stays on this machine.
    /// </summary>
    /// <param name="endPoint">An address of this machine.</param>
    /// <param name="admits">Says of the address of a caller whether it is let in.</param>
    /// <param name="cancellation">Abandons it.</param>
    /// <exception cref="IOException">The address cannot be listened on.</exception>
    /// <exception cref="InvalidOperationException">Any credentials are accepted: every container would own the
    /// platform.</exception>
    public async Task ListenForContainersAsync(
        IPEndPoint endPoint,
        Func<IPAddress, bool> admits,
        CancellationToken cancellation = default
    )
    {
        if (_options.AnyCredentials)
            throw new InvalidOperationException("Any credentials can only be accepted on loopback addresses.");

        var listener = new Listener(ListenerOptions([endPoint]) with { Admits = admits }, _answer, _keeper, _loggers);
        try
        {
            await listener.StartAsync(cancellation);
            _forContainers = listener;
        }
        catch
        {
            await listener.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Takes no new request, lets running ones end for as long as the limits say, and cancels what is left.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellation = default) =>
        await Task.WhenAll(
            _listener.StopAsync(cancellation),
            _forContainers?.StopAsync(cancellation) ?? Task.CompletedTask
        );

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _listener.DisposeAsync();
        if (_forContainers is not null)
            await _forContainers.DisposeAsync();
        _leftovers.Dispose();
    }

    // In the background: nobody is made to wait for it.
    private static void CollectAll() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);

    private ListenerOptions ListenerOptions(IReadOnlyList<IPEndPoint> endPoints) =>
        new()
        {
            EndPoints = endPoints,
            HeaderTimeout = _options.Limits.HeaderTimeout,
            KeepAlive = _options.Limits.KeepAlive,
            ShutdownGrace = _options.Limits.ShutdownGrace,
        };

    private static Func<HttpContext, RequestDelegate, Task> AcceptSockets(ILoggerFactory loggers)
    {
        // The middleware wants to know what comes next when it is made; what comes next is known when a request is.
        var next = new object();
        var middleware = new WebSocketMiddleware(
            http => ((RequestDelegate)http.Items[next]!)(http),
            Options.Create(new WebSocketOptions()),
            loggers
        );
        return (http, handle) =>
        {
            http.Items[next] = handle;
            return middleware.Invoke(http);
        };
    }
}
