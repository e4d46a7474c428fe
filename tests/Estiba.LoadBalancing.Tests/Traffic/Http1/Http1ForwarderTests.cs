using System.Net;
using System.Net.Sockets;
using System.Text;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Rules;
using Estiba.LoadBalancing.Traffic.Targets;

namespace Estiba.LoadBalancing.Tests.Traffic.Http1;

/// <summary>What becomes of the answers of targets, however they are framed, cut and broken.</summary>
public sealed class Http1ForwarderTests
{
    public static TheoryData<string, int, string> Answers =>
        new()
        {
            { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello" },
            { "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", 200, "hello" },
            { "HTTP/1.1 200 OK\r\ncontent-length:5 \r\nX: \t a b\t\r\n\r\nhello", 200, "hello" },
            { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 200, "hello" },
            { "HTTP/1.1 200 OK\r\n\r\nuntil the end", 200, "until the end" },
            { "HTTP/1.0 200 OK\r\n\r\nold", 200, "old" },
            { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 200, "hello" },
            {
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=\"b\"\r\nhe\r\n03\r\nllo\r\n0\r\nT: x\r\n\r\n",
                200,
                "hello"
            },
            {
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED\r\nContent-Length: 3\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n",
                200,
                "0123456789"
            },
            {
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
                201,
                ""
            },
            { "HTTP/1.1 204 No Content\r\n\r\n", 204, "" },
            { "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n", 304, "" },
            { "HTTP/1.1 599 Own Words\r\nContent-Length: 1\r\n\r\nx", 599, "x" },
        };

    public static TheoryData<string> Broken =>
        [
            "HTTP/1.1 20 OK\r\n\r\n",
            "HTTP/1.1 2000 OK\r\n\r\n",
            "HTTP/1.1 099 OK\r\n\r\n",
            "HTTP/2.0 200 OK\r\n\r\n",
            "HTTP/1.1  200 OK\r\n\r\n",
            "http/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX : x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: a\nY: b\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\nx",
            "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Le",
            "HTTP/1.1 100 Continue\r\n\r\n",
        ];

    public static TheoryData<string> BrokenBodies =>
        [
            "Content-Length: 10\r\n\r\nshort",
            "Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
            "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloworld\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nxyz\r\n",
            "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n-1\r\n",
            "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nFFFFFFFFFFFFFFFFF\r\n",
            "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
        ];

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_arrives_whole_however_it_is_framed_and_cut(string answer, int status, string body)
    {
        await using var world = new TrafficWorld();
        var pause = 0;
        await using var target = new RawTarget(
            async (stream, cancellation) =>
            {
                var bytes = Encoding.Latin1.GetBytes(answer);
                if (pause < bytes.Length)
                    await stream.WriteAsync(bytes.AsMemory(0, pause), cancellation);
                // Long enough that the next part is likely to come by itself; the result must be the same anyhow.
                await Task.Delay(5, cancellation);
                await stream.WriteAsync(bytes.AsMemory(Math.Min(pause, bytes.Length)), cancellation);
            }
        );
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        for (; pause < answer.Length; pause += 7)
        {
            using var got = await world.Client.GetAsync(world.Url);
            ((int)got.StatusCode).ShouldBe(status, $"cut at {pause}");
            (await got.Content.ReadAsStringAsync()).ShouldBe(body, $"cut at {pause}");
        }
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task What_is_no_answer_is_a_bad_gateway(string answer)
    {
        await using var world = new TrafficWorld();
        await using var target = Saying(answer);
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        using var got = await world.Client.GetAsync(world.Url);
        got.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        got.Headers.Server.ToString().ShouldBe("awselb/2.0");
        got.Headers.Contains("X").ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(BrokenBodies))]
    public async Task A_body_that_breaks_is_never_taken_for_a_whole_one(string rest)
    {
        await using var world = new TrafficWorld();
        await using var target = Saying("HTTP/1.1 200 OK\r\n" + rest);
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        // Whether the client sees the answer cut off, or a bad gateway because none of it was sent yet, is left open.
        var whole = false;
        try
        {
            using var got = await world.Client.GetAsync(world.Url);
            whole = got.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            // Cut off.
        }
        whole.ShouldBeFalse();
    }

    [Fact]
    public async Task The_answer_to_HEAD_has_no_body_whatever_length_it_tells()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.StartAsync(http =>
        {
            http.Response.ContentLength = 1234;
            return Task.CompletedTask;
        });
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        for (var time = 0; time < 3; time++)
        {
            using var got = await world.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, world.Url));
            (got.StatusCode, got.Content.Headers.ContentLength).ShouldBe((HttpStatusCode.OK, 1234));
        }
    }

    [Fact]
    public async Task A_connection_serves_one_request_after_the_other()
    {
        await using var world = new TrafficWorld();
        var ports = new HashSet<int>();
        await using var target = await StandInTarget.StartAsync(async http =>
        {
            lock (ports)
                ports.Add(http.Connection.RemotePort);
            using var reader = new StreamReader(http.Request.Body);
            await http.Response.Body.WriteAsync(
                Encoding.UTF8.GetBytes(await reader.ReadToEndAsync(http.RequestAborted)),
                http.RequestAborted
            );
        });
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        for (var time = 0; time < 20; time++)
        {
            using var posted = await world.Client.PostAsync(world.Url, new StringContent($"order {time}"));
            (await posted.Content.ReadAsStringAsync()).ShouldBe($"order {time}");
        }
        ports.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_that_the_target_closed_meanwhile_costs_no_request()
    {
        await using var world = new TrafficWorld();
        var asked = 0;
        await using var target = new RawTarget(
            async (stream, cancellation) =>
            {
                Interlocked.Increment(ref asked);
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), cancellation);
            }
        );
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        for (var time = 0; time < 30; time++)
            (await world.Client.GetStringAsync(world.Url)).ShouldBe("ok");
        asked.ShouldBe(30);
    }

    [Fact]
    public async Task An_order_is_never_placed_twice()
    {
        await using var world = new TrafficWorld();
        var asked = 0;
        await using var target = new RawTarget(
            (_, _) =>
            {
                Interlocked.Increment(ref asked);
                return Task.CompletedTask;
            }
        );
        await world.ApplyAsync(world.Forwarding(target.Configuration, target.Configuration));
        using var answer = await world.Client.PostAsync(world.Url, new StringContent("order"));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        asked.ShouldBe(1);
    }

    [Fact]
    public async Task A_target_may_answer_before_it_has_read_the_request()
    {
        await using var world = new TrafficWorld();
        await using var target = new RawTarget(
            async (stream, cancellation) =>
            {
                await stream.WriteAsync(
                    "HTTP/1.1 413 Payload Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno!"u8.ToArray(),
                    cancellation
                );
                // What is unread when a connection is closed resets it, and may take the answer along.
                await Task.Delay(Timeout.Infinite, cancellation);
            }
        );
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        (
            await AnswerAsync(world, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nbegin", "no!")
        ).ShouldStartWith("HTTP/1.1 413 Payload Too Large\r\n");
    }

    [Theory]
    [InlineData("Content-Length: 11\r\n\r\nhello world", "11 hello world")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5;x\r\nworld\r\n0\r\n\r\n", " hello world")]
    [InlineData("Content-Length: 0\r\n\r\n", "0 ")]
    public async Task A_body_arrives_at_the_target_as_it_was_framed(string rest, string expected)
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.StartAsync(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var text = $"{http.Request.ContentLength} {await reader.ReadToEndAsync(http.RequestAborted)}";
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), http.RequestAborted);
        });
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        var answer = await world.SendRawAsync("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + rest);
        answer.ShouldContain(expected);
    }

    [Fact]
    public async Task Large_bodies_pass_both_ways()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.StartAsync(http =>
            http.Request.Body.CopyToAsync(http.Response.Body, http.RequestAborted)
        );
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        var sent = new byte[8 << 20];
        Random.Shared.NextBytes(sent);
        using var answer = await world.Client.PostAsync(world.Url, new ByteArrayContent(sent));
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBe(sent);
    }

    [Fact]
    public async Task A_client_that_expects_to_be_asked_for_its_body_is_asked()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.StartAsync(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var text = await reader.ReadToEndAsync(http.RequestAborted);
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes("got " + text), http.RequestAborted);
        });
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        using var request = new HttpRequestMessage(HttpMethod.Post, world.Url) { Content = new StringContent("it") };
        request.Headers.ExpectContinue = true;
        using var answer = await world.Client.SendAsync(request);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("got it");
    }

    [Fact]
    public async Task A_client_that_does_not_send_its_body_is_told_in_time()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.StartAsync(http =>
            http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted)
        );
        await world.ApplyAsync(
            world.Forwarding(target.Configuration) with
            {
                Attributes = new LoadBalancerAttributes { IdleTimeout = TimeSpan.FromSeconds(1) },
            }
        );
        (
            await AnswerAsync(world, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf", "</html>\r\n")
        ).ShouldStartWith("HTTP/1.1 408 ");
    }

    [Fact]
    public async Task Parts_of_an_answer_arrive_as_they_come()
    {
        await using var world = new TrafficWorld();
        var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = new RawTarget(
            async (stream, cancellation) =>
            {
                await stream.WriteAsync(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"u8.ToArray(),
                    cancellation
                );
                await next.Task.WaitAsync(cancellation);
                await stream.WriteAsync("4\r\nlast\r\n0\r\n\r\n"u8.ToArray(), cancellation);
            }
        );
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        using var answer = await world.Client.GetAsync(world.Url, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        var first = new byte[5];
        await body.ReadExactlyAsync(first);
        Encoding.ASCII.GetString(first).ShouldBe("first");
        next.SetResult();
        using var reader = new StreamReader(body);
        (await reader.ReadToEndAsync()).ShouldBe("last");
    }

    [Fact]
    public async Task A_target_is_left_alone_when_its_client_is_gone()
    {
        await using var world = new TrafficWorld();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = new RawTarget(
            async (stream, cancellation) =>
            {
                asked.SetResult();
                try
                {
                    (await stream.ReadAsync(new byte[1], cancellation)).ShouldBe(0);
                }
                catch (IOException)
                {
                    // Reset, which is as good.
                }
                left.SetResult();
            }
        );
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(world.Address, TrafficWorld.Port);
            await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
            await asked.Task.WaitAsync(TrafficWorld.Patience);
        }
        await left.Task.WaitAsync(TrafficWorld.Patience);
    }

    /// <summary>Sends a request as it is written, and reads until an answer ends as it should.</summary>
    private static async Task<string> AnswerAsync(TrafficWorld world, string request, string end)
    {
        using var limit = new CancellationTokenSource(TrafficWorld.Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(world.Address, TrafficWorld.Port, limit.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), limit.Token);
        var buffer = new byte[4096];
        var answer = "";
        while (!answer.EndsWith(end, StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer, limit.Token);
            count.ShouldBeGreaterThan(0);
            answer += Encoding.Latin1.GetString(buffer, 0, count);
        }
        return answer;
    }

    private static RawTarget Saying(string answer) =>
        new((stream, cancellation) => stream.WriteAsync(Encoding.Latin1.GetBytes(answer), cancellation).AsTask());
}
