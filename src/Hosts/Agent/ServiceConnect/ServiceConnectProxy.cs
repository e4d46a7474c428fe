using System.Net;
using System.Net.Sockets;
using Estiba.Agent.Tasks;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Tcs;
using Estiba.Engines;
using Microsoft.Extensions.Logging;

namespace Estiba.Agent.ServiceConnect;

/// <summary>
/// The proxy of Service Connect: one for all agents of a process, and so for all containers of a host. Each client
/// alias has an address and port of this host, from which the packet filter leads connections here.
/// </summary>
/// <remarks>
/// Connections are shared out over the tasks that answer, in turn; for HTTP, each request is. What cannot be reached is
/// tried elsewhere, twice, and avoided for a while after five failures ("Service Connect", developer guide).
/// </remarks>
public sealed partial class ServiceConnectProxy : IAsyncDisposable
{
    private const int MostConnections = 20_000;
    private const int Backlog = 4096;
    private const int FewRelays = 256;

    /// <summary>How long nothing is accepted when the process has no descriptor left.</summary>
    private static readonly TimeSpan OutOfDescriptors = TimeSpan.FromMilliseconds(100);

    private readonly AliasTable _aliases;
    private readonly Socket? _listener;
    private readonly Func<Socket, IPEndPoint?> _destinationOf;
    private readonly AdmittedCallers _callers;
    private readonly IdleConnections _idle;
    private readonly TcpRelay _tcp;
    private readonly Lock _gate = new();
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private Task<HttpRelay>? _http;
    private Task _work = Task.CompletedTask;

    private ServiceConnectProxy(
        Socket? listener,
        Func<Socket, IPEndPoint?> destinationOf,
        TimeProvider time,
        ILoggerFactory loggers
    )
    {
        (_listener, _destinationOf, _time) = (listener, destinationOf, time);
        _aliases = new AliasTable(time);
        _callers = new AdmittedCallers(time);
        _idle = new IdleConnections(time);
        _tcp = new TcpRelay(_idle, time);
        _loggers = loggers;
        _logger = loggers.CreateLogger<ServiceConnectProxy>();
    }

    /// <summary>Where it listens; null for a proxy that only pretends.</summary>
    internal IPEndPoint? EndPoint => (IPEndPoint?)_listener?.LocalEndPoint;

    /// <summary>Begins to listen where the packet filter leads connections.</summary>
    /// <param name="listenOn">The address and port.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Hears what goes wrong.</param>
    /// <exception cref="IOException">The address or port cannot be listened on; the message says why.</exception>
    public static ServiceConnectProxy Start(IPEndPoint listenOn, TimeProvider time, ILoggerFactory loggers) =>
        Start(listenOn, OriginalDestination.Of, time, loggers);

    /// <summary>For containers that only pretend: nobody will connect.</summary>
    public static ServiceConnectProxy Pretended(TimeProvider time, ILoggerFactory loggers) =>
        new(listener: null, static _ => null, time, loggers);

    /// <summary>As above, where something else than the packet filter knows where a connection was to go.</summary>
    internal static ServiceConnectProxy Start(
        IPEndPoint listenOn,
        Func<Socket, IPEndPoint?> destinationOf,
        TimeProvider time,
        ILoggerFactory loggers
    )
    {
        ArgumentNullException.ThrowIfNull(listenOn);
        ArgumentNullException.ThrowIfNull(loggers);
        var listener = new Socket(listenOn.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(listenOn);
            listener.Listen(Backlog);
        }
        catch (SocketException taken)
        {
            listener.Dispose();
            throw new IOException($"{listenOn} cannot be listened on: {taken.Message}", taken);
        }

        var proxy = new ServiceConnectProxy(listener, destinationOf, time, loggers);
        proxy._work = Task.WhenAll(proxy.AcceptAsync(), proxy._idle.RunAsync(proxy._stopping.Token));
        return proxy;
    }

