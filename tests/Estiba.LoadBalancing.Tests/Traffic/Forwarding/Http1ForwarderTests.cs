using System.Net;
using System.Net.Sockets;
using System.Text;
using Estiba.LoadBalancing.Traffic;

namespace Estiba.LoadBalancing.Tests.Traffic.Forwarding;

/// <summary>Targets that answer as HTTP/1.1 allows, and as it does not.</summary>
public sealed class Http1ForwarderTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody", "body")]
    [InlineData(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nbo\r\n2\r\ndy\r\n0\r\nX-T: 1\r\n\r\n",
        "body"
    )]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nbody", "body")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nbody", "body")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\nbody", "body")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody and more than it has said", "body")]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n", "")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "")]
    public async Task An_answer_comes_through_however_it_is_framed(string answer, string body)
    {
        await using var world = new TrafficWorld();
        await using var target = Saying(answer);
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        (await world.Client.GetStringAsync(world.Url)).ShouldBe(body);
        (await world.Client.GetStringAsync(world.Url)).ShouldBe(body);
    }

    [Theory]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nbody")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nbody")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    public async Task An_answer_that_cannot_be_understood_is_a_bad_gateway(string answer)
    {
        await using var world = new TrafficWorld();
        await using var target = Saying(answer);
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        using var got = await world.Client.GetAsync(world.Url);
        got.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        got.Headers.Server.ToString().ShouldBe("awselb/2.0");
    }

    [Theory]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("X: y\r\n")]
    [InlineData("\0")]
    public async Task An_answer_without_end_is_a_bad_gateway(string repeated)
    {
        await using var world = new TrafficWorld();
        var piece = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(repeated, 100)));
        await using var target = new RawTarget(
            async (stream, cancellation) =>
            {
                await stream.WriteAsync("HTTP/1.1 100 Continue\r\n"u8.ToArray(), cancellation);
                if (repeated[0] == 'H')
                    await stream.WriteAsync("\r\n"u8.ToArray(), cancellation);
                while (true)
                    await stream.WriteAsync(piece, cancellation);
            }
        );
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        (await world.Client.GetAsync(world.Url)).StatusCode.ShouldBe(HttpStatusCode.BadGateway);
    }

    [Theory]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nETag: \"a\"\r\n\r\n", 200)]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\nETag: \"a\"\r\n\r\n", 304)]
    public async Task An_answer_without_a_body_keeps_its_length_and_its_connection(
        string method,
        string answer,
        int status
    )
    {
        await using var world = new TrafficWorld();
        var connections = 0;
        await using var target = new RawTarget(
            async (stream, cancellation) =>
            {
                Interlocked.Increment(ref connections);
                do await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), cancellation);
                while (await ReadHeadAsync(stream, cancellation));
            }
        );
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        for (var round = 0; round < 3; round++)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), world.Url);
            using var got = await world.Client.SendAsync(request);
            ((int)got.StatusCode).ShouldBe(status);
            got.Headers.ETag!.Tag.ShouldBe("\"a\"");
            got.Content.Headers.ContentLength.ShouldBe(1000);
        }
        connections.ShouldBe(1);
    }

    [Fact]
    public async Task Headers_of_a_connection_stay_on_it_and_others_come_as_often_as_they_were_sent()
    {
        await using var world = new TrafficWorld();
        await using var target = Saying(
            "HTTP/1.1 200 Fine\r\nContent-Length: 0\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Long: one\r\n two\r\n"
                + "Keep-Alive: timeout=5\r\nProxy-Authenticate: Basic\r\nX-Own: caf\u00e9\r\n\r\n"
        );
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        var answer = await world.SendRawAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 200 Fine\r\n");
        answer.ShouldContain("\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n");
        answer.ShouldMatch("\r\nX-Long: one +two\r\n");
        answer.ShouldContain("\r\nX-Own: caf\u00e9\r\n");
        answer.ShouldNotContain("Keep-Alive");
        answer.ShouldNotContain("Proxy-Authenticate");
    }

    [Fact]
    public async Task Trailers_come_behind_the_body_of_clients_that_speak_http_2()
    {
        await using var world = new TrafficWorld();
        await using var target = Saying(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n4\r\nbody\r\n0\r\nX-Sum: 7\r\n\r\n"
        );
        await world.ApplyAsync(world.Forwarding(target.Configuration) with { Certificates = _ => world.Certificate });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://www.example.com:{TrafficWorld.Port}/");
        request.Version = HttpVersion.Version20;
        using var got = await world.NewTlsClient(world.Certificate).SendAsync(request);
        (await got.Content.ReadAsStringAsync()).ShouldBe("body");
        got.TrailingHeaders.GetValues("X-Sum").ShouldBe(["7"]);
    }

    [Theory]
    [InlineData("Content-Length: 5\r\n\r\nhello", "Content-Length: 5\r\n", "hello")]
    [InlineData(
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n",
        "5\r\nhello\r\n0\r\n\r\n"
    )]
    [InlineData("\r\n", "Content-Length: 0\r\n", "")]
    public async Task A_body_is_sent_as_it_was_framed(string request, string header, string body)
    {
        await using var world = new TrafficWorld();
        var received = new byte[body.Length];
        await using var target = new RawTarget(
            async (stream, cancellation) =>
            {
                await stream.ReadExactlyAsync(received, cancellation);
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), cancellation);
            }
        );
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        var answer = await world.SendRawAsync($"POST /a HTTP/1.1\r\nHost: b\r\nConnection: close\r\n{request}");
        answer.ShouldStartWith("HTTP/1.1 200 OK\r\n");
        target.Head.ShouldStartWith("POST /a HTTP/1.1\r\n");
        target.Head.ShouldContain(header);
        Encoding.ASCII.GetString(received).ShouldBe(body);
    }

    [Fact]
    public async Task An_answer_before_the_end_of_the_request_reaches_the_client()
    {
        await using var world = new TrafficWorld();
        await using var target = Saying("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig");
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        using var limit = new CancellationTokenSource(TrafficWorld.Patience);
        using var connection = new TcpClient();
        await connection.ConnectAsync(world.Address, TrafficWorld.Port, limit.Token);
        var stream = connection.GetStream();
        await stream.WriteAsync(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nthe first of many"u8.ToArray(),
            limit.Token
        );
        var buffer = new byte[4096];
        var answer = "";
        while (!answer.EndsWith("big", StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer, limit.Token);
            count.ShouldBeGreaterThan(0);
            answer += Encoding.ASCII.GetString(buffer, 0, count);
        }
        answer.ShouldStartWith("HTTP/1.1 413 Too Large\r\n");
    }

    [Fact]
    public async Task A_connection_that_was_closed_meanwhile_costs_no_request_that_may_be_repeated()
    {
        await using var world = new TrafficWorld();
        // It answers one request on each connection, and is gone when the next one comes.
        await using var target = new RawTarget(
            async (stream, cancellation) =>
            {
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell"u8.ToArray(), cancellation);
                await ReadHeadAsync(stream, cancellation);
            }
        );
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        for (var request = 0; request < 5; request++)
            (await world.Client.GetStringAsync(world.Url)).ShouldBe("well");
        var counters = world.Traffic.CountersOfTargetGroup(TrafficWorld.Group)!;
        (counters.RequestCount, counters.TargetResponseCount(2), counters.TargetConnectionErrorCount).ShouldBe(
            (5, 5, 0)
        );

        (await world.Client.PostAsync(world.Url, content: null)).StatusCode.ShouldBe(HttpStatusCode.BadGateway);
    }

    [Fact]
    public async Task A_target_that_falls_silent_in_its_body_meets_the_idle_timeout()
    {
        await using var world = new TrafficWorld();
        await using var target = new RawTarget(
            async (stream, cancellation) =>
            {
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nwell"u8.ToArray(), cancellation);
                await Task.Delay(Timeout.Infinite, cancellation);
            }
        );
        await world.ApplyAsync(
            world.Forwarding(target.Configuration) with
            {
                Attributes = new LoadBalancerAttributes { IdleTimeout = TimeSpan.FromSeconds(1) },
            }
        );
        await Should.ThrowAsync<HttpRequestException>(() => world.Client.GetStringAsync(world.Url));
    }

    [Fact]
    public async Task A_body_whose_client_breaks_it_off_reaches_no_end_at_the_target()
    {
        await using var world = new TrafficWorld();
        var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await StandInTarget.StartAsync(async http =>
        {
            try
            {
                await http.Request.Body.CopyToAsync(Stream.Null);
                ended.SetResult(true);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                ended.SetResult(false);
            }
        });
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        var answer = await world.SendRawAsync(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nno size\r\n"
        );
        answer.ShouldStartWith("HTTP/1.1 400 Bad Request\r\n");
        (await ended.Task.WaitAsync(TrafficWorld.Patience)).ShouldBeFalse();
    }

    private static RawTarget Saying(string answer) =>
        new((stream, cancellation) => stream.WriteAsync(Encoding.Latin1.GetBytes(answer), cancellation).AsTask());

    private static async Task<bool> ReadHeadAsync(NetworkStream stream, CancellationToken cancellation)
    {
        var head = "";
        var buffer = new byte[1];
        while (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(buffer, cancellation) == 0)
                return false;
            head += (char)buffer[0];
        }
        return true;
    }
}
