using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Estiba.Dns.Doors;

/// <summary>
/// Queries that come in datagrams. One loop reads and answers them, and never waits for other servers; what comes
/// faster than it reads, the kernel drops.
/// </summary>
internal sealed partial class UdpDoor(
    Socket socket,
    QueryHandler handler,
    DnsServerOptions options,
    TimeProvider time,
    ILogger logger
)
{
    private const int LargestQuery = 4096;

    private readonly Share _forwarded = new(options.MostForwarded, options.MostForwardedOfClient);
    private readonly Pace _pace = new(options.MostQueriesOfClient, time);
    private readonly TaskSet _tasks = new();

    /// <summary>Reads until it is cancelled and all that is under way has ended.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(LargestQuery, pinned: true);
        var anybody = new IPEndPoint(
            socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any,
            0
        );
        var address = anybody.Serialize();
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                var length = await socket.ReceiveFromAsync(buffer, SocketFlags.None, address, cancellation);
                if (_pace.Admits(address))
                    await TakeAsync(buffer.AsMemory(0, length), (IPEndPoint)anybody.Create(address), cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure)
            {
                // A client that is gone, memory that the kernel lacks, a source that fails: the next query is another
                // matter.
                Log.Failed(logger, failure);
                await Task.Yield();
            }
        }

        await _tasks.WhenAllAsync();
    }

    private async Task TakeAsync(ReadOnlyMemory<byte> packet, IPEndPoint client, CancellationToken cancellation)
    {
        var outcome = handler.Handle(packet, client.Address, overTcp: false);
        if (outcome.Answer is { } answer)
            await socket.SendToAsync(answer, SocketFlags.None, client, cancellation);
        else if (outcome.Forward is { } forward && _forwarded.TryTake(client.Address))
            _tasks.Add(ForwardAsync(forward, client, cancellation));
    }

    private async Task ForwardAsync(
        Func<CancellationToken, Task<byte[]>> forward,
        IPEndPoint client,
        CancellationToken cancellation
    )
    {
        try
        {
            await socket.SendToAsync(await forward(cancellation), SocketFlags.None, client, cancellation);
        }
        catch (Exception failure)
        {
            Log.Failed(logger, failure);
        }
        finally
        {
            _forwarded.Return(client.Address);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "A query was not answered")]
        internal static partial void Failed(ILogger logger, Exception failure);
    }
}
