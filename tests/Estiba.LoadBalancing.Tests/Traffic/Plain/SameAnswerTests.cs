using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Headers;
using Estiba.LoadBalancing.Traffic.Rules;
using Estiba.LoadBalancing.Traffic.Targets;

namespace Estiba.LoadBalancing.Tests.Traffic.Plain;

/// <summary>Whatever a client or a target sends, it does not show which way a request has gone.</summary>
public sealed partial class SameAnswerTests
{
    private const string Close = "Connection: close\r\n\r\n";

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n" + Close)]
    [InlineData("GET /a%2Fb/../c;d?q=%20&r=[1] HTTP/1.1\r\nHost: a.example\r\n" + Close)]
    [InlineData("HEAD /a HTTP/1.1\r\nHost: a:80\r\nAccept: x\r\n" + Close)]
    [InlineData("OPTIONS /a HTTP/1.1\r\nHost: a\r\n" + Close)]
    [InlineData("DELETE /a HTTP/1.1\r\nHost: a\r\n" + Close)]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n" + Close + "hello")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n" + Close)]
    [InlineData("PUT /a HTTP/1.1\r\nHost: a\r\n" + Close)]
    [InlineData("PATCH /a HTTP/1.1\r\nHost: a\r\nContent-Length: 005\r\n" + Close + "hello")]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: x\r\n" + Close)]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nX-Forwarded-Port: 1\r\nX-Amzn-Trace-Id: Root=1-2-3;Self=4\r\n" + Close)]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nKeep-Alive: 5\r\nTE: trailers\r\nProxy-Authorization: x\r\n" + Close)]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nX-Amzn-Mtls-Clientcert: forged\r\nx_odd: 1\r\n" + Close)]
    [InlineData(
        "GET /a HTTP/1.1\r\nHost: a\r\nCookie: a=1; b=2\r\nX-Empty:\r\nX-Own: caf\u00e9\r\nX-O:\t x \t\r\n" + Close
    )]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nCookie: a=1\r\nCookie: b=2\r\n" + Close)]
    [InlineData("GET /a? HTTP/1.1\r\nHost: a\r\n" + Close)]
    [InlineData("GET http://b/a?b HTTP/1.1\r\nHost: b\r\n" + Close)]
    [InlineData("GET /a HTTP/1.0\r\nHost: a\r\n\r\n")]
    [InlineData("GET /a HTTP/1.0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + Close + "5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + Close + "x\r\nhello\r\n0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n" + Close + "hello")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n" + Close + "hello")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n" + Close + "hello!")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n" + Close + "hello")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n" + Close + "hello")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n" + Close + "hello")]
    [InlineData(
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n" + Close + "0\r\n\r\n"
    )]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n" + Close + "hello")]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n" + Close)]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nX : 1\r\n" + Close)]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nX\0: 1\r\n" + Close)]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nX: 1\0\r\n" + Close)]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nX: 1\rY: 2\r\n" + Close)]
    [InlineData("GET /a HTTP/1.1\nHost: a\n" + Close)]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\nX: 1\r\n" + Close)]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n" + Close)]
    [InlineData("GET /a HTTP/1.1\r\n" + Close)]
    [InlineData("GET /a HTTP/1.1\r\nHost: a b\r\n" + Close)]
    [InlineData("GET /a HTTP/1.1\r\nHost: [::1]:80\r\n" + Close)]
    [InlineData("GET  /a HTTP/1.1\r\nHost: a\r\n" + Close)]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: a\r\n" + Close)]
    [InlineData("GET /\u00e9 HTTP/1.1\r\nHost: a\r\n" + Close)]
    [InlineData("GET a HTTP/1.1\r\nHost: a\r\n" + Close)]
    [InlineData("TRACE / HTTP/1.1\r\nHost: a\r\n" + Close)]
    [InlineData("BREW /a HTTP/1.1\r\nHost: a\r\n" + Close)]
    [InlineData("GET /a HTTP/2.0\r\nHost: a\r\n" + Close)]
    [InlineData("\r\nGET /a HTTP/1.1\r\nHost: a\r\n" + Close)]
    [InlineData("hello\r\n\r\n")]
    public async Task Requests(string request)
    {
        await using var target = Echo();
        await ShouldBeSameAsync(request, world => world.Forwarding(target.Configuration));
    }

    [Theory]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\n" + Close + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n" + Close)]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\nHost: a\r\n" + Close)]
    [InlineData(
        "GET /a HTTP/1.1\r\nHost: a\r\n\r\nPOST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "1\r\nx\r\n0\r\n\r\nGET /c HTTP/1.1\r\nHost: a\r\n"
            + Close
    )]
    public async Task Several_requests_at_once(string requests)
    {
        await using var target = Echo();
        await ShouldBeSameAsync(requests, world => world.Forwarding(target.Configuration));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nbody")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n")]
    [InlineData("HTTP/1.1 404 Gone Fishing\r\nContent-Length: 4\r\nServer: x\r\nX: 1\r\n 2\r\n\r\nbody")]
    [InlineData("HTTP/1.1 299 \r\nContent-Length: 4\r\n\r\nbody")]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\nETag: \"a\"\r\n\r\n")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody")]
    [InlineData("HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nKeep-Alive: 5\r\nUpgrade: x\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody and more")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbody")]
    [InlineData("HTTP/1.1 200 OK\r\nX: \0\r\nContent-Length: 4\r\n\r\nbody")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")]
    [InlineData("garbage\r\n\r\n")]
    [InlineData("")]
    public async Task Answers_of_targets(string answer)
    {
        await using var target = new RawTarget(
            (stream, cancellation) => stream.WriteAsync(Encoding.Latin1.GetBytes(answer), cancellation).AsTask()
        );
        await ShouldBeSameAsync("GET /a HTTP/1.1\r\nHost: a\r\n" + Close, world =>
            world.Forwarding(target.Configuration)
        );
    }

    [Fact]
    public async Task Attributes()
    {
        await using var target = Echo();
        foreach (var mode in Enum.GetValues<ForwardedForMode>())
        foreach (var flag in new[] { false, true })
        foreach (var before in new[] { "", "X-Forwarded-For: 192.0.2.1\r\n" })
            await ShouldBeSameAsync($"GET /a HTTP/1.1\r\nHost: a:1\r\nx_odd: 1\r\n{before}{Close}", world =>
                world.Forwarding(target.Configuration) with
                {
                    Attributes = new LoadBalancerAttributes
                    {
                        ForwardedFor = mode,
                        DropInvalidHeaderFields = flag,
                        PreserveHostHeader = flag,
                    },
                }
            );
    }

    [Theory]
    [InlineData("GET /a/b HTTP/1.1\r\nHost: a\r\n" + Close)]
    [InlineData("GET / HTTP/1.1\r\nHost: www.example.com:1\r\n" + Close)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX-Kind: Other\r\n" + Close)]
    [InlineData("GET /?kind=one HTTP/1.1\r\nHost: a\r\n" + Close)]
    [InlineData("PUT / HTTP/1.1\r\nHost: a\r\n" + Close)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n" + Close)]
    public async Task Rules(string request)
    {
        await using var target = Echo();
        await using var other = await StandInTarget.SayingAsync("other");
        var last = new RuleConfiguration
        {
            Action = new ForwardAction([
                new(new() { Arn = TrafficWorld.Group + "0", Targets = [other.Configuration] }),
            ]),
        };
        var forward = new ForwardAction([new(new() { Arn = TrafficWorld.Group, Targets = [target.Configuration] })]);
        RuleConfiguration On(RuleCondition condition) => new() { Conditions = [condition], Action = forward };
        await ShouldBeSameAsync(request, world =>
            world.Listener(
                On(new PathPatternCondition(["/a/*"])),
                On(new HostHeaderCondition(["*.example.com"])),
                On(new HttpHeaderCondition("X-Kind", ["other"])),
                On(new QueryStringCondition([("kind", "one")])),
                On(new HttpRequestMethodCondition(["PUT"])),
                last
            )
        );
    }

    private static async Task ShouldBeSameAsync(string request, Func<TrafficWorld, ListenerConfiguration> configure)
    {
        var answers = new List<string>();
        foreach (var usesEventLoops in new[] { false, true })
        {
            await using var world = new TrafficWorld(usesEventLoops);
            await world.ApplyAsync(configure(world));
            var answer = Normal(await world.SendRawAsync(request));
            var counters = world.Traffic.CountersOfLoadBalancer(TrafficWorld.LoadBalancer)!;
            var group = world.Traffic.CountersOfTargetGroup(TrafficWorld.Group)!;
            await TrafficWorld.UntilAsync(() => counters.Connections.Active == 0, "the connection is closed");
            answers.Add(
                $"{answer}\n{counters.RequestCount} requests, {counters.Connections.Opened} connections, "
                    + $"{string.Join(' ', counters.ErrorCounts)}, {group.RequestCount} of the group, "
                    + $"{string.Join(' ', Enumerable.Range(2, 4).Select(group.TargetResponseCount))}"
            );
        }
        answers[1].ShouldBe(answers[0]);
    }

    /// <summary>What is neither chance nor time, with the headers of each head in the order of their names.</summary>
    private static string Normal(string answer)
    {
        var text = ChancePattern().Replace(answer, "...").ReplaceLineEndings("\n");
        return HeadPattern()
            .Replace(text, match => string.Join('\n', match.Value.Split('\n').Order(StringComparer.OrdinalIgnoreCase)));
    }

    /// <summary>A target that says what it was asked.</summary>
    private static RawTarget Echo()
    {
        RawTarget? target = null;
        target = new RawTarget(
            async (stream, cancellation) =>
            {
                var head = target!.Head.Replace("\r\n\r\n", "\n", StringComparison.Ordinal);
                var length = LengthPattern().Match(head) is { Success: true } match
                    ? int.Parse(match.Groups[1].Value)
                    : 0;
                var body = new byte[length];
                await stream.ReadExactlyAsync(body, cancellation);
                var lines = head.Split("\r\n").Order(StringComparer.OrdinalIgnoreCase);
                var said = $"{string.Join('\n', lines)}\n{Encoding.Latin1.GetString(body)}\n";
                var isHead = head.StartsWith("HEAD ", StringComparison.Ordinal);
                await stream.WriteAsync(
                    Encoding.Latin1.GetBytes(
                        "HTTP/1.1 200 OK\r\nServer: target/1\r\nConnection: close\r\n"
                            + $"Content-Length: {said.Length}\r\n\r\n"
                            + (isHead ? "" : said)
                    ),
                    cancellation
                );
            }
        );
        return target;
    }

    [GeneratedRegex(@"1-[0-9a-f]{8}-[0-9a-f]{24}|(?<=\nDate: )[^\r\n]*", RegexOptions.IgnoreCase)]
    private static partial Regex ChancePattern();

    [GeneratedRegex("(?<=HTTP/1.1 [0-9]{3} .*\n)([^\n]+\n)+?(?=\n)")]
    private static partial Regex HeadPattern();

    [GeneratedRegex("Content-Length: ([0-9]+)", RegexOptions.IgnoreCase)]
    private static partial Regex LengthPattern();
}
