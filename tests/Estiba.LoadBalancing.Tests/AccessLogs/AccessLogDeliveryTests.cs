using System.Net;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.AccessLogs;
using Estiba.LoadBalancing.Tests.Traffic;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.AccessLogs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Estiba.LoadBalancing.Tests.AccessLogs;

/// <summary>How access logs come into log groups.</summary>
public sealed class AccessLogDeliveryTests
{
    [Fact]
    public async Task Entries_go_to_the_log_group_of_each_delivery_in_its_format()
    {
        await using var world = await LoadBalancingWorld.CreateAsync();
        var balancer = await world.LoadBalancerAsync();
        var (delivery, log, _) = Delivery(world, balancer);
        world.Logs.Deliver(
            balancer.LoadBalancerArn!,
            "lines",
            delimiter: ",",
            fields: ["elb_status_code", "request_line"]
        );
        world.Logs.Deliver(balancer.LoadBalancerArn!, "objects", "json", fields: ["elb", "request_line"]);
        await delivery.RunAsync(default);
        Note(world, log, balancer, "/a");
        Note(world, log, balancer, "/b");

        await delivery.RunAsync(default);

        var stream = balancer.LoadBalancerArn!.Split(":loadbalancer/")[1];
        Messages(world, "lines", stream)
            .ShouldBe(["200,\"GET http://h:80/a HTTP/1.1\"", "200,\"GET http://h:80/b HTTP/1.1\""]);
        Messages(world, "objects", stream)[0]
            .ShouldBe($$"""{"elb":"{{stream}}","request_line":"GET http://h:80/a HTTP/1.1"}""");
        world.Logs.Callers.ShouldBe([("delivery.logs.amazonaws.com", balancer.LoadBalancerArn)]);
    }

    [Fact]
    public async Task Requests_are_noted_while_there_is_a_delivery()
    {
        await using var world = await LoadBalancingWorld.CreateAsync();
        var balancer = await world.LoadBalancerAsync();
        var (delivery, log, _) = Delivery(world, balancer);

        await delivery.RunAsync(default);
        var before = log.IsOn;
        world.Logs.Deliver(balancer.LoadBalancerArn!, "lines", fields: ["time"]);
        world.Time.Advance(AccessLogDelivery.RefreshInterval);
        await delivery.RunAsync(default);
        var during = log.IsOn;
        world.Logs.Deliveries.Clear();
        world.Time.Advance(AccessLogDelivery.RefreshInterval);
        await delivery.RunAsync(default);

        (before, during, log.IsOn).ShouldBe((false, true, false));
    }

    [Fact]
    public async Task What_is_known_of_deliveries_holds_while_nobody_answers()
    {
        await using var world = await LoadBalancingWorld.CreateAsync();
        var balancer = await world.LoadBalancerAsync();
        var (delivery, log, said) = Delivery(world, balancer);
        world.Logs.Deliver(balancer.LoadBalancerArn!, "lines", fields: ["time"]);
        await delivery.RunAsync(default);
        world.Logs.IsDown = true;
        world.Time.Advance(AccessLogDelivery.RefreshInterval);

        await delivery.RunAsync(default);

        log.IsOn.ShouldBeTrue();
        said.LatestRecord.Message.ShouldEndWith(": down");
    }

    [Fact]
    public async Task Requests_are_as_large_as_CloudWatch_Logs_takes_them()
    {
        await using var world = await LoadBalancingWorld.CreateAsync();
        var balancer = await world.LoadBalancerAsync();
        var (delivery, log, _) = Delivery(world, balancer);
        world.Logs.Deliver(balancer.LoadBalancerArn!, "lines", fields: ["request_line"]);
        await delivery.RunAsync(default);
        for (var count = 0; count < 10_500; count++)
            Note(world, log, balancer, "/a");
        for (var count = 0; count < 3; count++)
            Note(world, log, balancer, "/" + new string('a', 500_000));

        await delivery.RunAsync(default);

        world.Logs.Requests.Sum().ShouldBe(10_503);
        world.Logs.Requests[0].ShouldBe(10_000);
        world.Logs.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task What_cannot_be_delivered_is_said()
    {
        await using var world = await LoadBalancingWorld.CreateAsync();
        var balancer = await world.LoadBalancerAsync();
        var (delivery, log, said) = Delivery(world, balancer);
        world.Logs.Deliver(balancer.LoadBalancerArn!, "lines", fields: ["time"]);
        await delivery.RunAsync(default);
        world.Logs.Groups.Clear();
        Note(world, log, balancer, "/a");

        await delivery.RunAsync(default);

        said.LatestRecord.Level.ShouldBe(LogLevel.Warning);
        said.LatestRecord.Message.ShouldBe(
            "1 access log entries of web are not delivered to lines: The specified log group does not exist."
        );
    }

    private static (AccessLogDelivery Delivery, AccessLog Log, FakeLogger Said) Delivery(
        LoadBalancingWorld world,
        LoadBalancer balancer
    )
    {
        var (log, said) = (new AccessLog(), new FakeLogger());
        var delivery = new AccessLogDelivery(
            world.Store,
            world.Logs,
            arn => arn == balancer.LoadBalancerArn ? log : null,
            new ElbIds(new Random(1)),
            world.Time,
            said
        );
        return (delivery, log, said);
    }

    private static void Note(LoadBalancingWorld world, AccessLog log, LoadBalancer balancer, string path)
    {
        var http = new DefaultHttpContext();
        (http.Request.Method, http.Request.Protocol) = ("GET", "HTTP/1.1");
        http.Request.Headers.Host = "h";
        http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget = path;
        http.Connection.RemoteIpAddress = IPAddress.Loopback;
        var listener = new ListenerConfiguration
        {
            Arn = "listener",
            LoadBalancerArn = balancer.LoadBalancerArn!,
            Addresses = [],
            Port = 80,
            Rules = [],
        };
        var entry = AccessLogEntry.Begin(http, listener, world.Time);
        entry.End(http);
        log.Add(entry);
    }

    private static List<string> Messages(LoadBalancingWorld world, string group, string stream) =>
        [.. world.Logs.Groups[group][stream].Select(each => each.Message!)];
}
