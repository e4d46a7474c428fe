using System.Net;
using System.Text;
using Estiba.Listeners.Tests;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Headers;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.AspNetCore.Http;

namespace Estiba.LoadBalancing.Tests.Traffic;

/// <summary>"Troubleshoot your Application Load Balancers": what a load balancer says itself.</summary>
public sealed class ErrorTests
{
    [Fact]
    public async Task Without_targets_the_service_is_unavailable()
    {
        await using var world = new TrafficWorld();
        await using var draining = await StandInTarget.SayingAsync("draining");
        await world.ApplyAsync(world.Forwarding(draining.InState(TargetState.Draining)));
        await ExpectAsync(world, HttpStatusCode.ServiceUnavailable, "503 Service Temporarily Unavailable", 162);
    }

    [Theory]
    [InlineData("garbage\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: none\r\nno colon\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Half: ")]
    [InlineData("")]
    public async Task A_target_that_answers_no_http_is_a_bad_gateway(string answer)
    {
        await using var world = new TrafficWorld();
        await using var target = new RawTarget(
            (stream, cancellation) => stream.WriteAsync(Encoding.ASCII.GetBytes(answer), cancellation).AsTask()
        );
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        await ExpectAsync(world, HttpStatusCode.BadGateway, "502 Bad Gateway", 122);
    }

