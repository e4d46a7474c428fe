using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Estiba.Agent.ServiceConnect;
using Estiba.Agent.Tasks;
using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts.Acs;
using Estiba.Engines;
using Estiba.Listeners;
using Estiba.Listeners.Connections;
using Estiba.Listeners.Tests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.Agent.Tests.ServiceConnect;

/// <summary>What clients of an alias get from its endpoints, over real connections on this machine.</summary>
public sealed class ServiceConnectProxyTests : IAsyncDisposable
{
    private const string Namespace = "arn:aws:servicediscovery:eu-west-1:123456789012:namespace/ns-1";
    private static readonly IPEndPoint Place = new(IPAddress.Parse("169.254.200.1"), 8080);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly List<IAsyncDisposable> _started = [];
    private readonly object _agent = new();
    private IReadOnlyList<ContainerSummary> _callers = [AdmittedCallersTests.Container(Namespace, "host")];
    private readonly ServiceConnectProxy _proxy;

    public ServiceConnectProxyTests()
    {
        _proxy = ServiceConnectProxy.Start(
            new IPEndPoint(IPAddress.Loopback, 0),
            _ => Place,
            TimeProvider.System,
            NullLoggerFactory.Instance
        );
        _proxy.AskForCallers(_ => Task.FromResult(_callers));
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        foreach (var each in _started)
            await each.DisposeAsync();
    }

    [Fact]
    public async Task Connections_are_shared_out_in_turn()
    {
        Serve(null, await TcpAsync("a"), await TcpAsync("b"));
        var answers = new List<string>();
        for (var number = 0; number < 4; number++)
            answers.Add(await SayAsync("hello"));
        answers.Order().ShouldBe(["a:hello", "a:hello", "b:hello", "b:hello"]);
    }

    [Fact]
    public async Task A_connection_goes_elsewhere_where_an_endpoint_cannot_be_reached()
    {
        Serve(null, Nobody(), await TcpAsync("a"), Nobody());
        for (var number = 0; number < 6; number++)
            (await SayAsync("hello")).ShouldBe("a:hello");
    }

    [Fact]
    public async Task A_connection_that_finds_nobody_is_reset()
    {
        Serve(null, Nobody());
        await Should.ThrowAsync<SocketException>(() => SayAsync("hello"));
    }

    [Fact]
    public async Task A_connection_that_is_not_of_a_task_of_the_namespace_is_reset()
    {
        _callers =
        [
            AdmittedCallersTests.Container(Namespace + "2", "host"),
            AdmittedCallersTests.Container(Namespace, "bridge", "172.17.0.2"),
        ];
        Serve(null, await TcpAsync("a"));
        await Should.ThrowAsync<SocketException>(() => SayAsync("hello"));
        Serve("http", await HttpAsync("a"));
        using var client = Client(HttpVersion.Version11);
        var failure = await Should.ThrowAsync<Exception>(() => client.GetStringAsync("/"));
        (failure.InnerException ?? failure).GetBaseException().ShouldBeOfType<SocketException>();
    }

