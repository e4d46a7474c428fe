using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Estiba.LoadBalancing.Traffic.Network;

/// <summary>One address and port at which a network load balancer takes connections.</summary>
internal sealed partial class TcpListenerSocket(IPEndPoint endPoint, NetworkRoutes routes, FlowServices services)
    : INetworkSocket
{
    /// <summary>As many as the kernel lets wait.</summary>
    private const int Backlog = int.MaxValue;

    /// <summary>How long nothing is accepted when the process has no descriptor left.</summary>
    private static readonly TimeSpan OutOfDescriptors = TimeSpan.FromMilliseconds(100);

    /// <summary>What is quiet for so long when the listener closes is not in the middle of something.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly HashSet<TcpFlow> _flows = [];
    private volatile NetworkRoutes _routes = routes;
    private Task _accepting = Task.CompletedTask;

    /// <inheritdoc/>
    public NetworkRoutes Routes
    {
        get => _routes;
        set
        {
            _routes = value;
            foreach (var flow in Flows())
            {
                if (flow is { Group: { } group, Target: { } target } && value.Ends(group, target))
                    flow.Reset(ResetBy.LoadBalancer);
            }
        }
    }

    /// <inheritdoc/>
    public void Open()
    {
        _socket.Bind(endPoint);
        _socket.Listen(Backlog);
        _accepting = AcceptAsync();
    }

    /// <inheritdoc/>
    public void CheckIdle()
    {
        foreach (var flow in Flows())
            flow.CheckIdle();
    }

    /// <inheritdoc/>
    public bool HasFlowTo(string group, IPEndPoint target)
    {
        lock (_gate)
            return _flows.Any(flow => flow.Group == group && target.Equals(flow.Target));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // At once: the address may be needed again.
        _socket.Dispose();
        await _closing.CancelAsync();
        await _accepting;
        var began = services.Time.GetTimestamp();
        while (Flows() is { Length: > 0 } flows)
        {
            var isOver = services.Time.GetElapsedTime(began) >= services.ShutdownGrace;
            foreach (var flow in flows)
            {
                if (isOver || flow.Quiet >= Idle)
                    flow.Reset(ResetBy.LoadBalancer);
            }

            await Task.Delay(Idle / 10, CancellationToken.None);
        }

        _closing.Dispose();
    }

    private TcpFlow[] Flows()
    {
        lock (_gate)
            return [.. _flows];
    }

    private async Task AcceptAsync()
    {
        // Not on the thread of whoever opens it.
        await Task.Yield();
        var isShort = false;
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var client = await _socket.AcceptAsync(_closing.Token);
                isShort = false;
                _ = CarryAsync(client);
            }
            catch (SocketException failure) when (failure.SocketErrorCode == SocketError.TooManyOpenSockets)
            {
                if (!isShort)
                    Log.OutOfDescriptors(services.Logger, endPoint);
                isShort = true;
                await Task.Delay(OutOfDescriptors, CancellationToken.None);
            }
            catch (SocketException)
            {
                // A client that left before it was accepted.
            }
            catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task CarryAsync(Socket client)
    {
        var its = _routes;
        if (AddressOf(client) is not { } address || !services.Tcp.TryEnter(address))
        {
            its.Counters.CountRejected();
            FlowSide.Reset(client);
            return;
        }

        var flow = new TcpFlow(client, its, services);
        lock (_gate)
            _flows.Add(flow);
        try
        {
            await flow.RunAsync();
        }
        finally
        {
            lock (_gate)
                _flows.Remove(flow);
            services.Tcp.Leave(address);
        }
    }

    private static IPAddress? AddressOf(Socket client)
    {
        try
        {
            return (client.RemoteEndPoint as IPEndPoint)?.Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Address} takes no connections for a moment: the process has too many files and sockets open."
        )]
        internal static partial void OutOfDescriptors(ILogger logger, IPEndPoint address);
    }
}