    [Fact]
    public async Task A_target_whose_headers_do_not_end_is_a_bad_gateway()
    {
        await using var world = new TrafficWorld();
        await using var target = new RawTarget(
            async (stream, cancellation) =>
            {
                await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), cancellation);
                for (var number = 0; ; number++)
                    await stream.WriteAsync(
                        Encoding.ASCII.GetBytes($"X-{number}: aaaaaaaaaaaaaaaaaaaaaaaa\r\n"),
                        cancellation
                    );
            }
        );
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        await ExpectAsync(world, HttpStatusCode.BadGateway, "502 Bad Gateway", 122);
    }

    [Fact]
    public async Task A_target_that_never_answers_is_a_gateway_timeout()
    {
        await using var world = new TrafficWorld();
        await using var target = new RawTarget((_, cancellation) => Task.Delay(Timeout.Infinite, cancellation));
        await world.ApplyAsync(
            world.Forwarding(target.Configuration) with
            {
                Attributes = new LoadBalancerAttributes { IdleTimeout = TimeSpan.FromSeconds(1) },
            }
        );
        await ExpectAsync(world, HttpStatusCode.GatewayTimeout, "504 Gateway Time-out", 132);
    }

    [Fact]
    public async Task A_target_that_closes_in_the_middle_of_a_body_cuts_the_answer_off()
    {
        await using var world = new TrafficWorld();
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = new RawTarget(
            async (stream, cancellation) =>
            {
                await stream.WriteAsync(
                    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfirst ten."u8.ToArray(),
                    cancellation
                );
                await read.Task.WaitAsync(cancellation);
            }
        );
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        using var answer = await world.Client.GetAsync(world.Url, HttpCompletionOption.ResponseHeadersRead);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var body = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[10];
        await body.ReadExactlyAsync(buffer);
        // A connection that is reset may lose what its client has not read yet.
        read.SetResult();
        await Should.ThrowAsync<IOException>(async () => await body.ReadExactlyAsync(buffer));
        var counters = world.Traffic.CountersOfLoadBalancer(TrafficWorld.LoadBalancer)!;
        await TrafficWorld.UntilAsync(() => counters.ErrorCounts.GetValueOrDefault(502) == 1, "502 is counted");
    }

    [Fact]
    public async Task A_target_that_cannot_be_reached_is_passed_over_by_requests_that_may_be_repeated()
    {
        await using var world = new TrafficWorld();
        await using var well = await StandInTarget.SayingAsync("well");
        using var unreachable = new UnreachableTarget();
        await world.ApplyAsync(world.Forwarding(unreachable.Configuration, well.Configuration));
        for (var request = 0; request < 6; request++)
            (await world.Client.GetStringAsync(world.Url)).ShouldBe("well");
        world.Traffic.CountersOfTargetGroup(TrafficWorld.Group)!.TargetConnectionErrorCount.ShouldBe(3);

        var statuses = new List<HttpStatusCode>();
        for (var request = 0; request < 2; request++)
        {
            using var answer = await world.Client.PostAsync(world.Url, new StringContent("order"));
            statuses.Add(answer.StatusCode);
        }
        statuses.ShouldBe([HttpStatusCode.OK, HttpStatusCode.BadGateway], ignoreOrder: true);
    }

    [Fact]
    public async Task A_target_that_accepts_no_connection_is_passed_over_and_alone_a_gateway_timeout()
    {
        await using var world = new TrafficWorld();
        await using var well = await StandInTarget.SayingAsync("well");
        using var server = new SilentServer();
        var silent = new TargetConfiguration(IPAddress.Loopback, server.EndPoint.Port, TargetState.Healthy);
        await world.ApplyAsync(world.Forwarding(silent, well.Configuration));
        for (var request = 0; request < 2; request++)
            (await world.Client.GetStringAsync(world.Url)).ShouldBe("well");
        world.Traffic.CountersOfTargetGroup(TrafficWorld.Group)!.TargetConnectionErrorCount.ShouldBe(1);

        await world.ApplyAsync(world.Forwarding(silent));
        await ExpectAsync(world, HttpStatusCode.GatewayTimeout, "504 Gateway Time-out", 132);
        world.Traffic.CountersOfTargetGroup(TrafficWorld.Group)!.TargetConnectionErrorCount.ShouldBe(2);
    }

    [Fact]
    public async Task A_target_that_is_gone_before_anything_of_its_body_came_is_passed_over()
    {
        await using var world = new TrafficWorld();
        await using var well = await StandInTarget.SayingAsync("well");
        await using var gone = new RawTarget(
            async (stream, cancellation) =>
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"u8.ToArray(), cancellation)
        );
        await world.ApplyAsync(world.Forwarding(gone.Configuration, well.Configuration));
        for (var request = 0; request < 6; request++)
            (await world.Client.GetStringAsync(world.Url)).ShouldBe("well");
    }

    [Fact]
    public async Task A_target_that_is_gone_before_it_answers_is_passed_over_by_requests_that_only_read()
    {
        await using var world = new TrafficWorld();
        await using var well = await StandInTarget.SayingAsync("well");
        await using var gone = new RawTarget((_, _) => Task.CompletedTask);
        await world.ApplyAsync(world.Forwarding(gone.Configuration, well.Configuration));
        for (var request = 0; request < 6; request++)
            (await world.Client.GetStringAsync(world.Url)).ShouldBe("well");

        var statuses = new List<HttpStatusCode>();
        for (var request = 0; request < 2; request++)
        {
            using var answer = await world.Client.PutAsync(world.Url, new StringContent("order"));
            statuses.Add(answer.StatusCode);
        }
        statuses.ShouldBe([HttpStatusCode.OK, HttpStatusCode.BadGateway], ignoreOrder: true);
    }

    [Fact]
    public async Task Without_any_target_that_can_be_reached_the_gateway_is_bad()
    {
        await using var world = new TrafficWorld();
        using var first = new UnreachableTarget();
        using var second = new UnreachableTarget();
        await world.ApplyAsync(world.Forwarding(first.Configuration, second.Configuration));
        await ExpectAsync(world, HttpStatusCode.BadGateway, "502 Bad Gateway", 122);
    }

    [Theory]
    [InlineData("GET /{0} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 17_000, "414 Request-URI Too Large")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: {0}\r\n\r\n", 17_000, "400 Bad Request")]
    [InlineData("TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: {0}\r\n\r\n", 1, "405 Not Allowed")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: {0}\r\n\r\n", 1, "400 Bad Request")]
    public async Task What_is_too_long_or_not_for_a_load_balancer_is_refused(string request, int length, string status)
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.SayingAsync("well");
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        var answer = await world.SendRawAsync(
            request.Replace("{0}", new string('a', length), StringComparison.Ordinal)
        );
        answer.ShouldStartWith($"HTTP/1.1 {status}\r\n");
        answer.ShouldContain("Server: awselb/2.0\r\n");
        answer.ShouldContain($"<center><h1>{status}</h1></center>");
    }

    [Fact]
    public async Task Too_many_addresses_in_x_forwarded_for_are_refused()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.SayingAsync("well");
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        using var request = new HttpRequestMessage(HttpMethod.Get, world.Url);
        request.Headers.Add("X-Forwarded-For", string.Join(", ", Enumerable.Repeat("192.0.2.1", 31)));
        using var answer = await world.Client.SendAsync(request);
        ((int)answer.StatusCode).ShouldBe(463);
        world
            .Traffic.CountersOfLoadBalancer(TrafficWorld.LoadBalancer)!
            .ErrorCounts.ShouldBe(new Dictionary<int, long> { [463] = 1 });
    }

    [Theory]
    [InlineData(DesyncMitigationMode.Monitor, "HTTP/1.1 200 OK")]
    [InlineData(DesyncMitigationMode.Defensive, "HTTP/1.1 200 OK")]
    [InlineData(DesyncMitigationMode.Strictest, "HTTP/1.1 400 Bad Request")]
    public async Task A_request_with_two_lengths_is_treated_by_the_mode(DesyncMitigationMode mode, string status)
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.StartAsync(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            await http.Response.WriteAsync(
                $"{http.Request.Headers.ContentLength} {await reader.ReadToEndAsync(http.RequestAborted)}",
                http.RequestAborted
            );
        });
        await world.ApplyAsync(
            world.Forwarding(target.Configuration) with
            {
                Attributes = new LoadBalancerAttributes { DesyncMitigation = mode },
            }
        );
        var answer = await world.SendRawAsync(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2\r\nab\r\n0\r\n\r\n"
                + (
                    mode == DesyncMitigationMode.Defensive
                        ? ""
                        : "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                )
        );
        answer.ShouldStartWith(status);
    }

    private static async Task ExpectAsync(TrafficWorld world, HttpStatusCode status, string title, int length)
    {
        using var answer = await world.Client.GetAsync(world.Url);
        answer.StatusCode.ShouldBe(status);
        answer.ReasonPhrase.ShouldBe(title[4..]);
        answer.Headers.Server.ToString().ShouldBe("awselb/2.0");
        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/html");
        answer.Content.Headers.ContentLength.ShouldBe(length);
        (await answer.Content.ReadAsStringAsync()).ShouldContain($"<center><h1>{title}</h1></center>");
        world
            .Traffic.CountersOfLoadBalancer(TrafficWorld.LoadBalancer)!
            .ErrorCounts.ShouldBe(new Dictionary<int, long> { [(int)status] = 1 });
    }
}
