using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Estiba.Agent.Tests.StandIns;

/// <summary>
/// The server's side of the agent's sockets, on a real port: sends what a test wants and keeps what it receives.
/// </summary>
internal sealed class StandInServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, WebSocket> _sockets = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _connected = new(0);
    private readonly Channel<(string Socket, string Type, ReadOnlyMemory<byte> Message)> _received =
        Channel.CreateUnbounded<(string, string, ReadOnlyMemory<byte>)>();
    private int _messages;

    private StandInServer(WebApplication application) => _application = application;

    public Uri Address { get; private set; } = null!;

    /// <summary>The request with which each socket was opened.</summary>
    public ConcurrentQueue<(string Path, IQueryCollection Query, string Authorization)> Openings { get; } = new();

    /// <summary>What stood in front of each telemetry message.</summary>
    public ConcurrentQueue<string> Heads { get; } = new();

    public static async Task<StandInServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new StandInServer(builder.Build());
        server._application.UseWebSockets();
        server._application.Map("/{socket}/ws", server.ServeAsync);
        await server._application.StartAsync();
        server.Address = new Uri(server._application.Urls.Single() + "/");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (var socket in _sockets.Values)
            socket.Abort();
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    /// <summary>Waits until the agent has opened its task socket (again).</summary>
    public async Task ConnectedAsync() =>
        (await _connected.WaitAsync(TimeSpan.FromSeconds(120))).ShouldBeTrue("The agent did not connect.");

    /// <summary>The instance whose sockets are refused, and the error's code.</summary>
    public (string Arn, string Code)? Refused { get; set; }

    public void BreakConnections()
    {
        foreach (var socket in _sockets.Values)
            socket.Abort();
    }

    public Task SendAsync<T>(T message)
        where T : IShape<T> =>
        _sockets["acs"]
            .SendAsync(AgentFrame.Encode(message), WebSocketMessageType.Text, endOfMessage: true, _stopping.Token);

    /// <summary>Sends a payload and returns its message id.</summary>
    public async Task<string> SendTasksAsync(params AcsTask[] tasks)
    {
        var number = Interlocked.Increment(ref _messages);
        await SendAsync(
            new PayloadMessage
            {
                MessageId = $"message-{number}",
                SeqNum = number,
                ClusterArn = TestTasks.ClusterArn,
                ContainerInstanceArn = StandInEcs.InstanceArn,
                Tasks = tasks,
            }
        );
        return $"message-{number}";
    }

    /// <summary>The next message of this type, on any socket; others are left out.</summary>
    public async Task<T> ReceiveAsync<T>(int seconds = 120)
        where T : IShape<T>
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (true)
        {
            var (_, type, message) = await _received.Reader.ReadAsync(limit.Token);
            if (type == typeof(T).Name)
                return ShapeJson.Parse<T>(message);
        }
    }

    /// <summary>The agent's offer to stop tasks, unless its answer to a heartbeat comes first.</summary>
    public async Task<TaskStopVerificationMessage?> OfferBeforeBeatAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (true)
        {
            var (_, type, message) = await _received.Reader.ReadAsync(limit.Token);
            if (type == nameof(TaskStopVerificationMessage))
                return ShapeJson.Parse<TaskStopVerificationMessage>(message);
            if (type == nameof(HeartbeatAckRequest))
                return null;
        }
    }

    private async Task ServeAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["socket"]!;
        Openings.Enqueue(
            (context.Request.Path, context.Request.Query, context.Request.Headers.Authorization.ToString())
        );
        if (
            Refused is { } refused
            && (
                context.Request.Query["containerInstanceArn"] == refused.Arn
                || context.Request.Query["containerInstance"] == refused.Arn
            )
        )
        {
            context.Response.StatusCode = 400;
            context.Response.Headers["x-amzn-ErrorType"] = refused.Code;
            await context.Response.WriteAsync($$"""{"{{refused.Code}}":"no"}""");
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        _sockets[name] = socket;
        if (name == "acs")
            _connected.Release();
        var buffer = new byte[1024 * 1024];
        try
        {
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(length), _stopping.Token);
                    length += part.Count;
                } while (!part.EndOfMessage);

                if (part.MessageType == WebSocketMessageType.Close)
                    return;
                if (name == "tcs")
                    Heads.Enqueue(Encoding.ASCII.GetString(buffer, 0, Array.IndexOf(buffer, (byte)'{')));
                var (type, message) = AgentFrame.Decode(buffer.AsMemory(0, length).ToArray());
                await _received.Writer.WriteAsync((name, type, message));
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The test or the agent has ended it.
        }
    }
}
