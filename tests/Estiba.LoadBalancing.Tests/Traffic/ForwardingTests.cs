using System.Net;
using System.Text;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Headers;
using Estiba.LoadBalancing.Traffic.Rules;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Estiba.LoadBalancing.Tests.Traffic;

public sealed class ForwardingTests
{
    [Fact]
    public async Task A_target_gets_the_request_as_it_was_sent_and_who_sent_it()
    {
        await using var world = new TrafficWorld();
        await using var target = await EchoAsync();
        await world.ApplyAsync(world.Forwarding(target.Configuration));

        var answer = await world.SendRawAsync(
            "GET /a%2Fb/../c;d?q=%20&r=[1] HTTP/1.1\r\nHost: www.example.com\r\nX-Own: caf\u00e9\r\nx_odd: 1\r\n"
                + "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: gopher\r\n"
                + "Keep-Alive: 5\r\nConnection: close\r\n\r\n"
        );

        answer.ShouldStartWith("HTTP/1.1 200 OK\r\n");
        var lines = answer.Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        lines.ShouldContain("GET /a%2Fb/../c;d?q=%20&r=[1]");
        lines.ShouldContain("Host: www.example.com:8080");
        lines.ShouldContain("X-Own: caf\u00e9");
        lines.ShouldContain("x_odd: 1");
        lines.ShouldContain("X-Forwarded-For: 203.0.113.7, 127.0.0.1");
        lines.ShouldContain("X-Forwarded-Proto: http");
        lines.ShouldContain("X-Forwarded-Port: 8080");
        lines
            .Single(line => line.StartsWith("X-Amzn-Trace-Id: ", StringComparison.Ordinal))
            .ShouldMatch("^X-Amzn-Trace-Id: Root=1-[0-9a-f]{8}-[0-9a-f]{24}$");
        lines.ShouldNotContain("Keep-Alive: 5");
        lines.ShouldContain("Server: target/1");
        var counters = world.Traffic.CountersOfTargetGroup(TrafficWorld.Group)!;
        (counters.RequestCount, counters.TargetResponseCount(2)).ShouldBe((1, 1));
        world.Traffic.CountersOfLoadBalancer(TrafficWorld.LoadBalancer)!.RequestCount.ShouldBe(1);
    }

    [Fact]
    public async Task Attributes_say_what_becomes_of_headers()
    {
        await using var world = new TrafficWorld();
        await using var target = await EchoAsync();
        await world.ApplyAsync(
            world.Forwarding(target.Configuration) with
            {
                Attributes = new LoadBalancerAttributes
                {
                    DropInvalidHeaderFields = true,
                    PreserveHostHeader = true,
                    ForwardClientPort = true,
                },
            }
        );

        var answer = await world.SendRawAsync(
            "GET / HTTP/1.1\r\nHost: www.example.com\r\nx_odd: 1\r\nConnection: close\r\n"
                + "X-Amzn-Trace-Id: Root=1-67891233-abc\r\n\r\n"
        );

        answer.ShouldContain("Host: www.example.com\n");
        answer.ShouldNotContain("x_odd");
        answer.ShouldMatch(@"X-Forwarded-For: 127\.0\.0\.1:\d+\n");
        answer.ShouldMatch("X-Amzn-Trace-Id: Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-67891233-abc\n");
    }

    [Fact]
    public async Task A_rule_rewrites_host_and_url()
    {
        await using var world = new TrafficWorld();
        await using var target = await EchoAsync();
        var forward = new ForwardAction([
            new WeightedTargetGroup(new() { Arn = TrafficWorld.Group, Targets = [target.Configuration] }),
        ]);
        await world.ApplyAsync(
            world.Listener(
                new RuleConfiguration
                {
                    Conditions = [new PathPatternCondition(["/broken"])],
                    Action = forward,
                    UrlRewrite = new RuleRewrite("^/", ""),
                },
                new RuleConfiguration
                {
                    Action = forward,
                    HostHeaderRewrite = new RuleRewrite("^(.+)\\.example\\.com$", "$1.internal"),
                    UrlRewrite = new RuleRewrite("^/dp/([A-Z0-9]+)$", "/product.php?id=$1"),
                }
            )
        );

        var answer = await world.SendRawAsync(
            "GET /dp/B09 HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n"
        );
        answer.ShouldContain("GET /product.php?id=B09\n");
        answer.ShouldContain("Host: www.internal\n");
        (await world.Client.GetAsync(world.Url + "/broken")).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
    }

