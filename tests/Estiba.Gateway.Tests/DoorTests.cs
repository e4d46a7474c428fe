using System.Net.WebSockets;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Hosting.Http;
using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway.Tests;

public sealed class DoorTests
{
    [Theory]
    [InlineData("/v2")]
    [InlineData("/v2/")]
    [InlineData("/v2/name/blobs/uploads/")]
    public async Task An_open_door_answers_everything_beneath_its_path(string path)
    {
        await using var world = await GatewayWorld.StartAsync(
            paths: HttpPath.Open("/v2", http => http.Response.WriteAsync("registry " + http.Request.Path))
        );

        (await world.SendAsync(Get(world, path))).Body.ShouldBe("registry " + path);
    }

    [Theory]
    [InlineData("/v2x")]
    [InlineData("/other")]
    [InlineData("/_estiba")]
    public async Task There_is_nothing_beside_the_doors(string path)
    {
        await using var world = await GatewayWorld.StartAsync(paths: HttpPath.Open("/v2", _ => Task.CompletedTask));

        (await world.SendAsync(Get(world, path))).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_door_takes_bodies_of_any_size()
    {
        await using var world = await GatewayWorld.StartAsync(
            options => options with { Limits = new GatewayLimits { MaxRequestBytes = 10 } },
            paths: HttpPath.Open("/v2", async http =>
            {
                var body = new MemoryStream();
                await http.Request.Body.CopyToAsync(body);
                await http.Response.WriteAsync(body.Length.ToString());
            })
        );
        var request = new HttpRequestMessage(HttpMethod.Put, new Uri(world.Address, "/v2/"))
        {
            Content = new ByteArrayContent(new byte[5_000_000]),
        };

        (await world.SendAsync(request)).Body.ShouldBe("5000000");
    }

    [Fact]
    public async Task A_door_that_fails_is_answered_without_details()
    {
        await using var world = await GatewayWorld.StartAsync(
            paths: HttpPath.Open("/v2", _ => throw new InvalidOperationException("secret detail"))
        );

        var answer = await world.SendAsync(Get(world, "/v2/"));

        (answer.Status, answer.Code, answer.Body.Contains("secret", StringComparison.Ordinal)).ShouldBe(
            (500, "ServerException", false)
        );
    }

    [Fact]
    public async Task A_signed_door_knows_its_caller()
    {
        await using var world = await GatewayWorld.StartAsync(
            paths: HttpPath.Signed("/ws", "ecs:Poll", (http, caller) => http.Response.WriteAsync(caller.AccountId))
        );

        (await world.SendAsync(await world.SignAsync(Get(world, "/ws?a=b"), "ecs"))).Body.ShouldBe(
            GatewayWorld.Account
        );
    }

    [Fact]
    public async Task A_signed_door_is_shut_to_everybody_else()
    {
        await using var world = await GatewayWorld.StartAsync(
            paths: HttpPath.Signed("/ws", "ecs:Poll", (_, _) => Task.CompletedTask)
        );

        var answer = await world.SendAsync(Get(world, "/ws"));

        (answer.Status, answer.Code).ShouldBe((400, "MissingAuthenticationTokenException"));
    }

    [Theory]
    [InlineData("ecs:Poll", 200)]
    [InlineData("ecs:StartTelemetrySession", 400)]
    public async Task A_key_that_is_good_for_some_actions_opens_only_their_doors(string action, int status)
    {
        await using var world = await GatewayWorld.StartAsync(
            paths: HttpPath.Signed("/ws", action, (_, _) => Task.CompletedTask)
        );

        var answer = await world.SendAsync(await world.SignAsync(Get(world, "/ws"), "ecs", GatewayWorld.Host));

        answer.Status.ShouldBe(status);
        if (status != 200)
            answer.Code.ShouldBe("AccessDeniedException");
    }

    [Fact]
    public async Task A_web_socket_that_is_signed_is_accepted_in_a_door()
    {
        await using var world = await GatewayWorld.StartAsync(
            paths: HttpPath.Signed("/ws", "ecs:Poll", async (http, caller) =>
            {
                using var socket = await http.WebSockets.AcceptWebSocketAsync();
                await socket.SendAsync(
                    Encoding.UTF8.GetBytes(caller.Region),
                    WebSocketMessageType.Text,
                    endOfMessage: true,
                    http.RequestAborted
                );
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, http.RequestAborted);
            })
        );
        var uri = new UriBuilder(new Uri(world.Address, "/ws?clusterArn=arn%3Aaws&seqNum=1")) { Scheme = "ws" }.Uri;
        using var client = new ClientWebSocket();
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
        var buffer = new byte[100];
        var received = await client.ReceiveAsync(buffer, TestContext.Current.CancellationToken);

        Encoding.UTF8.GetString(buffer, 0, received.Count).ShouldBe("eu-west-1");
    }

    [Fact]
    public async Task The_health_is_told_to_everybody()
    {
        await using var world = await GatewayWorld.StartAsync();

        (await world.SendAsync(Get(world, "/_estiba/health"))).Body.ShouldBe(
            """{"status":"ok","version":"1.2.3","checks":[]}""" + "\n"
        );
    }

    [Fact]
    public async Task The_front_page_says_what_this_is()
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(Get(world, "/"));

        (answer.ContentType, answer.Body[..12]).ShouldBe(("text/plain; charset=utf-8", "Estiba 1.2.3"));
    }

    [Fact]
    public async Task No_answer_tells_which_server_it_is()
    {
        await using var world = await GatewayWorld.StartAsync();

        (await world.SendAsync(Get(world, "/"))).Headers.ShouldNotContain("Server");
    }

    private static HttpRequestMessage Get(GatewayWorld world, string path) =>
        new(HttpMethod.Get, new Uri(world.Address, path));
}