    /// <summary>Ends all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener?.Dispose();
        await _work;
        if (_http is { } http)
            await (await http).DisposeAsync();
        _callers.Dispose();
        _stopping.Dispose();
    }

    /// <summary>
    /// From now on this engine says which containers are in which namespace; before that nobody is admitted.
    /// </summary>
    internal void AskForCallers(IContainerEngine engine) =>
        AskForCallers(cancellation => engine.ListContainersAsync([ContainerNaming.NamespaceLabel], cancellation));

    /// <summary>As above, where something else than an engine says it.</summary>
    internal void AskForCallers(Func<CancellationToken, Task<IReadOnlyList<ContainerSummary>>> list) =>
        _callers.List = list;

    /// <summary>An agent has heard what the namespaces of its tasks are.</summary>
    internal void Set(object agent, IReadOnlyList<ServiceConnectNamespace> namespaces) =>
        _aliases.Set(agent, namespaces);

    /// <inheritdoc cref="AliasTable.Find"/>
    internal Alias? Find(IPEndPoint place) => _aliases.Find(place);

    /// <inheritdoc cref="AliasTable.TakeCounters"/>
    internal IReadOnlyList<ServiceConnectMetric> TakeCounters(object agent) => _aliases.TakeCounters(agent);

    /// <summary>An agent has ended.</summary>
    internal void Remove(object agent) => _aliases.Remove(agent);

    private async Task AcceptAsync()
    {
        var relays = new HashSet<Task>();
        var tidyAt = FewRelays;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var client = await _listener!.AcceptAsync(_stopping.Token);
                if (PlaceOf(client) is { } place)
                    relays.Add(Task.Run(() => CarryAsync(client, place)));
                if (relays.Count < tidyAt)
                    continue;
                relays.RemoveWhere(static relay => relay.IsCompleted);
                tidyAt = Math.Max(FewRelays, 2 * relays.Count);
            }
            catch (SocketException) when (!_stopping.IsCancellationRequested)
            {
                await Task.Delay(OutOfDescriptors, _time);
            }
            catch (Exception ending)
                when (_stopping.IsCancellationRequested
                    && ending is SocketException or OperationCanceledException or ObjectDisposedException
                )
            {
                break;
            }
        }

        await Task.WhenAll(relays).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <returns>Where a connection was to go; null where it is refused.</returns>
    private IPEndPoint? PlaceOf(Socket client)
    {
        if (_idle.Count >= MostConnections)
            Log.TooMany(_logger, MostConnections);
        else if (DestinationOf(client) is { } place && _aliases.At(place).Any())
            return place;
        TcpRelay.Reset(client);
        return null;
    }

    private async Task CarryAsync(Socket client, IPEndPoint place)
    {
        if (await AliasOfAsync(client, place) is not { } alias)
        {
            TcpRelay.Reset(client);
            return;
        }

        client.NoDelay = true;
        if (alias.AppProtocol is null)
            await _tcp.RunAsync(client, alias, TaskOf(client), _stopping.Token);
        else
            (await HttpAsync()).Take(client, alias, TaskOf(client));
    }

    private string? TaskOf(Socket client) =>
        client.RemoteEndPoint is IPEndPoint { Address: var remote } ? _callers.TaskOf(remote) : null;

    // Most hosts have no client of HTTP.
    private Task<HttpRelay> HttpAsync()
    {
        lock (_gate)
            return _http ??= HttpRelay.StartAsync(_idle, _time, _loggers);
    }

    private IPEndPoint? DestinationOf(Socket client)
    {
        try
        {
            return _destinationOf(client);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <returns>The alias of a place that the client may use; null where there is none.</returns>
    private async Task<Alias?> AliasOfAsync(Socket client, IPEndPoint place)
    {
        try
        {
            if (client.RemoteEndPoint is not IPEndPoint { Address: var remote })
                return null;
            var isOfHost = IsOfHost(client, remote);
            foreach (var alias in _aliases.At(place))
                if (await _callers.AdmitsAsync(remote, alias.NamespaceArn, isOfHost, _stopping.Token))
                    return alias;
        }
        catch (EngineException unknown)
        {
            Log.CallersUnknown(_logger, unknown.Message);
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Nobody is to be admitted any more.
        }

        return null;
    }

    // A client on this host's network that connects to one of this host's addresses has that address itself.
    private bool IsOfHost(Socket client, IPAddress remote) =>
        IPAddress.IsLoopback(remote) || remote.Equals(DestinationOf(client)?.Address);

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "A connection of Service Connect is refused: there are {Most} already"
        )]
        internal static partial void TooMany(ILogger logger, int most);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "A connection of Service Connect is refused, because the engine does not say whose it is: "
                + "{Reason}"
        )]
        internal static partial void CallersUnknown(ILogger logger, string reason);
    }
}