    [Fact]
    public async Task A_name_that_several_namespaces_have_leads_each_caller_to_its_own()
    {
        const string Other = Namespace + "2";
        var (own, others) = (await TcpAsync("a"), await TcpAsync("b"));
        _proxy.Set(
            _agent,
            [Namespaced(Namespace, Place.Address.ToString(), own), Namespaced(Other, "169.254.200.9", others)]
        );
        (await SayAsync("hello")).ShouldBe("a:hello");
        _callers = [AdmittedCallersTests.Container(Other, "host")];
        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                return await SayAsync("hello") == "b:hello";
            }
            catch (SocketException)
            {
                return false;
            }
        });
        _callers = [AdmittedCallersTests.Container(Namespace + "3", "host")];
        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                await SayAsync("hello");
                return false;
            }
            catch (SocketException)
            {
                return true;
            }
        });

        static ServiceConnectNamespace Namespaced(string arn, string address, IPEndPoint endpoint) =>
            new()
            {
                NamespaceArn = arn,
                Aliases =
                [
                    new ServiceConnectAlias
                    {
                        Address = address,
                        AnsweredAddress = Place.Address.ToString(),
                        Port = Place.Port,
                        Endpoints =
                        [
                            new ServiceConnectEndpoint { Address = endpoint.Address.ToString(), Port = endpoint.Port },
                        ],
                    },
                ],
            };
    }

    [Fact]
    public async Task A_connection_is_reset_where_the_engine_does_not_say_whose_it_is()
    {
        _proxy.AskForCallers(_ => throw new EngineException("Docker Engine does not answer."));
        Serve(null, await TcpAsync("a"));
        await Should.ThrowAsync<SocketException>(() => SayAsync("hello"));
    }

    [Fact]
    public async Task A_connection_to_what_is_no_alias_is_reset() =>
        await Should.ThrowAsync<SocketException>(() => SayAsync("hello"));

    [Fact]
    public async Task Requests_of_one_connection_are_shared_out_in_turn()
    {
        Serve("http", await HttpAsync("a"), await HttpAsync("b"));
        using var client = Client(HttpVersion.Version11);
        var answers = new List<string>();
        for (var number = 0; number < 4; number++)
            answers.Add(await client.GetStringAsync("/"));
        answers.Order().ShouldBe(["a", "a", "b", "b"]);
    }

    [Fact]
    public async Task Endpoints_see_the_host_path_and_body_that_the_client_sent()
    {
        Serve("http", await HttpAsync("a"));
        using var client = Client(HttpVersion.Version11);
        using var answer = await client.PostAsync("/echo?a=b%20c", new StringContent("body"));
        (await answer.Content.ReadAsStringAsync()).ShouldBe("POST api:8080 /echo?a=b%20c body");
    }

    [Fact]
    public async Task A_request_goes_elsewhere_where_an_endpoint_cannot_be_reached_also_with_a_body()
    {
        Serve("http", Nobody(), await HttpAsync("a"));
        using var client = Client(HttpVersion.Version11);
        for (var number = 0; number < 4; number++)
        {
            using var answer = await client.PostAsync("/echo", new StringContent("body"));
            (await answer.Content.ReadAsStringAsync()).ShouldEndWith("body");
        }
    }

    [Fact]
    public async Task A_request_goes_elsewhere_where_an_endpoint_accepts_no_connection()
    {
        using var silent = new SilentServer();
        Serve("http", silent.EndPoint, await HttpAsync("a"));
        using var client = Client(HttpVersion.Version11);
        for (var number = 0; number < 2; number++)
        {
            using var answer = await client.PostAsync("/echo", new StringContent("body"));
            (await answer.Content.ReadAsStringAsync()).ShouldEndWith("body");
        }
    }

    [Fact]
    public async Task Where_nobody_answers_the_status_says_so()
    {
        Serve("http", Nobody());
        using var client = Client(HttpVersion.Version11);
        (await client.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        Serve("http");
        (await client.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task A_request_that_takes_too_long_ends_with_504()
    {
        Serve("http", new ServiceConnectAlias { PerRequestTimeoutSeconds = 1 }, await HttpAsync("a"));
        using var client = Client(HttpVersion.Version11);
        (await client.GetAsync("/never")).StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
        (await client.GetStringAsync("/")).ShouldBe("a");
    }

    [Fact]
    public async Task An_endpoint_that_fails_five_times_is_avoided()
    {
        Serve("http", await HttpAsync("a"), await HttpAsync("b", status: 503));
        using var client = Client(HttpVersion.Version11);
        var failed = 0;
        for (var number = 0; number < 20; number++)
            failed += (await client.GetAsync("/")).StatusCode == HttpStatusCode.ServiceUnavailable ? 1 : 0;
        failed.ShouldBe(5);
    }

    [Fact]
    public async Task Http2_without_TLS_is_carried_to_endpoints_that_speak_it()
    {
        Serve("grpc", await HttpAsync("a", HttpProtocols.Http2), await HttpAsync("b", HttpProtocols.Http2));
        using var client = Client(HttpVersion.Version20);
        var answers = new List<string>();
        for (var number = 0; number < 4; number++)
            answers.Add(await client.GetStringAsync("/"));
        answers.Order().ShouldBe(["a", "a", "b", "b"]);
    }

    [Fact]
    public async Task Web_sockets_are_carried()
    {
        Serve("http", await HttpAsync("a"));
        using var handler = Handler();
        using var socket = new ClientWebSocket();
        using var limit = new CancellationTokenSource(Patience);
        await socket.ConnectAsync(
            new Uri("ws://api:8080/socket"),
            new HttpMessageInvoker(handler, disposeHandler: false),
            limit.Token
        );
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, limit.Token);
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(buffer, limit.Token);
        Encoding.UTF8.GetString(buffer, 0, received.Count).ShouldBe("hello");
    }

    [Fact]
    public async Task A_connection_that_is_idle_for_too_long_is_closed()
    {
        Serve(null, new ServiceConnectAlias { IdleTimeoutSeconds = 1 }, await TcpAsync("a"));
        using var client = await ConnectAsync();
        await client.SendAsync("hello"u8.ToArray());
        var buffer = new byte[100];
        await Should.ThrowAsync<SocketException>(async () =>
        {
            while (await client.ReceiveAsync(buffer).WaitAsync(Patience) > 0) { }
        });
    }

    [Fact]
    public async Task What_an_alias_carried_is_counted_and_told_once()
    {
        Serve("http", await HttpAsync("a"), await HttpAsync("b", status: 503));
        using (var client = Client(HttpVersion.Version11))
            for (var number = 0; number < 4; number++)
                (await client.GetAsync("/")).Dispose();

        var told = _proxy.TakeCounters(_agent).Single();
        (told.NewConnections, told.Requests, told.Responses2xx, told.Responses5xx).ShouldBe((1, 4, 2, 2));
        told.ResponseTime!.SampleCount.ShouldBe(4);
        told.ProcessedBytes!.Value.ShouldBeInRange(4 * "GET / HTTP/1.1".Length, 4000);
        await Eventually.HoldsAsync(() => _proxy.TakeCounters(_agent).Count == 0);

        Serve(null, await TcpAsync("a"));
        await SayAsync("hello");
        var carried = _proxy.TakeCounters(_agent).Single();
        (carried.NewConnections, carried.ProcessedBytes, carried.Requests).ShouldBe((1, 5, 0));
        _proxy.TakeCounters(new object()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_carried_is_counted_for_the_task_that_asked()
    {
        const string Task = "arn:aws:ecs:eu-west-1:123456789012:task/default/0123456789abcdef0123456789abcdef";
        var container = AdmittedCallersTests.Container(Namespace, "bridge", IPAddress.Loopback.ToString());
        _callers =
        [
            AdmittedCallersTests.Container(Namespace, "host"),
            container with
            {
                Labels = new Dictionary<string, string>(container.Labels) { [ContainerNaming.TaskArnLabel] = Task },
            },
        ];
        Serve(null, await TcpAsync("a"));
        await SayAsync("hello");
        _proxy.TakeCounters(_agent).Single().ClientTaskArn.ShouldBe(Task);
    }

    [Fact]
    public async Task GRPC_calls_end_with_the_status_in_the_trailers_of_the_endpoint()
    {
        Serve("grpc", await HttpAsync("a", HttpProtocols.Http2));
        using var client = Client(HttpVersion.Version20);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/shop.Orders/Count")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 1, 42]),
        };
        request.Headers.TE.ParseAdd("trailers");
        request.Content.Headers.ContentType = new("application/grpc");

        using var answer = await client.SendAsync(request);

        (await answer.Content.ReadAsByteArrayAsync()).ShouldBe([0, 0, 0, 0, 1, 42]);
        answer.TrailingHeaders.GetValues("grpc-status").ShouldBe(["5"]);
        answer.TrailingHeaders.GetValues("grpc-message").ShouldBe(["none"]);
        var told = _proxy.TakeCounters(_agent).Single();
        (told.Requests, told.Responses2xx).ShouldBe((1, 1));
    }

    private void Serve(string? protocol, params IPEndPoint[] endpoints) =>
        Serve(protocol, new ServiceConnectAlias(), endpoints);

    private void Serve(string? protocol, ServiceConnectAlias settings, params IPEndPoint[] endpoints) =>
        _proxy.Set(
            _agent,
            [
                new ServiceConnectNamespace
                {
                    NamespaceArn = Namespace,
                    Aliases =
                    [
                        settings with
                        {
                            Address = Place.Address.ToString(),
                            Port = Place.Port,
                            AppProtocol = protocol,
                            Endpoints =
                            [
                                .. endpoints.Select(endpoint => new ServiceConnectEndpoint
                                {
                                    Address = endpoint.Address.ToString(),
                                    Port = endpoint.Port,
                                }),
                            ],
                        },
                    ],
                },
            ]
        );

    // A port that nobody listens on.
    private static IPEndPoint Nobody()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>An endpoint that says its name and what it was told, once its client has said all.</summary>
    private Task<IPEndPoint> TcpAsync(string name)
    {
        var server = new TcpEndpoint(name);
        _started.Add(server);
        return Task.FromResult(server.EndPoint);
    }

    private async Task<IPEndPoint> HttpAsync(
        string name,
        HttpProtocols protocols = HttpProtocols.Http1,
        int status = 200
    )
    {
        var listener = new Listener(
            new ListenerOptions { EndPoints = [new IPEndPoint(IPAddress.Loopback, 0)], Protocols = protocols },
            http => AnswerAsync(http, name, status),
            new ConnectionKeeper(
                new ConnectionLimits(1000, 1000, 1000, 1000),
                TimeProvider.System,
                NullLogger<ConnectionKeeper>.Instance
            ),
            NullLoggerFactory.Instance
        );
        await listener.StartAsync();
        _started.Add(listener);
        return listener.EndPoints.Single();
    }

    private static async Task AnswerAsync(HttpContext http, string name, int status)
    {
        if (http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
        {
            await EchoAsync(http, upgrade);
            return;
        }

        if (http.Request.Path == "/never")
        {
            await Task.Delay(Timeout.Infinite, http.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        if (http.Request.ContentType == "application/grpc")
        {
            http.Request.Headers.TE.ToString().ShouldBe("trailers");
            http.Response.ContentType = http.Request.ContentType;
            await http.Request.Body.CopyToAsync(http.Response.Body);
            http.Response.AppendTrailer("grpc-status", "5");
            http.Response.AppendTrailer("grpc-message", "none");
            return;
        }

        http.Response.StatusCode = status;
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        await http.Response.WriteAsync(
            http.Request.Path == "/echo"
                ? $"{http.Request.Method} {http.Request.Host} {http.Request.Path}{http.Request.QueryString} {body}"
                : name
        );
    }

    private static async Task EchoAsync(HttpContext http, IHttpUpgradeFeature upgrade)
    {
        var key = http.Request.Headers.SecWebSocketKey + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        http.Response.Headers.Upgrade = "websocket";
        http.Response.Headers.Connection = "Upgrade";
        http.Response.Headers["Sec-WebSocket-Accept"] = Convert.ToBase64String(
            System.Security.Cryptography.SHA1.HashData(Encoding.ASCII.GetBytes(key))
        );
        await using var stream = await upgrade.UpgradeAsync();
        using var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(buffer, default);
        await socket.SendAsync(buffer.AsMemory(0, received.Count), WebSocketMessageType.Text, true, default);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
    }

    private async Task<Socket> ConnectAsync()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(_proxy.EndPoint!);
        return client;
    }

    private async Task<string> SayAsync(string words)
    {
        using var client = await ConnectAsync();
        await client.SendAsync(Encoding.UTF8.GetBytes(words));
        client.Shutdown(SocketShutdown.Send);
        var answer = new StringBuilder();
        var buffer = new byte[100];
        while (await client.ReceiveAsync(buffer).WaitAsync(Patience) is > 0 and var read)
            answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
        return answer.ToString();
    }

    private HttpClient Client(Version version) =>
        new(Handler())
        {
            BaseAddress = new Uri("http://api:8080"),
            DefaultRequestVersion = version,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Patience,
        };

    private SocketsHttpHandler Handler() =>
        new()
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(_proxy.EndPoint!, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };

    private sealed class TcpEndpoint : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _end = new();
        private readonly Task _work;

        internal TcpEndpoint(string name)
        {
            _listener.Start();
            _work = AnswerAsync(name);
        }

        internal IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            _listener.Dispose();
            await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _end.Dispose();
        }

        private async Task AnswerAsync(string name)
        {
            while (true)
            {
                using var client = await _listener.AcceptSocketAsync(_end.Token);
                await client.SendAsync(Encoding.UTF8.GetBytes(name + ":"), _end.Token);
                var buffer = new byte[100];
                try
                {
                    while (await client.ReceiveAsync(buffer, _end.Token) is > 0 and var read)
                        await client.SendAsync(buffer.AsMemory(0, read), _end.Token);
                    client.Shutdown(SocketShutdown.Send);
                }
                catch (SocketException)
                {
                    // The client was in a hurry.
                }
            }
        }
    }
}
