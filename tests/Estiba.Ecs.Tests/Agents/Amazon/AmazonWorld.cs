using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Sts;
using Estiba.Ecs.Agents;
using Estiba.Hosting;
using Estiba.Hosting.Controllers;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.Tests.Agents.Amazon;

/// <summary>
/// ECS with its controllers at work and its sockets on a real port, for an agent that says what Amazon's was heard to
/// say. Signatures are the gateway's business.
/// </summary>
internal sealed class AmazonWorld : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ModuleRunner _modules;
    private readonly ServiceDispatcher _dispatcher;

    private AmazonWorld(ModuleHost host, ModuleRunner modules, WebApplication application)
    {
        Store = host.Store;
        _application = application;
        _modules = modules;
        Api = host.Get<EcsApi>();
        Agents = host.Get<AgentDoor>();
        _dispatcher = modules.Dispatchers.Single(dispatcher => dispatcher.Model == EcsModel.Service);
    }

    internal Store Store { get; }

    internal IEcsApi Api { get; }

    internal AgentDoor Agents { get; }

    internal CallContext Caller { get; } = EcsWorld.Account("123456789012");

    private string Address => _application.Urls.Single();

    internal static async Task<AmazonWorld> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var options = new EcsOptions
        {
            AgentEndpoint = new Uri("http://127.0.0.1:4566"),
            AgentHeartbeat = TimeSpan.FromMilliseconds(100),
        };
        Module[] modules = [new ApiModule<IStsApi>("AWS STS", new StandInSts()), new EcsModule(options)];
        var host = new ModuleHost
        {
            Store = await Store.OpenAsync(new MemoryJournal(), ModuleRunner.TablesOf(modules)),
        };
        var world = new AmazonWorld(host, await ModuleRunner.OpenAsync(modules, host), builder.Build());
        world._application.UseWebSockets();
        world._application.Map("/{door}/ws", (HttpContext http) => world.HandleAsync(http));
        await world._application.StartAsync();
        await world._modules.StartAsync(
            new ControllerLoops(TimeProvider.System, new Random(1), NullLoggerFactory.Instance)
        );
        await world.Api.CreateClusterAsync(new CreateClusterRequest { ClusterName = "hosts" }, world.Caller);
        return world;
    }

    /// <summary>What the sockets have failed with.</summary>
    internal ConcurrentQueue<Exception> Failures { get; } = [];

    /// <summary>The platform begins to stop.</summary>
    internal Task StopAsync() => _stopping.CancelAsync();

    /// <summary>No request is answered any more.</summary>
    internal Task StopAnsweringAsync() => _application.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _application.StopAsync();
        await _application.DisposeAsync();
        await _modules.DisposeAsync();
        await Store.DisposeAsync();
        _stopping.Dispose();
    }

    /// <summary>Calls an operation with the very text that an agent sent.</summary>
    internal async Task<T> CallAsync<T>(string operation, string json)
        where T : class, IShape
    {
        var handler = _dispatcher.Find(operation) ?? throw new InvalidOperationException(operation);
        return (T)
            await handler.InvokeAsync(
                new JsonShapeReader(Encoding.UTF8.GetBytes(json)),
                _dispatcher.Model,
                Caller,
                default
            );
    }

    internal async Task<string> RegisterAsync(string? arn = null, string? token = RecordedAgent.RegistrationToken) =>
        (
            await CallAsync<RegisterContainerInstanceResponse>(
                "RegisterContainerInstance",
                RecordedAgent.Register(arn, token)
            )
        )
            .ContainerInstance!
            .ContainerInstanceArn!;

    /// <summary>A service of one nginx, which is placed when there is an instance.</summary>
    internal async Task CreateServiceAsync(string image = "nginx", LogConfiguration? log = null)
    {
        await Api.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest
            {
                Family = "web",
                ContainerDefinitions =
                [
                    new ContainerDefinition
                    {
                        Name = "nginx",
                        Image = image,
                        Memory = 128,
                        PortMappings = [new PortMapping { ContainerPort = 80 }],
                        LogConfiguration = log,
                        HealthCheck = new HealthCheck { Command = ["CMD", "true"] },
                    },
                ],
            },
            Caller
        );
        await Api.CreateServiceAsync(
            new CreateServiceRequest
            {
                Cluster = "hosts",
                ServiceName = "s",
                TaskDefinition = "web",
                DesiredCount = 1,
            },
            Caller
        );
    }

    internal async Task<EcsTask> TaskAsync(string arn) =>
        (
            await Api.DescribeTasksAsync(new DescribeTasksRequest { Cluster = "hosts", Tasks = [arn] }, Caller)
        ).Tasks!.Single();

    internal async Task<ContainerInstance> InstanceAsync(string arn, params string[] include) =>
        (
            await Api.DescribeContainerInstancesAsync(
                new DescribeContainerInstancesRequest
                {
                    Cluster = "hosts",
                    ContainerInstances = [arn],
                    Include = include,
                },
                Caller
            )
        ).ContainerInstances!.Single();

    private async Task HandleAsync(HttpContext http)
    {
        try
        {
            await Agents.HandleAsync(http, Caller, _stopping.Token);
        }
        catch (Exception failure)
        {
            Failures.Enqueue(failure);
            throw;
        }
    }

    internal async Task<AmazonSocket> OpenAsync(string door, string query)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        await socket.ConnectAsync(
            new Uri($"{Address.Replace("http", "ws", StringComparison.Ordinal)}/{door}/ws?{query}"),
            CancellationToken.None
        );
        return new AmazonSocket(socket, Failures);
    }

    internal Task<AmazonSocket> OpenControlAsync(string arn) => OpenAsync("acs", RecordedAgent.ControlQuery(arn));

    internal Task<HttpResponseMessage> RefusedAsync(string arn)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{Address}/acs/ws?{RecordedAgent.ControlQuery(arn)}");
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        return new HttpClient().SendAsync(request);
    }
}