    [Fact]
    public async Task Rules_answer_and_redirect()
    {
        await using var world = new TrafficWorld();
        await world.ApplyAsync(
            world.Listener(
                new RuleConfiguration
                {
                    Conditions = [new PathPatternCondition(["/fixed"])],
                    Action = new FixedResponseAction(418, "application/json", "{}"),
                },
                new RuleConfiguration
                {
                    Action = new RedirectAction
                    {
                        StatusCode = 301,
                        Protocol = "HTTPS",
                        Port = "443",
                    },
                }
            )
        );

        using var @fixed = await world.Client.GetAsync(world.Url + "/fixed");
        ((int)@fixed.StatusCode).ShouldBe(418);
        (await @fixed.Content.ReadAsStringAsync()).ShouldBe("{}");
        @fixed.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
        @fixed.Headers.Server.ToString().ShouldBe("awselb/2.0");

        var answer = await world.SendRawAsync(
            "GET /a?b=c HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n"
        );
        answer.ShouldStartWith("HTTP/1.1 301 Moved Permanently\r\n");
        answer.ShouldContain("Location: https://www.example.com:443/a?b=c\r\n");
        answer.ShouldContain("Content-Length: 134\r\n");
        answer.ShouldEndWith(
            "<html>\r\n<head><title>301 Moved Permanently</title></head>\r\n<body>\r\n"
                + "<center><h1>301 Moved Permanently</h1></center>\r\n</body>\r\n</html>\r\n"
        );
    }

    [Fact]
    public async Task One_connection_carries_many_requests_until_it_is_too_old()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.SayingAsync("well");
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        var connects = 0;
        var client = world.NewClient(handler =>
            handler.PlaintextStreamFilter = (context, _) =>
            {
                Interlocked.Increment(ref connects);
                return ValueTask.FromResult(context.PlaintextStream);
            }
        );
        for (var request = 0; request < 20; request++)
            (await client.GetStringAsync(world.Url)).ShouldBe("well");
        connects.ShouldBe(1);

