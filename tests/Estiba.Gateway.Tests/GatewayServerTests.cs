using System.Net;
using System.Net.Sockets;
using Estiba.Hosting.Http;
using Estiba.Listeners.Tests;
using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway.Tests;

public sealed class GatewayServerTests
{
    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = (IPEndPoint)other.LocalEndpoint;

        (
            await Should.ThrowAsync<IOException>(() =>
                GatewayWorld.StartAsync(options => options with { EndPoints = [taken] })
            )
        ).Message.ShouldBe($"Something else listens on {taken} already. Stop it, or choose another port with --port.");
    }

    [Fact]
    public async Task Several_addresses_are_listened_on()
    {
        await using var world = await GatewayWorld.StartAsync(options =>
            options with
            {
                EndPoints = [new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.Parse("127.66.0.7"), 0)],
            }
        );

        world
            .EndPoints.Select(endPoint => endPoint.Address.ToString())
            .ShouldBe(["127.0.0.1", "127.66.0.7"], ignoreOrder: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_containers_reach_it_only_those_get_an_answer_who_are_admitted(bool admitted)
    {
        await using var world = await GatewayWorld.StartAsync();
        var place = new IPEndPoint(IPAddress.Parse("127.66.0.8"), FreePort.Take());
        await world.ListenForContainersAsync(place, remote => admitted && IPAddress.IsLoopback(remote));

        var asking = world.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{place}/_estiba/health")));

        if (admitted)
            (await asking).Status.ShouldBe(200);
        else
            await Should.ThrowAsync<HttpRequestException>(asking);
    }

    [Fact]
    public async Task A_gateway_that_checks_nobody_does_not_listen_for_containers()
    {
        await using var world = await GatewayWorld.StartAsync(options => options with { AnyCredentials = true });

        await Should.ThrowAsync<InvalidOperationException>(() =>
            world.ListenForContainersAsync(new IPEndPoint(IPAddress.Loopback, FreePort.Take()), _ => true)
        );
    }

    [Fact]
    public async Task A_running_request_ends_before_the_gateway_does()
    {
        var started = new TaskCompletionSource();
        var mayEnd = new TaskCompletionSource();
        await using var world = await GatewayWorld.StartAsync(paths: HttpPath.Open("/v2", async http =>
            {
                started.SetResult();
                await mayEnd.Task;
                await http.Response.WriteAsync("done");
            }));

        var answering = world.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(world.Address, "/v2/")));
        await started.Task;
        var stopping = world.StopAsync();
        mayEnd.SetResult();

        (await answering).Body.ShouldBe("done");
        await stopping;
    }

    [Fact]
    public async Task A_request_that_does_not_end_is_cancelled_after_the_grace()
    {
        var started = new TaskCompletionSource();
        await using var world = await GatewayWorld.StartAsync(
            options => options with { Limits = new GatewayLimits { ShutdownGrace = TimeSpan.FromMilliseconds(50) } },
            paths: HttpPath.Open("/v2", async http =>
            {
                started.SetResult();
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
            })
        );

        var answering = world.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(world.Address, "/v2/")));
        await started.Task;
        await world.StopAsync();

        await Should.ThrowAsync<HttpRequestException>(answering);
    }
}
