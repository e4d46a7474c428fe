using Estiba.Contracts.AutoScaling;
using static Estiba.AutoScaling.Tests.AutoScalingWorld;

namespace Estiba.AutoScaling.Tests.Metrics;

/// <summary>The metrics of groups.</summary>
public sealed class GroupMetricTests
{
    [Fact]
    public async Task CloudWatch_is_told_each_minute_of_the_metrics_that_are_enabled()
    {
        await using var world = await WithGroupAsync(desired: 2);
        await world.Scheduler.RunChoreAsync("autoscaling.metrics");
        world.CloudWatch.Published.ShouldBeEmpty();
        await EnableAsync(world, "GroupDesiredCapacity", "GroupInServiceInstances", "WarmPoolTotalCapacity");
        await world.WantAsync(3);

        await world.Scheduler.RunChoreAsync("autoscaling.metrics");

        var told = world.CloudWatch.Published.Select(each => (each.MetricName, each.StatisticValues!.Sum)).ToList();
        told.ShouldContain(("GroupDesiredCapacity", 3d));
        told.ShouldAllBe(each => each.MetricName != "WarmPoolTotalCapacity" && each.MetricName != "GroupMinSize");
        world
            .CloudWatch.Published[^1]
            .Dimensions!.Select(each => (each.Name, each.Value))
            .ShouldBe([("AutoScalingGroupName", Web)]);
    }

    [Fact]
    public async Task All_are_enabled_and_disabled_where_none_is_named()
    {
        await using var world = await WithGroupAsync(desired: 0);
        await EnableAsync(world);
        var all = (await world.GroupAsync()).EnabledMetrics!;
        all.Count.ShouldBeGreaterThan(8);
        all.ShouldAllBe(each => each.Granularity == "1Minute");

        await world.Api.DisableMetricsCollectionAsync(
            new DisableMetricsCollectionQuery { AutoScalingGroupName = Web, Metrics = ["GroupMinSize"] },
            Context
        );
        (await world.GroupAsync()).EnabledMetrics!.Count.ShouldBe(all.Count - 1);
        await world.Api.DisableMetricsCollectionAsync(
            new DisableMetricsCollectionQuery { AutoScalingGroupName = Web },
            Context
        );
        (await world.GroupAsync()).EnabledMetrics.ShouldBeEmpty();
    }

    [Fact]
    public async Task Other_metrics_and_intervals_are_refused()
    {
        await using var world = await WithGroupAsync(desired: 0);
        (await ErrorOfAsync(() => EnableAsync(world, "GroupMood"))).Code.ShouldBe("ValidationError");
        (
            await ErrorOfAsync(() =>
                world.Api.EnableMetricsCollectionAsync(
                    new EnableMetricsCollectionQuery { AutoScalingGroupName = Web, Granularity = "5Minute" },
                    Context
                )
            )
        ).Code.ShouldBe("ValidationError");
        (await world.GroupAsync()).EnabledMetrics.ShouldBeEmpty();
    }

    private static Task EnableAsync(AutoScalingWorld world, params string[] metrics) =>
        world.Api.EnableMetricsCollectionAsync(
            new EnableMetricsCollectionQuery
            {
                AutoScalingGroupName = Web,
                Granularity = "1Minute",
                Metrics = metrics,
            },
            Context
        );
}