        await world.ApplyAsync(
            world.Forwarding(target.Configuration) with
            {
                Attributes = new LoadBalancerAttributes { ClientKeepAlive = TimeSpan.Zero },
            }
        );
        using var last = await client.GetAsync(world.Url);
        last.Headers.ConnectionClose.ShouldBe(true);
        (await client.GetStringAsync(world.Url)).ShouldBe("well");
        connects.ShouldBe(2);
    }

    [Fact]
    public async Task Large_bodies_pass_in_both_directions()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.StartAsync(async http =>
        {
            // A client may send all before it reads.
            using var received = new MemoryStream();
            await http.Request.Body.CopyToAsync(received, http.RequestAborted);
            await http.Response.Body.WriteAsync(received.ToArray(), http.RequestAborted);
        });
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        var body = new byte[1 << 20];
        Random.Shared.NextBytes(body);

        foreach (var chunked in new[] { false, true })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, world.Url);
            request.Content = new ByteArrayContent(body);
            request.Headers.TransferEncodingChunked = chunked;
            using var answer = await world.Client.SendAsync(request);
            (await answer.Content.ReadAsByteArrayAsync()).ShouldBe(body);
        }
    }

    [Fact]
    public async Task A_body_is_passed_on_while_it_comes()
    {
        await using var world = new TrafficWorld();
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await StandInTarget.StartAsync(async http =>
        {
            await http.Response.WriteAsync("first", http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await read.Task.WaitAsync(http.RequestAborted);
            await http.Response.WriteAsync("second", http.RequestAborted);
        });
        await world.ApplyAsync(world.Forwarding(target.Configuration));

        await using var stream = await world.Client.GetStreamAsync(world.Url);
        var buffer = new byte[5];
        await stream.ReadExactlyAsync(buffer);
        Encoding.ASCII.GetString(buffer).ShouldBe("first");
        read.SetResult();
        using var rest = new StreamReader(stream);
        (await rest.ReadToEndAsync()).ShouldBe("second");
    }

    [Fact]
    public async Task A_request_is_passed_on_while_it_comes()
    {
        await using var world = new TrafficWorld();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await StandInTarget.StartAsync(async http =>
        {
            var buffer = new byte[5];
            await http.Request.Body.ReadExactlyAsync(buffer, http.RequestAborted);
            arrived.SetResult();
            using var rest = new StreamReader(http.Request.Body);
            await http.Response.WriteAsync(await rest.ReadToEndAsync(http.RequestAborted), http.RequestAborted);
        });
        await world.ApplyAsync(world.Forwarding(target.Configuration));

        using var answer = await world.Client.PostAsync(
            world.Url,
            new WritingContent(async stream =>
            {
                await stream.WriteAsync("first"u8.ToArray());
                await stream.FlushAsync();
                await arrived.Task.WaitAsync(TrafficWorld.Patience);
                await stream.WriteAsync("second"u8.ToArray());
            })
        );
        (await answer.Content.ReadAsStringAsync()).ShouldBe("second");
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_request_of_the_target()
    {
        await using var world = new TrafficWorld();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await StandInTarget.StartAsync(async http =>
        {
            arrived.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
            }
            finally
            {
                ended.SetResult();
            }
        });
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        using var leaving = new CancellationTokenSource();
        var request = world.Client.GetAsync(world.Url, leaving.Token);
        await arrived.Task.WaitAsync(TrafficWorld.Patience);
        world.Traffic.OutstandingRequests(TrafficWorld.Group)[target.Configuration.EndPoint].ShouldBe(1);
        world.Traffic.HasDrained(TrafficWorld.Group, target.Configuration.EndPoint).ShouldBeFalse();

        await leaving.CancelAsync();

        await ended.Task.WaitAsync(TrafficWorld.Patience);
        await Should.ThrowAsync<OperationCanceledException>(() => request);
        var counters = world.Traffic.CountersOfLoadBalancer(TrafficWorld.LoadBalancer)!;
        await TrafficWorld.UntilAsync(() => counters.ErrorCounts.GetValueOrDefault(460) == 1, "460 is counted");
        world.Traffic.OutstandingRequests(TrafficWorld.Group).ShouldBeEmpty();
    }

    [Fact]
    public async Task Requests_are_shared_by_weight_and_in_turn()
    {
        await using var world = new TrafficWorld();
        await using var first = await StandInTarget.SayingAsync("first");
        await using var second = await StandInTarget.SayingAsync("second");
        await using var unhealthy = await StandInTarget.SayingAsync("unhealthy");
        await using var other = await StandInTarget.SayingAsync("other");
        var group = new TargetGroupConfiguration
        {
            Arn = TrafficWorld.Group,
            Targets = [first.Configuration, second.Configuration, unhealthy.InState(TargetState.Unhealthy)],
        };
        await world.ApplyAsync(
            world.Listener(
                new RuleConfiguration
                {
                    Action = new ForwardAction([
                        new(group, 1),
                        new(new() { Arn = TrafficWorld.Group + "0", Targets = [other.Configuration] }, 0),
                    ]),
                }
            )
        );

        var answers = new List<string>();
        for (var request = 0; request < 10; request++)
            answers.Add(await world.Client.GetStringAsync(world.Url));
        answers.Count(answer => answer == "first").ShouldBe(5);
        answers.Count(answer => answer == "second").ShouldBe(5);
    }

    private static Task<StandInTarget> EchoAsync() =>
        StandInTarget.StartAsync(async http =>
        {
            http.Response.Headers.Server = "target/1";
            var text = new StringBuilder();
            text.Append($"{http.Request.Method} {http.Features.Get<IHttpRequestFeature>()!.RawTarget}\n");
            foreach (var (name, values) in http.Request.Headers)
                text.Append($"{name}: {values}\n");
            await http.Response.Body.WriteAsync(Encoding.Latin1.GetBytes(text.ToString()), http.RequestAborted);
        });

    private sealed class WritingContent(Func<Stream, Task> write) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => write(stream);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
