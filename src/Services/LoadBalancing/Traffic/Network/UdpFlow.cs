using System.Net;
using System.Net.Sockets;

namespace Estiba.LoadBalancing.Traffic.Network;

/// <summary>
/// Datagrams between a client and a target. What the target answers comes from the load balancer's address.
/// </summary>
/// <param name="socket">Connected to the target.</param>
/// <param name="client">Who the client is.</param>
/// <param name="group">The target group.</param>
/// <param name="target">The target.</param>
/// <param name="counters">Counts what is carried.</param>
/// <param name="services">What all flows share.</param>
internal sealed class UdpFlow(
    Socket socket,
    SocketAddress client,
    string group,
    IPEndPoint target,
    NetworkCounters counters,
    FlowServices services
)
{
    // To wait with a buffer would need one for each flow; what is peeked at nobody looks at.
    private static readonly byte[] Peeked = new byte[1];

    private long _activeAt = services.Time.GetTimestamp();

    public SocketAddress Client => client;

    public string Group => group;

    public IPEndPoint Target => target;

    public NetworkCounters Counters => counters;

    public TimeSpan Quiet => services.Time.GetElapsedTime(Volatile.Read(ref _activeAt));

    /// <summary>Sends to the target; a datagram that it does not take is lost, as datagrams may be.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> datagram)
    {
        Touch();
        try
        {
            counters.CountBytes(FlowKind.Udp, await socket.SendAsync(datagram, SocketFlags.None));
        }
        catch (Exception lost) when (lost is SocketException or ObjectDisposedException)
        {
            // Nobody listens there, or the flow has just ended.
        }
    }

    /// <summary>Sends what the target answers to the client, until the flow ends.</summary>
    public async Task AnswerAsync(Socket listener)
    {
        while (true)
        {
            try
            {
                await socket.ReceiveAsync(Peeked, SocketFlags.Peek);
                using var buffer = RelayBuffers.RentLarge();
                var length = await socket.ReceiveAsync(buffer.Memory, SocketFlags.None);
                Touch();
                await listener.SendToAsync(buffer.Memory[..length], SocketFlags.None, client);
                counters.CountBytes(FlowKind.Udp, length);
            }
            catch (SocketException failure) when (failure.SocketErrorCode != SocketError.OperationAborted)
            {
                // The target does not listen now; it may do so later.
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    public void End() => socket.Dispose();

    private void Touch() => Volatile.Write(ref _activeAt, services.Time.GetTimestamp());
}
