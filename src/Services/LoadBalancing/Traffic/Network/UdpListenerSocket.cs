using System.Net;
using System.Net.Sockets;

namespace Estiba.LoadBalancing.Traffic.Network;

/// <summary>One address and port at which a network load balancer takes datagrams.</summary>
/// <remarks>
/// Who sends from the same address and port is the same flow, and keeps its target. A datagram that would begin one
/// flow too many is dropped: flows that there are do not suffer from a flood.
/// </remarks>
internal sealed class UdpListenerSocket(IPEndPoint endPoint, NetworkRoutes routes, FlowServices services)
    : INetworkSocket
{
    /// <summary>How long a flow is remembered ("UDP flows").</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(120);

    private const int LongestDatagram = 64 * 1024;

    /// <summary>Datagrams come in bursts; the kernel gives at most what its own limit is.</summary>
    private const int KernelBuffer = 4 * 1024 * 1024;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<SocketAddress, UdpFlow> _flows = [];
    private volatile NetworkRoutes _routes = routes;
    private Task _receiving = Task.CompletedTask;

    /// <inheritdoc/>
    public NetworkRoutes Routes
    {
        get => _routes;
        set
        {
            _routes = value;
            EndWhere(flow => value.Ends(flow.Group, flow.Target));
        }
    }

    /// <inheritdoc/>
    public void Open()
    {
        _socket.ReceiveBufferSize = KernelBuffer;
        _socket.Bind(endPoint);
        _receiving = ReceiveAsync();
    }

    /// <inheritdoc/>
    public void CheckIdle() => EndWhere(static flow => flow.Quiet >= IdleTimeout);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // At once: the address may be needed again.
        _socket.Dispose();
        await _closing.CancelAsync();
        await _receiving;
        EndWhere(static _ => true);
        _closing.Dispose();
    }

    private async Task ReceiveAsync()
    {
        // Not on the thread of whoever opens it.
        await Task.Yield();
        var buffer = new byte[LongestDatagram];
        var client = new SocketAddress(AddressFamily.InterNetwork);
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var length = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, client, _closing.Token);
                if (FlowOf(client) is { } flow)
                    await flow.SendAsync(buffer.AsMemory(0, length));
            }
            catch (SocketException)
            {
                // Datagrams get lost.
            }
            catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <inheritdoc/>
    public bool HasFlowTo(string group, IPEndPoint target)
    {
        lock (_gate)
            return _flows.Values.Any(flow => flow.Group == group && flow.Target.Equals(target));
    }

    private UdpFlow? FlowOf(SocketAddress client)
    {
        lock (_gate)
        {
            if (_flows.TryGetValue(client, out var known))
                return known;
        }

        // Nobody else adds flows.
        if (Begin(client) is not { } flow)
            return null;
        lock (_gate)
            _flows.Add(flow.Client, flow);
        _ = flow.AnswerAsync(_socket);
        return flow;
    }

    private UdpFlow? Begin(SocketAddress client)
    {
        var its = _routes;
        var source = (IPEndPoint)endPoint.Create(client);
        if (its.Choose(source, endPoint, ProtocolType.Udp) is not var (group, target))
            return null;
        if (!services.Udp.TryEnter(source.Address))
        {
            its.Counters.CountRejected();
            return null;
        }

        Socket? socket = null;
        try
        {
            socket = FlowSockets.From(endPoint.Address, SocketType.Dgram);
            socket.Connect(target);
        }
        catch (SocketException)
        {
            // No port or no descriptor is left.
            socket?.Dispose();
            services.Udp.Leave(source.Address);
            its.Counters.CountRejected();
            return null;
        }

        its.Counters.Begin(FlowKind.Udp);
        var own = new SocketAddress(client.Family, client.Size);
        client.Buffer.Span[..client.Size].CopyTo(own.Buffer.Span);
        return new UdpFlow(socket, own, group.Arn, target, its.Counters, services);
    }

    private void EndWhere(Predicate<UdpFlow> isOver)
    {
        List<UdpFlow> over;
        lock (_gate)
        {
            over = [.. _flows.Values.Where(flow => isOver(flow))];
            foreach (var flow in over)
                _flows.Remove(flow.Client);
        }

        foreach (var flow in over)
        {
            flow.End();
            flow.Counters.End(FlowKind.Udp);
            services.Udp.Leave(((IPEndPoint)endPoint.Create(flow.Client)).Address);
        }
    }
}
