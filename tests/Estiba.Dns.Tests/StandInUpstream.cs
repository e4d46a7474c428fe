using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Estiba.Dns.Wire;

namespace Estiba.Dns.Tests;

/// <summary>A name server elsewhere, which answers what it is told to.</summary>
internal sealed class StandInUpstream : IAsyncDisposable
{
    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Channel<byte[]> _asked = Channel.CreateUnbounded<byte[]>();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _running;

    public StandInUpstream()
    {
        _udp.Bind(new IPEndPoint(Loopback.Any(), 0));
        EndPoint = (IPEndPoint)_udp.LocalEndPoint!;
        _tcp.Bind(EndPoint);
        _tcp.Listen();
        _running = Task.WhenAll(ServeUdpAsync(), ServeTcpAsync());
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>What it sends back, in this order; none for silence.</summary>
    public Func<byte[], IEnumerable<byte[]>> Answers { get; set; } = static _ => [];

    /// <summary>The next query that it has been sent.</summary>
    public async Task<byte[]> AskedAsync() =>
        await _asked.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>How many queries nobody has looked at.</summary>
    public int Waiting => _asked.Reader.Count;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        _udp.Dispose();
        _tcp.Dispose();
        _end.Dispose();
    }

    private async Task ServeUdpAsync()
    {
        var buffer = new byte[65536];
        try
        {
            while (true)
            {
                var received = await _udp.ReceiveFromAsync(
                    buffer,
                    SocketFlags.None,
                    new IPEndPoint(IPAddress.Any, 0),
                    _end.Token
                );
                var query = buffer[..received.ReceivedBytes];
                foreach (var answer in Answers(query))
                    await _udp.SendToAsync(answer, SocketFlags.None, received.RemoteEndPoint);
                _asked.Writer.TryWrite(query);
            }
        }
        catch (OperationCanceledException)
        {
            // The test has ended.
        }
    }

    private async Task ServeTcpAsync()
    {
        try
        {
            while (true)
            {
                using var connection = await _tcp.AcceptAsync(_end.Token);
                await using var stream = new NetworkStream(connection);
                while (await TcpMessages.ReadAsync(stream, _end.Token) is { } query)
                {
                    foreach (var answer in Answers(query))
                        await TcpMessages.WriteAsync(stream, answer, _end.Token);
                    _asked.Writer.TryWrite(query);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test has ended.
        }
    }
}
