using System.Globalization;
using System.Net;
using System.Text.Json;
using Estiba.LoadBalancing.AccessLogs;
using Estiba.LoadBalancing.Tests.Traffic;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.AccessLogs;
using Estiba.LoadBalancing.Traffic.Rules;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.AspNetCore.Http;

namespace Estiba.LoadBalancing.Tests.AccessLogs;

/// <summary>What access logs tell of requests.</summary>
public sealed class AccessLogTests
{
    private static readonly string[] Fields =
    [
        "type",
        "time",
        "elb",
        "client_port",
        "target_port",
        "request_processing_time",
        "target_processing_time",
        "response_processing_time",
        "elb_status_code",
        "target_status_code",
        "received_bytes",
        "sent_bytes",
        "request_line",
        "user_agent",
        "ssl_cipher",
        "ssl_protocol",
        "target_group_arn",
        "trace_id",
        "domain_name",
        "chosen_cert_arn",
        "matched_rule_priority",
        "request_creation_time",
        "actions_executed",
        "redirect_url",
        "error_reason",
        "target_port_list",
        "target_status_code_list",
        "classification",
        "classification_reason",
        "conn_trace_id",
        "transformed_host",
        "transformed_uri",
        "request_transform_status",
        "ip_address",
    ];

    [Fact]
    public async Task A_request_that_a_target_answers()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.SayingAsync("hello");
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        var log = On(world);

        using var request = new HttpRequestMessage(HttpMethod.Post, $"{world.Url}/a?b=c");
        request.Content = new StringContent("12345");
        request.Headers.Add("User-Agent", "test/1.0");
        (await world.Client.SendAsync(request)).EnsureSuccessStatusCode();

