using System.Buffers;
using System.Net.Sockets;

namespace Estiba.Agent.ServiceConnect;

/// <summary>Carries a connection to one of its alias's endpoints: what comes from one side goes to the other.</summary>
/// <param name="idle">Closes connections that are idle.</param>
/// <param name="time">The clock.</param>
internal sealed class TcpRelay(IdleConnections idle, TimeProvider time)
{
    /// <summary>How long an endpoint may take to accept a connection.</summary>
    internal static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    private const int BufferSize = 32 * 1024;

    /// <summary>Carries it until both sides have ended.</summary>
    /// <param name="client">The connection, which is closed at the end.</param>
    /// <param name="alias">What it is to.</param>
    /// <param name="clientTask">The task that it is of, by its ARN; null where nobody can tell.</param>
    /// <param name="cancellation">The proxy stops.</param>
    internal async Task RunAsync(Socket client, Alias alias, string? clientTask, CancellationToken cancellation)
    {
        var endpoint = await ConnectAsync(alias, cancellation);
        if (endpoint is null)
        {
            Reset(client);
            return;
        }

        using var watched = idle.Watch(alias, clientTask, () =>
        {
            Reset(client);
            Reset(endpoint);
        });
        await Task.WhenAll(
            PumpAsync(client, endpoint, watched, watched.Counters),
            PumpAsync(endpoint, client, watched)
        );
        client.Dispose();
        endpoint.Dispose();
    }

    /// <summary>A connection to an endpoint; where one cannot be reached, to another.</summary>
    private async Task<Socket?> ConnectAsync(Alias alias, CancellationToken cancellation)
    {
        var tried = new List<Endpoint>();
        while (tried.Count <= Alias.Retries && alias.Choose(tried) is { } endpoint)
        {
            var socket = new Socket(endpoint.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            {
                NoDelay = true,
            };
            using var limit = new CancellationTokenSource(ConnectTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
            try
            {
                await socket.ConnectAsync(endpoint.Address, either.Token);
                alias.Succeeded(endpoint);
                return socket;
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException)
            {
                socket.Dispose();
                if (cancellation.IsCancellationRequested)
                    return null;
                alias.Failed(endpoint);
                tried.Add(endpoint);
            }
        }

        return null;
    }

    private static async Task PumpAsync(
        Socket from,
        Socket to,
        IdleConnections.Watched watched,
        ClientCounters? counters = null
    )
    {
        try
        {
            while (true)
            {
                // Whoever waits holds no buffer.
                await from.ReceiveAsync(Memory<byte>.Empty);
                var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
                try
                {
                    var read = await from.ReceiveAsync(buffer);
                    if (read == 0)
                    {
                        to.Shutdown(SocketShutdown.Send);
                        return;
                    }

                    watched.Touch();
                    counters?.Sent(read);
                    for (var sent = 0; sent < read; )
                        sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
                    watched.Touch();
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            Reset(from);
            Reset(to);
        }
    }

    /// <summary>Ends a connection so that its other side knows that it was not finished.</summary>
    internal static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It has ended.
        }

        socket.Dispose();
    }
}
