using System.Net.WebSockets;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Signing;
using Microsoft.Extensions.Logging;

namespace Estiba.Agent.Sessions;

/// <summary>
/// Keeps a socket to the server open: asks where, connects, works, and begins again when it ends, later after each
/// failure.
/// </summary>
internal sealed partial class SessionKeeper(
    AgentOptions options,
    AgentIdentity identity,
    IEcsApi ecs,
    Func<CallContext> context,
    RequestSigner signer,
    TimeProvider time,
    Random random,
    ILogger logger
)
{
    /// <summary>A session that lasted this long was a good one, and the next is tried at once.</summary>
    private static readonly TimeSpan GoodSession = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Amazon's agent begins alike, and waits up to two minutes; but here an instance that is away for longer than 20
    /// seconds is given up for lost.
    /// </summary>
    private static readonly (TimeSpan First, TimeSpan Longest) Retry = (
        TimeSpan.FromMilliseconds(250),
        TimeSpan.FromSeconds(15)
    );

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);

    /// <param name="name">What the socket is for, in logs.</param>
    /// <param name="endpoint">Which of the server's answers is its address.</param>
    /// <param name="query">What it says of itself.</param>
    /// <param name="work">Works on an open socket until it ends.</param>
    /// <param name="onConnected">Told whether it is open.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="NotRegisteredException">The server does not know the instance any more.</exception>
    public async Task RunAsync(
        string name,
        Func<DiscoverPollEndpointResponse, string?> endpoint,
        Func<IReadOnlyDictionary<string, string>> query,
        Func<ServerSocket, CancellationToken, Task> work,
        Action<bool> onConnected,
        CancellationToken cancellation
    )
    {
        var retry = new Backoff(Retry.First, Retry.Longest, random);
        while (true)
        {
            var begun = time.GetTimestamp();
            try
            {
                await using var socket = await ConnectAsync(endpoint, query(), cancellation);
                onConnected(true);
                Log.Opened(logger, name, identity.ContainerInstanceArn);
                await work(socket, cancellation);
            }
            catch (Exception exception) when (IsPassing(exception) && !cancellation.IsCancellationRequested)
            {
                Log.Ended(logger, name, identity.ContainerInstanceArn, exception.Message);
            }
            finally
            {
                onConnected(false);
            }

            if (time.GetElapsedTime(begun) >= GoodSession)
                retry.Reset();
            await Task.Delay(retry.Next(), time, cancellation);
        }
    }

    private async Task<ServerSocket> ConnectAsync(
        Func<DiscoverPollEndpointResponse, string?> endpoint,
        IReadOnlyDictionary<string, string> query,
        CancellationToken cancellation
    )
    {
        using var limit = new CancellationTokenSource(ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        var answer = await ecs.DiscoverPollEndpointAsync(
            new DiscoverPollEndpointRequest
            {
                Cluster = options.Cluster,
                ContainerInstance = identity.ContainerInstanceArn,
            },
            context(),
            either.Token
        );
        var address = endpoint(answer)
            ?? throw new AwsException("ServerException", "DiscoverPollEndpoint answered without an endpoint.", 500);
        return await ServerSocket.ConnectAsync(address, query, options, signer, time, either.Token);
    }

    private static bool IsPassing(Exception exception) =>
        exception
            is WebSocketException
                or AwsException
                or HttpRequestException
                or IOException
                or TimeoutException
                or OperationCanceledException
                or UriFormatException;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The {Name} session of {Arn} is open")]
        internal static partial void Opened(ILogger logger, string name, string arn);

        [LoggerMessage(Level = LogLevel.Information, Message = "The {Name} session of {Arn} has ended: {Message}")]
        internal static partial void Ended(ILogger logger, string name, string arn, string message);
    }
}
