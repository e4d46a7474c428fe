using System.Net;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.ElbV2;
using Estiba.Hosting.Metrics;
using Estiba.LoadBalancing.HealthChecks;
using Estiba.LoadBalancing.Metrics;
using Estiba.LoadBalancing.Tests.Traffic;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Network;
using Estiba.LoadBalancing.Traffic.Rules;
using Estiba.LoadBalancing.Traffic.Targets;
using static Estiba.LoadBalancing.Tests.LoadBalancingWorld;

namespace Estiba.LoadBalancing.Tests.Metrics;

/// <summary>What CloudWatch hears of load balancers and their target groups.</summary>
public sealed class MinuteOfTrafficTests
{
    private static readonly DateTimeOffset Minute = new(2025, 3, 4, 5, 6, 0, TimeSpan.Zero);

    private readonly Tally _tally = new();
    private readonly LoadBalancerCounters _balancer = new();
    private readonly TargetGroupCounters _group = new();
    private readonly NetworkCounters _network = new();
    private readonly Dictionary<IPEndPoint, TargetCondition> _conditions = [];

    [Fact]
    public async Task Requests_count_for_the_load_balancer_for_the_group_and_for_each_healthy_target()
    {
        await using var world = await WorldAsync(LoadBalancerTypeEnum.Application);
        Repeat(6, _balancer.CountRequest);
        Repeat(5, _group.CountRequest);

        var samples = Samples(world);

        Only(samples, "RequestCount", "LoadBalancer").ShouldBe((6, 6));
        Only(samples, "RequestCount", "TargetGroup LoadBalancer").ShouldBe((5, 5));
        Only(samples, "RequestCountPerTarget", "TargetGroup").ShouldBe((1, 2.5));
        Only(samples, "RequestCountPerTarget", "TargetGroup LoadBalancer").ShouldBe((1, 2.5));
        samples.ShouldAllBe(sample => sample.Namespace == "AWS/ApplicationELB" && sample.Datum.Timestamp == Minute);
    }

    [Fact]
    public async Task Targets_that_fail_more_often_than_others_count_and_those_that_get_less()
    {
        await using var world = await WorldAsync(LoadBalancerTypeEnum.Application);
        Samples(world).ShouldNotContain(sample => sample.Datum.MetricName == "AnomalousHostCount");
        _conditions[new IPEndPoint(1, 1)] = new TargetCondition(IsAnomalous: true, 0.5);
        _conditions[new IPEndPoint(1, 2)] = new TargetCondition(IsAnomalous: false, 0.5);
        _conditions[new IPEndPoint(1, 3)] = new TargetCondition(IsAnomalous: false, 1);

        var samples = Samples(world);

        Only(samples, "AnomalousHostCount", "TargetGroup LoadBalancer").ShouldBe((1, 1));
        Only(samples, "MitigatedHostCount", "TargetGroup LoadBalancer").ShouldBe((1, 2));
    }

    [Fact]
    public async Task A_minute_tells_what_came_within_it()
    {
        await using var world = await WorldAsync(LoadBalancerTypeEnum.Application);
        Repeat(6, _balancer.CountRequest);
        Samples(world);
        Repeat(2, _balancer.CountRequest);

        Only(Samples(world), "RequestCount", "LoadBalancer").ShouldBe((2, 2));
        var quiet = Samples(world);
        quiet.ShouldNotContain(sample => sample.Datum.MetricName == "RequestCount");
        // Who scales by it must see that nothing comes any more.
        Only(quiet, "RequestCountPerTarget", "TargetGroup").ShouldBe((1, 0));
    }

    [Fact]
    public async Task Connections_of_clients_count_as_they_come_and_while_they_last()
    {
        await using var world = await WorldAsync(LoadBalancerTypeEnum.Application);
        await using var traffic = new TrafficWorld();
        await traffic.ApplyAsync(traffic.Listener(new RuleConfiguration { Action = new FixedResponseAction(200) }));
        var counters = traffic.Traffic.CountersOfLoadBalancer(TrafficWorld.LoadBalancer);
        await traffic.Client.GetAsync(traffic.Url);
        await traffic.Client.GetAsync(traffic.Url);

        var first = Samples(world, counters);
        var second = Samples(world, counters);

        Only(first, "NewConnectionCount", "LoadBalancer").ShouldBe((1, 1));
        Only(first, "ActiveConnectionCount", "LoadBalancer").ShouldBe((1, 1));
        second.ShouldNotContain(sample => sample.Datum.MetricName == "NewConnectionCount");
        Only(second, "ActiveConnectionCount", "LoadBalancer").ShouldBe((1, 1));
    }

    [Fact]
    public async Task Answers_count_by_who_gave_them_and_by_their_status()
    {
        await using var world = await WorldAsync(LoadBalancerTypeEnum.Application);
        _balancer.CountError(502);
        _balancer.CountError(503);
        _balancer.CountError(460);
        _balancer.CountRedirect();
        _balancer.CountFixedResponse();
        _group.CountResponse(204, TimeSpan.FromMilliseconds(1));
        _group.CountResponse(500, TimeSpan.FromMilliseconds(1));
        _group.CountConnectionError();

        var samples = Samples(world);

        Only(samples, "HTTPCode_ELB_5XX_Count", "LoadBalancer").ShouldBe((2, 2));
        Only(samples, "HTTPCode_ELB_4XX_Count", "LoadBalancer").ShouldBe((1, 1));
        Only(samples, "HTTPCode_ELB_502_Count", "LoadBalancer").ShouldBe((1, 1));
        Only(samples, "HTTP_Redirect_Count", "LoadBalancer").ShouldBe((1, 1));
        Only(samples, "HTTP_Fixed_Response_Count", "LoadBalancer").ShouldBe((1, 1));
        Only(samples, "HTTPCode_Target_2XX_Count", "LoadBalancer").ShouldBe((1, 1));
        Only(samples, "HTTPCode_Target_5XX_Count", "TargetGroup LoadBalancer").ShouldBe((1, 1));
        Only(samples, "TargetConnectionErrorCount", "TargetGroup LoadBalancer").ShouldBe((1, 1));
    }

