using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Tcs;
using Estiba.Ecs.Metrics;
using Estiba.Hosting.Metrics;

namespace Estiba.Ecs.Tests.Metrics;

/// <summary>What becomes of agents' statistics: the metrics of clusters, services, tasks and containers.</summary>
public sealed class MetricsReportTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Each_task_of_a_service_is_one_value_in_percent_of_what_it_reserves()
    {
        await using var world = await EcsWorld.CreateAsync();
        var usage = new UsageReports(world.Clock);
        var (first, second) = await TwoTasksAsync(world);

        // 256 CPU units and 256 MiB are reserved; 12.5 % of an instance of 2,048 units are 256.
        Report(world, usage, first, cpu: [12.5, 12.5], memory: 128);
        Report(world, usage, second, cpu: [0, 6.25], memory: 64);
        Report(world, usage, second, cpu: [6.25, 12.5], memory: 64);

        var samples = await EndMinuteAsync(world, usage);
        Statistics(samples, "CPUUtilization", "s").ShouldBe((2, 150, 50, 100));
        Statistics(samples, "MemoryUtilization", "s").ShouldBe((2, 75, 25, 50));
        samples.ShouldAllBe(sample => sample.Datum.Timestamp == EcsWorld.Start && sample.Namespace == "AWS/ECS");
    }

    [Fact]
    public async Task A_cluster_tells_what_of_its_instances_is_reserved_and_used()
    {
        await using var world = await EcsWorld.CreateAsync();
        var usage = new UsageReports(world.Clock);
        var (first, _) = await TwoTasksAsync(world);
        await world.AddInstanceAsync(cpu: 2048, memory: 3900, ec2: "i-2");

        Report(world, usage, first, cpu: [50], memory: 390);

        var samples = await EndMinuteAsync(world, usage);
        Statistics(samples, "CPUReservation").ShouldBe((1, 12.5, 12.5, 12.5));
        Statistics(samples, "CPUUtilization").ShouldBe((1, 25, 25, 25));
        Statistics(samples, "MemoryUtilization").ShouldBe((1, 5, 5, 5));
        Statistics(samples, "MemoryReservation").Sum.ShouldBe(512 / 7800.0 * 100, 1e-9);
        samples.ShouldNotContain(sample => sample.Datum.MetricName == "GPUReservation");
    }

    [Fact]
    public async Task An_agent_speaks_for_its_own_tasks_alone()
    {
        await using var world = await EcsWorld.CreateAsync();
        var usage = new UsageReports(world.Clock);
        var (first, _) = await TwoTasksAsync(world);
        var other = await world.AddInstanceAsync(ec2: "i-2");

        Report(world, usage, first, cpu: [50], memory: 1, instance: KeyOf(world, other));
        Report(world, usage, first.Replace("task/", "task/x", StringComparison.Ordinal), cpu: [50], memory: 1);
        Report(world, usage, "no arn", cpu: [50], memory: 1);

        (await EndMinuteAsync(world, usage)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1)]
    public async Task Numbers_that_make_no_sense_are_not_said(double value)
    {
        await using var world = await EcsWorld.CreateAsync();
        var usage = new UsageReports(world.Clock);
        var (first, _) = await TwoTasksAsync(world);

        Report(world, usage, first, cpu: [value], memory: 128);

        var samples = await EndMinuteAsync(world, usage);
        Statistics(samples, "CPUUtilization", "s").ShouldBe((1, 0, 0, 0));
        Statistics(samples, "MemoryUtilization", "s").ShouldBe((1, 50, 50, 50));
    }

    [Fact]
    public async Task Without_reports_there_are_no_metrics()
    {
        await using var world = await EcsWorld.CreateAsync();
        var usage = new UsageReports(world.Clock);
        var (first, _) = await TwoTasksAsync(world);
        Report(world, usage, first, cpu: [1], memory: 1);
        (await EndMinuteAsync(world, usage)).ShouldNotBeEmpty();

        (await EndMinuteAsync(world, usage)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("disabled", false, false)]
    [InlineData("enabled", true, false)]
    [InlineData("enhanced", true, true)]
    public async Task Container_insights_are_as_the_cluster_is_set(string setting, bool insights, bool tasks)
    {
        await using var world = await EcsWorld.CreateAsync();
        var usage = new UsageReports(world.Clock);
        var (first, second) = await TwoTasksAsync(world);
        await world.Api.UpdateClusterSettingsAsync(
            new UpdateClusterSettingsRequest
            {
                Cluster = "default",
                Settings = [new ClusterSetting { Name = "containerInsights", Value = setting }],
            },
            world.Caller
        );
        Report(world, usage, first, cpu: [12.5], memory: 128, restarts: 3);
        Report(world, usage, second, cpu: [12.5], memory: 64);

        var samples = (await EndMinuteAsync(world, usage))
            .Where(sample => sample.Namespace == "ECS/ContainerInsights")
            .ToList();

        (samples.Count > 0).ShouldBe(insights);
        samples.Any(sample => sample.Datum.Dimensions!.Any(its => its.Name == "TaskId")).ShouldBe(tasks);
        samples.Any(sample => sample.Datum.Dimensions!.Any(its => its.Name == "ContainerName")).ShouldBe(tasks);
        if (!insights)
            return;
        Statistics(samples, "TaskCount").Sum.ShouldBe(2);
        Statistics(samples, "ServiceCount").Sum.ShouldBe(1);
        Statistics(samples, "ContainerInstanceCount").Sum.ShouldBe(1);
        Statistics(samples, "RunningTaskCount", "s").Sum.ShouldBe(2);
        Statistics(samples, "DesiredTaskCount", "s").Sum.ShouldBe(2);
        Statistics(samples, "PendingTaskCount", "s").Sum.ShouldBe(0);
        Statistics(samples, "DeploymentCount", "s").Sum.ShouldBe(1);
        Statistics(samples, "MemoryUtilized", "s").ShouldBe((2, 192, 64, 128));
        Statistics(samples, "CpuReserved").ShouldBe((2, 512, 256, 256));
        Statistics(samples, "RestartCount", "s").ShouldBe((1, 3, 3, 3));
    }

    [Fact]
    public async Task A_minute_is_told_once_as_the_service_that_may_write_to_namespaces_of_AWS()
    {
        await using var world = await EcsWorld.CreateAsync();
        var usage = new UsageReports(world.Clock);
        var (first, _) = await TwoTasksAsync(world);
        var cloudWatch = new StandInCloudWatch();
        var report = new MetricsReport(
            world.Store,
            usage,
            new MetricPublisher("ecs.amazonaws.com", cloudWatch, () => "r")
        );
        Report(world, usage, first, cpu: [1], memory: 1);

        await report.RunAsync(default);
        cloudWatch.Puts.ShouldBeEmpty();
        world.Clock.Advance(Minute);
        await report.RunAsync(default);
        await report.RunAsync(default);

        var (request, context) = cloudWatch.Puts.ShouldHaveSingleItem();
        (request.Namespace, context.Service, context.AccountId, context.Region).ShouldBe(
            ("AWS/ECS", "ecs.amazonaws.com", "123456789012", "eu-west-1")
        );
    }

    [Fact]
    public async Task A_request_has_a_thousand_metrics_at_most()
    {
        var cloudWatch = new StandInCloudWatch();
        var publisher = new MetricPublisher("ecs.amazonaws.com", cloudWatch, () => "r");
        var scope = new Scope("123456789012", "eu-west-1");

        await publisher.PublishAsync(
            Enumerable
                .Range(0, 2001)
                .Select(at => MetricSample.Of(scope, "AWS/ECS", $"m{at}", "Count", [], EcsWorld.Start, Spread.Of(at))),
            default
        );

        cloudWatch.Puts.Select(put => put.Request.MetricData!.Count).ShouldBe([1000, 1000, 1]);
    }

    private static async Task<(string First, string Second)> TwoTasksAsync(EcsWorld world)
    {
        await world.AddInstanceAsync(cpu: 2048, memory: 3900, ec2: "i-1");
        await world.Api.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest
            {
                Family = "web",
                ContainerDefinitions =
                [
                    new ContainerDefinition
                    {
                        Name = "nginx",
                        Image = "nginx",
                        Cpu = 256,
                        Memory = 256,
                    },
                ],
            },
            world.Caller
        );
        await world.CreateServiceAsync(desired: 2);
        await world.ObeyAsync();
        var tasks = await world.TasksAsync();
        return (tasks[0].TaskArn!, tasks[1].TaskArn!);
    }

    private static string KeyOf(EcsWorld world, string arn) =>
        world.View.Range(EcsTables.ContainerInstances).Single(instance => instance.Arn == arn).Key;

    private static void Report(
        EcsWorld world,
        UsageReports usage,
        string task,
        double[] cpu,
        double memory,
        long? restarts = null,
        string? instance = null
    ) =>
        usage.Add(
            world.View,
            instance ?? world.View.Range(EcsTables.ContainerInstances).First(its => its.Ec2InstanceId == "i-1").Key,
            new PublishMetricsRequest
            {
                TaskMetrics =
                [
                    new TaskMetric
                    {
                        TaskArn = task,
                        ContainerMetrics =
                        [
                            new ContainerMetric
                            {
                                ContainerName = "nginx",
                                CpuStatsSet = SetOf(cpu),
                                MemoryStatsSet = SetOf([memory]),
                                RestartStatsSet = restarts is { } count
                                    ? new RestartStatsSet { RestartCount = count }
                                    : null,
                            },
                            new ContainerMetric { ContainerName = "stranger", CpuStatsSet = SetOf([100]) },
                        ],
                    },
                ],
            }
        );

    private static CWStatsSet SetOf(double[] values) =>
        new()
        {
            Min = values.Min(),
            Max = values.Max(),
            Sum = values.Sum(),
            SampleCount = values.Length,
        };

    private static async Task<List<MetricSample>> EndMinuteAsync(EcsWorld world, UsageReports usage)
    {
        await world.SettleAsync();
        world.Clock.Advance(Minute);
        return usage.TakeEnded() is { } minute ? [.. MetricsReport.SamplesOf(world.View, minute)] : [];
    }

    private static (double Count, double Sum, double Minimum, double Maximum) Statistics(
        IEnumerable<MetricSample> samples,
        string name,
        string? service = null
    )
    {
        var set = samples
            .Where(sample => sample.Datum.MetricName == name)
            .Single(sample =>
                sample
                    .Datum.Dimensions!.Select(its => (its.Name, its.Value))
                    .SequenceEqual(
                        service is null
                            ? [("ClusterName", "default")]
                            : [("ClusterName", "default"), ("ServiceName", service)]
                    )
            )
            .Datum.StatisticValues!;
        return (set.SampleCount!.Value, set.Sum!.Value, set.Minimum!.Value, set.Maximum!.Value);
    }

    /// <summary>CloudWatch, which only notes what it is given.</summary>
    private sealed class StandInCloudWatch : ICloudWatchApi
    {
        internal List<(PutMetricDataInput Request, CallContext Context)> Puts { get; } = [];

        public Task<PutMetricDataResponse> PutMetricDataAsync(
            PutMetricDataInput request,
            CallContext context,
            CancellationToken cancellation = default
        )
        {
            Puts.Add((request, context));
            return Task.FromResult(new PutMetricDataResponse());
        }
    }
}
