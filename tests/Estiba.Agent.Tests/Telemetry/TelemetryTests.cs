using Estiba.Agent.Telemetry;
using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts.Tcs;
using Estiba.Engines;
using Estiba.Engines.Simulated;

namespace Estiba.Agent.Tests.Telemetry;

public sealed class TelemetryTests
{
    [Fact]
    public void Processor_time_counts_in_percent_of_the_instance()
    {
        var usage = new ContainerUsage(instanceCpu: 2048);
        var at = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

        usage.Add(
            new ContainerStatistics
            {
                At = at,
                ProcessorNanoseconds = 0,
                MemoryBytes = 10 * 1024 * 1024,
            }
        );
        usage.Add(
            new ContainerStatistics
            {
                At = at.AddSeconds(10),
                ProcessorNanoseconds = 5_000_000_000,
                MemoryBytes = 20 * 1024 * 1024,
            }
        );

        var metric = usage.Take("app", restartCount: null)!;
        metric.CpuStatsSet!.Max.ShouldBe(25);
        metric.MemoryStatsSet.ShouldBe(
            new CWStatsSet
            {
                Min = 10,
                Max = 20,
                Sum = 30,
                SampleCount = 2,
            }
        );
    }

    [Fact]
    public void Counters_that_began_anew_count_for_nothing()
    {
        var usage = new ContainerUsage(instanceCpu: 1024);
        var at = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

        usage.Add(new ContainerStatistics { At = at, ProcessorNanoseconds = 9_000_000_000 });
        usage.Add(new ContainerStatistics { At = at.AddSeconds(10), ProcessorNanoseconds = 1 });

        usage.Take("app", restartCount: null).ShouldBeNull();
    }

    [Fact]
    public async Task Statistics_of_every_container_are_sent()
    {
        await using var test = await StartAsync();
        var task = TestTasks.Task(TestTasks.Shell("app", "true") with { Image = "nginx" });
        await test.RunAsync(task);

        PublishMetricsRequest message;
        do message = await test.Server.ReceiveAsync<PublishMetricsRequest>();
        while (message.Metadata!.Idle == true);

        var metric = message.TaskMetrics.ShouldHaveSingleItem();
        metric.TaskArn.ShouldBe(task.Arn);
        metric.ContainerMetrics![0].ContainerName.ShouldBe("app");
        metric.ContainerMetrics![0].CpuStatsSet!.SampleCount.ShouldNotBeNull();
    }

    [Fact]
    public async Task Health_is_sent_when_it_changes()
    {
        await using var test = await StartAsync();
        await test.RunAsync(
            TestTasks.Task(TestTasks.Shell("app", "true") with { Image = "soon-healthy", HealthCheckType = "docker" })
        );

        PublishHealthRequest message;
        do message = await test.Server.ReceiveAsync<PublishHealthRequest>();
        while (message.Tasks![0].Containers![0].HealthStatus != "HEALTHY");

        message.Metadata!.Fin.ShouldBe(true);
    }

    [Fact]
    public async Task The_instance_says_how_its_engine_is()
    {
        await using var test = await StartAsync();

        var status = (await test.Server.ReceiveAsync<PublishInstanceStatusRequest>()).Statuses.ShouldHaveSingleItem();

        status.Type.ShouldBe("CONTAINER_RUNTIME");
        status.Status.ShouldBe("OK");
    }

    private static Task<TestAgent> StartAsync() =>
        TestAgent.StartAsync(
            options => options with { TelemetryInterval = TimeSpan.FromMilliseconds(100) },
            new SimulatedEngine(
                new SimulationOptions
                {
                    Script = image =>
                        image == "soon-healthy"
                            ? new ContainerScript { HealthyAfter = TimeSpan.FromMilliseconds(300) }
                            : ContainerScript.OfImage(image),
                },
                TimeProvider.System,
                seed: 1
            )
        );
}
