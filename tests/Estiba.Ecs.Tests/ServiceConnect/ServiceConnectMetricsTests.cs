using Estiba.Contracts.Ecs;
using Estiba.Contracts.Tcs;
using Estiba.Ecs.Metrics;

namespace Estiba.Ecs.Tests.ServiceConnect;

/// <summary>What becomes of the numbers that agents report of their proxies.</summary>
public sealed class ServiceConnectMetricsTests
{
    [Fact]
    public async Task What_hosts_carried_adds_up_by_discovery_name_and_by_service()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        await world.ServeAsync();
        var other = await ConnectedWorld.AddInstanceAsync(world.Ecs, Contracts.EstibaAgent.Hash, "i-2");
        await world.Ecs.CreateServiceAsync(2, "api", "client", request => request with { ServiceConnectConfiguration =
                    new()
                    {
                        Enabled = true,
                        Namespace = "shop",
                    }, PlacementConstraints = [new() { Type = PlacementConstraintType.DistinctInstance }] });
        var usage = new UsageReports(world.Ecs.Clock);
        Report(usage, world, world.InstanceKey, new() { ActiveConnections = 9 });
        Report(usage, world, world.InstanceKey, Carried(active: 2, requests: 10));
        Report(usage, world, other, Carried(active: 1, requests: 5));

        var samples = End(usage, world);

        foreach (
            var dimensions in new[] { "DiscoveryName=web", "DiscoveryName=web,ServiceName=api,ClusterName=default" }
        )
        {
            samples["ActiveConnectionCount " + dimensions].ShouldBe(3);
            samples["NewConnectionCount " + dimensions].ShouldBe(8);
            samples["RequestCount " + dimensions].ShouldBe(15);
            samples["ProcessedBytes " + dimensions].ShouldBe(0);
        }

        samples["HTTPCode_Target_2XX_Count TargetDiscoveryName=web"].ShouldBe(13);
        samples["HTTPCode_Target_5XX_Count TargetDiscoveryName=web"].ShouldBe(2);
        samples["TargetResponseTime TargetDiscoveryName=web"].ShouldBe(300);
        samples["TargetProcessedBytes TargetDiscoveryName=web"].ShouldBe(0);
        samples.Count.ShouldBe(12);
    }

    [Fact]
    public async Task What_was_carried_is_told_by_target_and_by_the_service_that_asked()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        await world.DefineAsync("api", appProtocol: "grpc");
        await world.ServeAsync(desired: 2);
        await world.ConsumeAsync();
        await world.Ecs.ObeyAsync();
        var client = (await world.Ecs.TasksAsync()).Single(task => task.Group == "service:client").TaskArn;
        var usage = new UsageReports(world.Ecs.Clock);
        var carried = Carried(active: 1, requests: 6) with { ProcessedBytes = 1000 };
        Report(usage, world, world.InstanceKey, carried with { ClientTaskArn = client });
        Report(usage, world, world.InstanceKey, carried);
        Report(usage, world, world.InstanceKey, carried with { ClientTaskArn = client + "0" });

        var samples = End(usage, world);

        samples["GrpcRequestCount DiscoveryName=web"].ShouldBe(18);
        samples["ActiveConnectionCount DiscoveryName=web"].ShouldBe(2, "who nobody knows was told once more");
        samples["ProcessedBytes DiscoveryName=web"].ShouldBe(3000);
        samples["RequestCountPerTarget TargetDiscoveryName=web"].ShouldBe(9);
        const string ByClient = " TargetDiscoveryName=web,ServiceName=client,ClusterName=default";
        samples["RequestCountPerTarget" + ByClient].ShouldBe(3);
        samples["TargetProcessedBytes" + ByClient].ShouldBe(1000);
        samples["HTTPCode_Target_2XX_Count" + ByClient].ShouldBe(5);
        samples["TargetResponseTime" + ByClient].ShouldBe(120);
    }

    [Fact]
    public async Task A_host_speaks_for_the_namespaces_of_its_tasks_alone()
    {
        await using var world = await ConnectedWorld.CreateAsync();
        await world.ServeAsync();
        var other = await ConnectedWorld.AddInstanceAsync(world.Ecs, Contracts.EstibaAgent.Hash, "i-2");
        var usage = new UsageReports(world.Ecs.Clock);

        Report(usage, world, other, Carried(active: 1, requests: 1));
        Report(usage, world, world.InstanceKey, Carried(active: 1, requests: 1) with { DiscoveryName = "none" });

        End(usage, world).ShouldBeEmpty();
    }

    private static ServiceConnectMetric Carried(long active, long requests) =>
        new()
        {
            ActiveConnections = active,
            NewConnections = 4,
            ProcessedBytes = -1,
            Requests = requests,
            Responses2xx = requests - 1,
            Responses5xx = 1,
            ResponseTime = new CWStatsSet
            {
                Min = 1,
                Max = 100,
                SampleCount = (int)requests,
                Sum = requests * 20,
            },
        };

    private static void Report(
        UsageReports usage,
        ConnectedWorld world,
        string instance,
        ServiceConnectMetric metric
    ) =>
        usage.Add(
            world.Ecs.View,
            instance,
            new PublishMetricsRequest
            {
                ServiceConnectMetrics =
                [
                    metric with
                    {
                        NamespaceArn = ConnectedWorld.Namespace,
                        DiscoveryName = metric.DiscoveryName ?? "web",
                    },
                ],
            }
        );

    private static Dictionary<string, double> End(UsageReports usage, ConnectedWorld world)
    {
        world.Ecs.Clock.Advance(TimeSpan.FromMinutes(1));
        var minute = usage.TakeEnded().ShouldNotBeNull();
        return MetricsReport
            .SamplesOf(world.Ecs.View, minute)
            .ToDictionary(
                sample =>
                    $"{sample.Datum.MetricName} "
                    + string.Join(',', sample.Datum.Dimensions!.Select(each => $"{each.Name}={each.Value}")),
                sample => sample.Datum.StatisticValues!.Sum!.Value
            );
    }
}