        var told = Json(await TakeAsync(log));
        told["type"].ShouldBe("http");
        told["elb"].ShouldBe("app/web/1");
        told["client_port"].ShouldStartWith("127.0.0.1:");
        told["target_port"].ShouldBe($"127.0.0.1:{target.Configuration.EndPoint.Port}");
        (told["elb_status_code"], told["target_status_code"]).ShouldBe(("200", "200"));
        told["request_line"].ShouldBe($"POST http://{world.Address}:{TrafficWorld.Port}/a?b=c HTTP/1.1");
        told["user_agent"].ShouldBe("test/1.0");
        (told["ssl_cipher"], told["ssl_protocol"], told["domain_name"], told["chosen_cert_arn"]).ShouldBe(
            ("-", "-", "-", "-")
        );
        told["target_group_arn"].ShouldBe(TrafficWorld.Group);
        told["trace_id"].ShouldStartWith("Root=1-");
        (told["matched_rule_priority"], told["actions_executed"]).ShouldBe(("0", "forward"));
        (told["redirect_url"], told["error_reason"]).ShouldBe(("-", "-"));
        (told["target_port_list"], told["target_status_code_list"]).ShouldBe((told["target_port"], "200"));
        (told["classification"], told["classification_reason"]).ShouldBe(("-", "-"));
        told["conn_trace_id"].ShouldStartWith("TID_");
        told["ip_address"].ShouldBe($"{world.Address}");
        Seconds(told["request_processing_time"]).ShouldBeGreaterThanOrEqualTo(0);
        Seconds(told["target_processing_time"]).ShouldBeGreaterThanOrEqualTo(0);
        Seconds(told["response_processing_time"]).ShouldBeGreaterThanOrEqualTo(0);
        // The bodies, and more than them.
        long.Parse(told["received_bytes"], CultureInfo.InvariantCulture).ShouldBeGreaterThan(50);
        long.Parse(told["sent_bytes"], CultureInfo.InvariantCulture).ShouldBeGreaterThan(20);
    }

    [Fact]
    public async Task Bodies_are_counted()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.StartAsync(async http =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null);
            await http.Response.Body.WriteAsync(new byte[300_000]);
        });
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        var log = On(world);

        using var content = new ByteArrayContent(new byte[200_000]);
        (await world.Client.PostAsync(world.Url, content)).EnsureSuccessStatusCode();

        var told = Json(await TakeAsync(log));
        long.Parse(told["received_bytes"], CultureInfo.InvariantCulture).ShouldBeInRange(200_000, 201_000);
        long.Parse(told["sent_bytes"], CultureInfo.InvariantCulture).ShouldBeInRange(300_000, 301_000);
    }

    [Fact]
    public async Task A_load_balancer_that_answers_itself()
    {
        await using var world = new TrafficWorld();
        await world.ApplyAsync(
            world.Listener(
                new RuleConfiguration
                {
                    Priority = 7,
                    Conditions = [new PathPatternCondition(["/old"])],
                    Action = new RedirectAction { StatusCode = 301, Path = "/new" },
                },
                new RuleConfiguration { Action = new FixedResponseAction(404) }
            )
        );
        var log = On(world);

        await world.Client.GetAsync($"{world.Url}/old");
        var redirected = Json(await TakeAsync(log));
        await world.Client.GetAsync($"{world.Url}/none");
        var answered = Json(await TakeAsync(log));

        (redirected["actions_executed"], redirected["elb_status_code"], redirected["matched_rule_priority"]).ShouldBe(
            ("redirect", "301", "7")
        );
        redirected["redirect_url"].ShouldBe($"http://{world.Address}:{TrafficWorld.Port}/new");
        (answered["actions_executed"], answered["elb_status_code"], answered["matched_rule_priority"]).ShouldBe(
            ("fixed-response", "404", "0")
        );
        foreach (var told in new[] { redirected, answered })
        {
            (told["target_port"], told["target_status_code"], told["target_group_arn"]).ShouldBe(("-", "-", "-"));
            (told["request_processing_time"], told["target_processing_time"]).ShouldBe(("-1", "-1"));
        }
    }

    [Fact]
    public async Task A_target_that_is_not_there()
    {
        await using var world = new TrafficWorld();
        using var nobody = new UnreachableTarget();
        await world.ApplyAsync(world.Forwarding(nobody.Configuration));
        var log = On(world);

        await world.Client.GetAsync(world.Url);

        var told = Json(await TakeAsync(log));
        (told["elb_status_code"], told["target_status_code"]).ShouldBe(("502", "-"));
        told["target_port"].ShouldBe($"{nobody.Configuration.EndPoint}");
        (told["target_processing_time"], told["response_processing_time"]).ShouldBe(("-1", "-1"));
    }

    [Fact]
    public async Task A_secure_connection()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.SayingAsync("hello");
        await world.ApplyAsync(
            world.Forwarding(target.Configuration) with
            {
                Certificates = _ => world.Certificate,
                CertificateArns = name => $"arn of {name}",
            }
        );
        var log = On(world);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://www.example.com:{TrafficWorld.Port}/")
        {
            Version = HttpVersion.Version20,
        };
        (await world.NewTlsClient(world.Certificate).SendAsync(request)).EnsureSuccessStatusCode();

        var told = Json(await TakeAsync(log));
        told["type"].ShouldBe("h2");
        told["request_line"].ShouldBe($"GET https://www.example.com:{TrafficWorld.Port}/ HTTP/2");
        told["ssl_protocol"].ShouldBe("TLSv1.3");
        told["ssl_cipher"].ShouldStartWith("TLS_");
        (told["domain_name"], told["chosen_cert_arn"]).ShouldBe(("www.example.com", "arn of www.example.com"));
    }

    [Fact]
    public async Task Requests_of_one_connection_have_its_id()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.SayingAsync("hello");
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        var log = On(world);

        await world.Client.GetStringAsync(world.Url);
        var first = Json(await TakeAsync(log));
        await world.Client.GetStringAsync(world.Url);
        var second = Json(await TakeAsync(log));
        await world.NewClient().GetStringAsync(world.Url);
        var other = Json(await TakeAsync(log));

        second["conn_trace_id"].ShouldBe(first["conn_trace_id"]);
        other["conn_trace_id"].ShouldNotBe(first["conn_trace_id"]);
    }

    [Fact]
    public async Task A_line_has_the_fields_in_their_order_and_nobody_else_writes_one()
    {
        await using var world = new TrafficWorld();
        await world.ApplyAsync(world.Listener(new RuleConfiguration { Action = new FixedResponseAction(200) }));
        var log = On(world);

        await world.SendRawAsync(
            "GET /a\"b HTTP/1.1\r\nHost: h\r\nUser-Agent: x\" 200 \"\\é\r\nConnection: close\r\n\r\n"
        );

        var entry = await TakeAsync(log);
        var line = AccessLogWords.Plain(entry, Fields, " ");
        line.ShouldStartWith("http ");
        line.ShouldContain($" \"GET http://h:{TrafficWorld.Port}/a\\x22b HTTP/1.1\" ");
        line.ShouldContain(" \"x\\x22 200 \\x22\\x5C\\xC3\\xA9\" - - - \"-\" \"-\" \"-\" 0 ");
        line.ShouldEndWith($" \"-\" \"-\" \"-\" {world.Address}");
    }

    [Fact]
    public async Task Requests_of_which_nobody_is_to_hear_are_not_noted()
    {
        await using var world = new TrafficWorld();
        await world.ApplyAsync(world.Listener(new RuleConfiguration { Action = new FixedResponseAction(200) }));
        var log = On(world);
        log.IsOn = false;

        await world.Client.GetAsync(world.Url);
        log.IsOn = true;
        await world.Client.GetAsync($"{world.Url}/second");

        Json(await TakeAsync(log))["request_line"].ShouldContain("/second");
        log.Take(10).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_waits_is_bounded()
    {
        await using var world = new TrafficWorld();
        var log = new AccessLog { IsOn = true };
        var entry = AccessLogEntry.Begin(new DefaultHttpContext(), world.Listener(), TimeProvider.System);

        for (var count = 0; count < AccessLog.MostWaiting + 3; count++)
            log.Add(entry);

        log.TakeDropped().ShouldBe(3);
        log.TakeDropped().ShouldBe(0);
        log.Take(int.MaxValue).Count.ShouldBe(AccessLog.MostWaiting);
        log.Add(entry);
        log.Take(10).Count.ShouldBe(1);
    }

    private static AccessLog On(TrafficWorld world)
    {
        var log = world.Traffic.AccessLogOf(TrafficWorld.LoadBalancer)!;
        log.IsOn = true;
        return log;
    }

    // A client has its answer a little before its request has ended.
    private static async Task<AccessLogEntry> TakeAsync(AccessLog log)
    {
        var taken = new List<AccessLogEntry>();
        await TrafficWorld.UntilAsync(
            () =>
            {
                taken.AddRange(log.Take(10));
                return taken.Count > 0;
            },
            "nothing was noted"
        );
        return taken.Single();
    }

    private static Dictionary<string, string> Json(AccessLogEntry entry) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(AccessLogWords.Json(entry, Fields))!;

    private static double Seconds(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
