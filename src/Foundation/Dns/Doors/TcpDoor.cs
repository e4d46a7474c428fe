using System.Net;
using System.Net.Sockets;
using Estiba.Dns.Wire;
using Microsoft.Extensions.Logging;

namespace Estiba.Dns.Doors;

/// <summary>Queries that come over connections, one after another on each (RFC 7766).</summary>
internal sealed partial class TcpDoor(
    Socket socket,
    QueryHandler handler,
    DnsServerOptions options,
    TimeProvider time,
    ILogger logger
)
{
    private readonly Share _connections = new(options.MostConnections, options.MostConnectionsOfClient);
    private readonly TaskSet _tasks = new();

    /// <summary>Accepts until it is cancelled and all connections have ended.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                var connection = await socket.AcceptAsync(cancellation);
                // Who is gone already has no address.
                if (Client(connection) is { } client && _connections.TryTake(client))
                    _tasks.Add(ServeAsync(connection, client, cancellation));
                else
                    connection.Dispose();
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                break;
            }
            catch (SocketException failure)
            {
                // No more files, most likely: to try again at once would not help.
                Log.Failed(logger, failure);
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, CancellationToken.None);
            }
        }

        await _tasks.WhenAllAsync();
    }

    private async Task ServeAsync(Socket connection, IPAddress client, CancellationToken cancellation)
    {
        try
        {
            connection.NoDelay = true;
            await using var stream = new NetworkStream(connection, ownsSocket: true);
            while (await ServeOneAsync(stream, client, cancellation)) { }
        }
        catch (Exception failure)
        {
            Log.Failed(logger, failure);
        }
        finally
        {
            _connections.Return(client);
        }
    }

    /// <returns>Whether there may be another.</returns>
    private async Task<bool> ServeOneAsync(Stream stream, IPAddress client, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = time.CreateTimer(
            static limit => ((CancellationTokenSource)limit!).Cancel(),
            limit,
            options.ConnectionIdle,
            Timeout.InfiniteTimeSpan
        );
        if (await TcpMessages.ReadAsync(stream, limit.Token) is not { } packet)
            return false;
        var outcome = handler.Handle(packet, client, overTcp: true);
        var answer = outcome.Forward is { } forward ? await forward(cancellation) : outcome.Answer;
        if (answer is null)
            return false;
        timer.Change(options.ConnectionIdle, Timeout.InfiniteTimeSpan);
        await TcpMessages.WriteAsync(stream, answer, limit.Token);
        return true;
    }

    private static IPAddress? Client(Socket connection)
    {
        try
        {
            return (connection.RemoteEndPoint as IPEndPoint)?.Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "A connection of a resolver ended")]
        internal static partial void Failed(ILogger logger, Exception failure);
    }
}