/// <summary>The agent's end of a socket: sends texts and reads messages.</summary>
/// <param name="socket">The open socket.</param>
/// <param name="failures">What the server's sockets have failed with, which explains why one ends.</param>
internal sealed class AmazonSocket(ClientWebSocket socket, IEnumerable<Exception> failures) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public void Dispose() => socket.Dispose();

    internal Task SendAsync(string text) =>
        socket.SendAsync(
            Encoding.UTF8.GetBytes(text),
            WebSocketMessageType.Text,
            endOfMessage: true,
            CancellationToken.None
        );

    /// <summary>
    /// The next message, which must be of this type; heartbeats in between are left out, unless it is one that is
    /// waited for.
    /// </summary>
    internal async Task<T> ReceiveAsync<T>()
        where T : IShape<T>
    {
        while (true)
        {
            var (type, message) = AgentFrame.Decode(await ReceiveAsync());
            if (type == typeof(T).Name)
                return ShapeJson.Parse<T>(message);
            if (type != nameof(Contracts.Acs.HeartbeatMessage))
                throw new InvalidOperationException($"A {type} came instead of a {typeof(T).Name}.");
        }
    }

    /// <summary>The next message, which must be of this type; null when so many heartbeats come before it.</summary>
    internal async Task<T?> ReceiveWithinAsync<T>(int heartbeats)
        where T : class, IShape<T>
    {
        while (heartbeats > 0)
        {
            var (type, message) = AgentFrame.Decode(await ReceiveAsync());
            if (type == typeof(T).Name)
                return ShapeJson.Parse<T>(message);
            if (type != nameof(Contracts.Acs.HeartbeatMessage))
                throw new InvalidOperationException($"A {type} came instead of a {typeof(T).Name}.");
            heartbeats--;
        }

        return null;
    }

    private async Task<byte[]> ReceiveAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        var buffer = new byte[256 * 1024];
        var length = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            try
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), limit.Token);
            }
            catch (WebSocketException ended)
            {
                throw new InvalidOperationException(
                    $"The server has ended the socket. It failed with: {string.Join('\n', failures)}",
                    ended
                );
            }

            if (part.MessageType == WebSocketMessageType.Close)
                throw new InvalidOperationException("The server has closed the socket.");
            length += part.Count;
        } while (!part.EndOfMessage);

        return buffer[..length];
    }
}
