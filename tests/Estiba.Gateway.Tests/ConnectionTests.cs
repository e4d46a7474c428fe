using System.Net.WebSockets;
using Estiba.Contracts.Signing;
using Estiba.Hosting.Http;

namespace Estiba.Gateway.Tests;

public sealed class ConnectionTests
{
    [Theory]
    [InlineData("")]
    [InlineData("POST / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")]
    [InlineData(
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
            + "1000\r\n\r\nAction="
    )]
    public async Task Connections_that_only_wait_keep_nobody_out(string beginning)
    {
        await using var world = await GatewayWorld.StartAsync(options =>
            options with
            {
                Limits = new GatewayLimits { MaxConnections = 8, MaxConnectionsOfThisMachine = 8 },
            }
        );
        var waiting = await WaitAsync(world, 40, beginning);

        (await world.SendAsync(await world.SignedAsync("json"))).Status.ShouldBe(200);

        waiting.Count(client => !client.IsClosed).ShouldBeInRange(0, 8);
        world.Logs.Lines.Count(line => line.Contains("Too many connections", StringComparison.Ordinal)).ShouldBe(1);
        Dispose(waiting);
    }

    [Fact]
    public async Task One_address_has_only_its_share()
    {
        await using var world = await GatewayWorld.StartAsync(options =>
            options with
            {
                Limits = new GatewayLimits { MaxConnections = 100, MaxConnectionsOfThisMachine = 5 },
            }
        );
        var waiting = await WaitAsync(world, 20, "");

        await UntilAsync(() => waiting.Count(client => !client.IsClosed) == 5);

        (await world.SendAsync(await world.SignedAsync("json"))).Status.ShouldBe(200);
        Dispose(waiting);
    }

    [Fact]
    public async Task A_connection_with_a_request_is_not_given_up()
    {
        var came = new TaskCompletionSource();
        var mayEnd = new TaskCompletionSource();
        await using var world = await GatewayWorld.StartAsync(
            options =>
                options with
                {
                    Limits = new GatewayLimits { MaxConnections = 2, MaxConnectionsOfThisMachine = 2 },
                },
            paths: HttpPath.Open("/door", async http =>
            {
                came.SetResult();
                await mayEnd.Task;
                await http.Response.Body.WriteAsync("done"u8.ToArray());
            })
        );
        var asking = world.Http.GetStringAsync(new Uri(world.Address, "/door"), TestContext.Current.CancellationToken);
        await came.Task;

        var waiting = await WaitAsync(world, 10, "");
        await UntilAsync(() => waiting.Count(client => !client.IsClosed) == 1);
        mayEnd.SetResult();

        (await asking).ShouldBe("done");
        Dispose(waiting);
    }

    [Fact]
    public async Task Web_sockets_count_apart()
    {
        await using var world = await GatewayWorld.StartAsync(
            options =>
                options with
                {
                    Limits = new GatewayLimits
                    {
                        MaxConnections = 2,
                        MaxConnectionsOfThisMachine = 2,
                        MaxSockets = 4,
                    },
                },
            paths: HttpPath.Signed("/ws", "ecs:Poll", async (http, _) =>
            {
                using var socket = await http.WebSockets.AcceptWebSocketAsync();
                await socket.ReceiveAsync(new byte[1], http.RequestAborted);
            })
        );
        var sockets = new List<ClientWebSocket>();
        for (var number = 0; number < 4; number++)
            sockets.Add(await OpenSocketAsync(world));

        (await Should.ThrowAsync<WebSocketException>(() => OpenSocketAsync(world))).Message.ShouldContain("503");
        (await world.SendAsync(await world.SignedAsync("json"))).Status.ShouldBe(200);

        sockets[0].Abort();
        ClientWebSocket? another = null;
        await UntilAsync(async () =>
        {
            try
            {
                another = await OpenSocketAsync(world);
                return true;
            }
            catch (WebSocketException)
            {
                return false;
            }
        });
        sockets.ForEach(socket => socket.Dispose());
        another!.Dispose();
    }

    private static async Task<List<RawClient>> WaitAsync(GatewayWorld world, int count, string beginning)
    {
        var clients = new List<RawClient>();
        for (var number = 0; number < count; number++)
        {
            var client = await RawClient.ConnectAsync(world);
            clients.Add(client);
            if (beginning.Length > 0)
                await client.SendAsync(beginning);
        }

        return clients;
    }

    private static async Task<ClientWebSocket> OpenSocketAsync(GatewayWorld world)
    {
        var uri = new UriBuilder(new Uri(world.Address, "/ws")) { Scheme = "ws" }.Uri;
        var client = new ClientWebSocket();
        foreach (
            var (name, value) in new RequestSigner(world.Time).Sign(
                "GET",
                uri,
                new Dictionary<string, string>(),
                [],
                GatewayWorld.Root,
                "eu-west-1",
                "ecs"
            )
        )
            client.Options.SetRequestHeader(name, value);
        await client.ConnectAsync(uri, TestContext.Current.CancellationToken);
        return client;
    }

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var end = DateTime.UtcNow + TimeSpan.FromSeconds(120);
        while (!await condition())
        {
            DateTime.UtcNow.ShouldBeLessThan(end);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private static void Dispose(List<RawClient> clients) => clients.ForEach(client => client.Dispose());
}
