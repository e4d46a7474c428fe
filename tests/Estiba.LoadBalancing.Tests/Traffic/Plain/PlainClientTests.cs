using System.Net.Sockets;
using System.Text;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Rules;
using Microsoft.AspNetCore.Http;

namespace Estiba.LoadBalancing.Tests.Traffic.Plain;

/// <summary>What event loops do for clients, slow ones and strange ones among them.</summary>
public sealed class PlainClientTests
{
    private const int Long = 24 << 20;
    private static readonly TimeSpan Patience = TrafficWorld.Patience;

    [Fact]
    public async Task A_client_that_reads_slowly_gets_all_and_holds_up_nobody()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.StartAsync(async http =>
        {
            if (http.Request.Path != "/long")
            {
                await http.Response.WriteAsync("well", http.RequestAborted);
                return;
            }
            if (http.Request.Query.ContainsKey("sized"))
                http.Response.ContentLength = Long;
            var piece = new byte[64 << 10];
            for (var sent = 0; sent < Long; sent += piece.Length)
            {
                piece.AsSpan().Fill((byte)(sent / piece.Length));
                await http.Response.Body.WriteAsync(piece, http.RequestAborted);
            }
        });
        await world.ApplyAsync(world.Forwarding(target.Configuration));

        foreach (var query in new[] { "sized", "chunked" })
        {
            await using var slow = await world.Client.GetStreamAsync($"{world.Url}/long?{query}");
            for (var request = 0; request < 20; request++)
                (await world.Client.GetStringAsync(world.Url)).ShouldBe("well");
            var received = new byte[Long];
            await slow.ReadExactlyAsync(received).AsTask().WaitAsync(Patience);
            for (var at = 0; at < Long; at += 1 << 10)
                received[at].ShouldBe((byte)(at >> 16));
            (await slow.ReadAsync(received)).ShouldBe(0);
        }
    }

    [Fact]
    public async Task A_target_that_reads_slowly_gets_all()
    {
        await using var world = new TrafficWorld();
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await StandInTarget.StartAsync(async http =>
        {
            await go.Task.WaitAsync(http.RequestAborted);
            using var received = new MemoryStream();
            await http.Request.Body.CopyToAsync(received, http.RequestAborted);
            var isRight = received.ToArray().Select((value, at) => value == (byte)(at >> 10)).All(its => its);
            await http.Response.WriteAsync($"{received.Length} {isRight}", http.RequestAborted);
        });
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        var body = new byte[Long];
        for (var at = 0; at < Long; at++)
            body[at] = (byte)(at >> 10);

        var sending = world.Client.PostAsync(world.Url, new ByteArrayContent(body));
        await Task.Delay(100);
        go.SetResult();

        using var answer = await sending;
        (await answer.Content.ReadAsStringAsync()).ShouldBe($"{Long} True");
    }

    [Fact]
    public async Task A_header_that_was_sent_several_times_is_passed_on_so()
    {
        await using var world = new TrafficWorld();
        await using var target = new RawTarget(
            (stream, cancellation) =>
                stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), cancellation).AsTask()
        );
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        await world.SendRawAsync("GET / HTTP/1.1\r\nHost: a\r\nX-One: 1\r\nx-one: 2\r\nConnection: close\r\n\r\n");
        target.Head.ShouldContain("\r\nX-One: 1\r\nx-one: 2\r\n");
    }

    [Fact]
    public async Task A_connection_without_a_request_and_one_with_half_a_request_meet_the_idle_timeout()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.SayingAsync("well");
        await world.ApplyAsync(
            world.Forwarding(target.Configuration) with
            {
                Attributes = new LoadBalancerAttributes { IdleTimeout = TimeSpan.FromSeconds(1) },
            }
        );

        (await world.SendRawAsync("")).ShouldBe("");
        (await world.SendRawAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).ShouldContain("\r\nwell\r\n");
        (await world.SendRawAsync("GET / HTTP/1.1\r\nHost: a\r\nX-Half: ")).ShouldStartWith("HTTP/1.1 408 ");
    }

    [Fact]
    public async Task One_connection_carries_ordinary_requests_and_others()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.StartAsync(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            await http.Response.WriteAsync($"({http.Request.Path} {await reader.ReadToEndAsync()})");
        });
        await world.ApplyAsync(
            world.Listener(
                new RuleConfiguration
                {
                    Conditions = [new PathPatternCondition(["/fixed"])],
                    Action = new FixedResponseAction(200, "text/plain", "(fixed)"),
                },
                new RuleConfiguration
                {
                    Action = new ForwardAction([
                        new(new() { Arn = TrafficWorld.Group, Targets = [target.Configuration] }),
                    ]),
                }
            )
        );
        using var limit = new CancellationTokenSource(Patience);
        using var connection = new TcpClient();
        await connection.ConnectAsync(world.Address, TrafficWorld.Port, limit.Token);
        var stream = connection.GetStream();
        foreach (
            var (request, answer) in new[]
            {
                ("GET /a HTTP/1.1\r\nHost: a\r\n\r\n", "(/a )"),
                ("POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi", "(/b hi)"),
                ("GET /fixed HTTP/1.1\r\nHost: a\r\n\r\n", "(fixed)"),
                ("POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nho\r\n0\r\n\r\n", "(/c ho)"),
                ("GET /d HTTP/1.1\r\nHost: a\r\n\r\n", "(/d )"),
            }
        )
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request), limit.Token);
            var said = "";
            var buffer = new byte[4096];
            while (!said.Contains(')'))
            {
                var count = await stream.ReadAsync(buffer, limit.Token);
                count.ShouldBeGreaterThan(0);
                said += Encoding.ASCII.GetString(buffer, 0, count);
            }
            said.ShouldContain(answer);
        }
        var counters = world.Traffic.CountersOfLoadBalancer(TrafficWorld.LoadBalancer)!;
        (counters.RequestCount, counters.Connections.Opened).ShouldBe((5, 1));
    }

    [Fact]
    public async Task An_answer_that_comes_before_the_end_of_its_request_leaves_the_connection_usable()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.StartAsync(http =>
        {
            http.Response.StatusCode = http.Request.Method == "POST" ? 413 : 200;
            return Task.CompletedTask;
        });
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        using var limit = new CancellationTokenSource(Patience);
        using var connection = new TcpClient();
        await connection.ConnectAsync(world.Address, TrafficWorld.Port, limit.Token);
        var stream = connection.GetStream();
        var buffer = new byte[4096];
        await stream.WriteAsync(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nthe first of many"u8.ToArray(),
            limit.Token
        );
        var count = await stream.ReadAsync(buffer, limit.Token);
        Encoding.ASCII.GetString(buffer, 0, count).ShouldStartWith("HTTP/1.1 413 ");

        await stream.WriteAsync(new byte[100_000 - "the first of many".Length], limit.Token);
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), limit.Token);

        count = await stream.ReadAsync(buffer, limit.Token);
        Encoding.ASCII.GetString(buffer, 0, count).ShouldStartWith("HTTP/1.1 200 OK\r\n");
    }
}