    [Fact]
    public async Task Times_come_with_how_often_each_was_so_that_percentiles_can_be_told()
    {
        await using var world = await WorldAsync(LoadBalancerTypeEnum.Application);
        Repeat(99, () => _group.CountResponse(200, TimeSpan.FromMilliseconds(20)));
        _group.CountResponse(200, TimeSpan.FromSeconds(3));

        var datum = Samples(world)
            .Single(sample =>
                sample.Datum.MetricName == "TargetResponseTime" && Dimensions(sample) == "TargetGroup LoadBalancer"
            )
            .Datum;

        datum.Unit.ShouldBe("Seconds");
        datum.Counts.ShouldBe([99, 1]);
        datum.Values![0].ShouldBe(0.020, 0.020 * 0.012);
        datum.Values[1].ShouldBe(3, 3 * 0.012);
    }

    [Fact]
    public async Task Hosts_are_counted_as_health_checks_find_them()
    {
        await using var world = await WorldAsync(LoadBalancerTypeEnum.Application);
        world.Probe.Answer = static _ => new ProbeOutcome(ProbeKind.Failed);
        await world.AdvanceAsync(120);

        var samples = Samples(world);

        Only(samples, "HealthyHostCount", "TargetGroup LoadBalancer").ShouldBe((1, 0));
        Only(samples, "UnHealthyHostCount", "TargetGroup LoadBalancer").ShouldBe((1, 2));
        samples.ShouldNotContain(sample => sample.Datum.MetricName == "RequestCountPerTarget");
    }

    [Fact]
    public async Task A_network_load_balancer_tells_of_flows_and_bytes()
    {
        await using var world = await WorldAsync(LoadBalancerTypeEnum.Network);
        _network.Begin(FlowKind.Tcp);
        _network.Begin(FlowKind.Tcp);
        _network.End(FlowKind.Tcp);
        _network.Begin(FlowKind.Udp);
        _network.CountBytes(FlowKind.Tcp, 1000);
        _network.CountReset(ResetBy.Target);

        var samples = Samples(world);

        Only(samples, "NewFlowCount", "LoadBalancer").ShouldBe((3, 3));
        Only(samples, "NewFlowCount_TCP", "LoadBalancer").ShouldBe((2, 2));
        Only(samples, "ActiveFlowCount", "LoadBalancer").ShouldBe((1, 2));
        Only(samples, "ActiveFlowCount_UDP", "LoadBalancer").ShouldBe((1, 1));
        Only(samples, "ProcessedBytes_TCP", "LoadBalancer").ShouldBe((1, 1000));
        Only(samples, "TCP_Target_Reset_Count", "LoadBalancer").ShouldBe((1, 1));
        samples.ShouldAllBe(sample => sample.Namespace == "AWS/NetworkELB");
    }

    [Fact]
    public async Task Dimensions_are_named_as_clients_ask_for_them()
    {
        await using var world = await WorldAsync(LoadBalancerTypeEnum.Application);
        var (balancer, group) = (
            world.View.Range(LoadBalancingTables.LoadBalancers).Single(),
            world.View.Range(LoadBalancingTables.TargetGroups).Single()
        );

        var dimensions = Samples(world)
            .First(sample => sample.Datum.MetricName == "HealthyHostCount")
            .Datum.Dimensions!;

        dimensions
            .Select(each => (each.Name, each.Value))
            .ShouldBe([("TargetGroup", $"targetgroup/group/{group.Id}"), ("LoadBalancer", $"app/web/{balancer.Id}")]);
    }

    private static async Task<LoadBalancingWorld> WorldAsync(string type)
    {
        var world = await CreateAsync();
        var network = type == LoadBalancerTypeEnum.Network;
        world.Probe.Answer = _ => new ProbeOutcome(network ? ProbeKind.Connected : ProbeKind.Answered, 200);
        var balancer = await world.LoadBalancerAsync("web", request => request with { Type = type });
        var group = await world.TargetGroupAsync("group", request =>
            network ? request with { Protocol = ProtocolEnum.Tcp } : request
        );
        await world.ForwardAsync(balancer, group);
        await world.RegisterAsync(group, "10.0.1.50", "10.0.2.50");
        await world.AdvanceAsync(200);
        return world;
    }

    private List<MetricSample> Samples(LoadBalancingWorld world, LoadBalancerCounters? balancer = null)
    {
        var minute = new MinuteOfTraffic(world.View, Minute, _tally);
        var samples = minute
            .Of(new TrafficCounters(_ => balancer ?? _balancer, _ => _group, _ => _conditions, _ => _network))
            .ToList();
        _tally.Turn();
        return samples;
    }

    private static (double Count, double Sum) Only(List<MetricSample> samples, string metric, string dimensions)
    {
        var set = samples
            .Single(sample => sample.Datum.MetricName == metric && Dimensions(sample) == dimensions)
            .Datum.StatisticValues!;
        return (set.SampleCount!.Value, set.Sum!.Value);
    }

    private static string Dimensions(MetricSample sample) =>
        string.Join(' ', sample.Datum.Dimensions!.Select(dimension => dimension.Name));

    private static void Repeat(int times, Action action)
    {
        for (var time = 0; time < times; time++)
            action();
    }
}
