using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Estiba.Dns.Wire;

namespace Estiba.Dns.Upstream;

/// <summary>
/// Asks other servers in turn, over the transport that the client has used: what does not fit into a datagram is told
/// to be truncated, and the client comes back over TCP. Queries and answers are not touched but for their ids.
/// </summary>
/// <param name="servers">Which servers there are now.</param>
/// <param name="options">How long to wait for them.</param>
/// <param name="time">The clock.</param>
internal sealed class Forwarder(Func<IReadOnlyList<IPEndPoint>> servers, DnsServerOptions options, TimeProvider time)
{
    /// <summary>The largest datagram that is taken; as much as resolvers ask for ("DNS Flag Day 2020" asks for
    /// less).</summary>
    private const int LargestDatagram = 4096;

    private readonly ConcurrentDictionary<IPEndPoint, long> _silent = new();

    /// <summary>The answer of the first that has one; null when none does.</summary>
    /// <param name="query">The query, well-formed.</param>
    /// <param name="overTcp">Whether it came over TCP.</param>
    /// <param name="cancellation">Gives up.</param>
    internal async Task<byte[]?> AskAsync(ReadOnlyMemory<byte> query, bool overTcp, CancellationToken cancellation)
    {
        byte[]? failed = null;
        foreach (var server in InOrder())
        {
            if (await TryAsync(server, query, overTcp, cancellation) is not { } answer)
            {
                _silent[server] = time.GetTimestamp();
                continue;
            }

            _silent.TryRemove(server, out _);
            if (!Packet.IsFailure(answer))
                return answer;
            failed ??= answer;
        }

        return failed;
    }

    private IEnumerable<IPEndPoint> InOrder() =>
        servers()
            .OrderBy(server =>
                _silent.TryGetValue(server, out var since) && time.GetElapsedTime(since) < options.Distrust
            );

    private async Task<byte[]?> TryAsync(
        IPEndPoint server,
        ReadOnlyMemory<byte> query,
        bool overTcp,
        CancellationToken cancellation
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = time.CreateTimer(
            static limit => ((CancellationTokenSource)limit!).Cancel(),
            limit,
            options.ForwardTimeout,
            Timeout.InfiniteTimeSpan
        );
        // An id that nobody else can know, so that nobody else can answer; so is the port, which is the kernel's.
        var id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
        var asked = query.ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(asked, id);
        try
        {
            var answer = overTcp
                ? await OverTcpAsync(server, asked, limit.Token)
                : await OverUdpAsync(server, asked, limit.Token);
            query.Span[..sizeof(ushort)].CopyTo(answer);
            return answer;
        }
        catch (Exception silent) when (silent is SocketException or IOException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<byte[]> OverUdpAsync(IPEndPoint server, byte[] query, CancellationToken cancellation)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        // Connected, so that only this server is heard, and heard to be gone.
        await socket.ConnectAsync(server, cancellation);
        await socket.SendAsync(query, SocketFlags.None, cancellation);
        var buffer = ArrayPool<byte>.Shared.Rent(LargestDatagram + 1);
        try
        {
            while (true)
            {
                var length = await socket.ReceiveAsync(buffer, SocketFlags.None, cancellation);
                var answer = buffer.AsSpan(0, length);
                if (Packet.Answers(answer, query))
                    return length > LargestDatagram ? Packet.Truncated(answer, query) : answer.ToArray();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<byte[]> OverTcpAsync(IPEndPoint server, byte[] query, CancellationToken cancellation)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancellation);
        await using var stream = new NetworkStream(socket);
        await TcpMessages.WriteAsync(stream, query, cancellation);
        return await TcpMessages.ReadAsync(stream, cancellation) is { } answer && Packet.Answers(answer, query)
            ? answer
            : throw new IOException("The server closed the connection, or answered something else.");
    }
}
