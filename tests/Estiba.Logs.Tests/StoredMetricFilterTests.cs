using Estiba.Contracts;
using Estiba.Contracts.Logs;

namespace Estiba.Logs.Tests;

public sealed class StoredMetricFilterTests
{
    [Fact]
    public async Task A_metric_filter_is_kept_shown_counted_changed_and_deleted()
    {
        await using var world = await LogsWorld.WithStreamAsync();

        await PutAsync(world, "errors", "ERROR");
        await PutAsync(world, "errors", "{ $.level = \"error\" }");
        await PutAsync(world, "all", "");

        var filters = await DescribeAsync(world);
        filters
            .Select(filter => (filter.FilterName, filter.FilterPattern))
            .ShouldBe([("all", ""), ("errors", "{ $.level = \"error\" }")]);
        filters[1].MetricTransformations!.Single().MetricName.ShouldBe("Errors");
        filters[1].CreationTime.ShouldBe(world.Time.Milliseconds);
        filters[1].LogGroupName.ShouldBe("g");
        (await GroupAsync(world)).MetricFilterCount.ShouldBe(2);

        await world.Api.DeleteMetricFilterAsync(
            new DeleteMetricFilterRequest { LogGroupName = "g", FilterName = "errors" },
            LogsWorld.Caller
        );

        (await DescribeAsync(world)).Select(filter => filter.FilterName).ShouldBe(["all"]);
        (await GroupAsync(world)).MetricFilterCount.ShouldBe(1);
    }

    [Fact]
    public async Task Metric_filters_go_with_their_group()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutAsync(world, "errors", "ERROR");

        await world.Api.DeleteLogGroupAsync(new DeleteLogGroupRequest { LogGroupName = "g" }, LogsWorld.Caller);
        await world.CreateGroupAsync("g");

        (await world.Api.DescribeMetricFiltersAsync(new(), LogsWorld.Caller)).MetricFilters!.ShouldBeEmpty();
    }

    [Fact]
    public async Task Metric_filters_are_found_by_prefix_and_by_metric_in_pages()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        foreach (var name in (string[])["a1", "a2", "b1"])
            await PutAsync(world, name, "x");

        (
            await DescribeAsync(world, request => request with { LogGroupName = "g", FilterNamePrefix = "a" })
        ).Count.ShouldBe(2);
        (
            await DescribeAsync(world, request => request with { MetricName = "Errors", MetricNamespace = "App" })
        ).Count.ShouldBe(3);
        (
            await DescribeAsync(world, request => request with { MetricName = "Errors", MetricNamespace = "Other" })
        ).ShouldBeEmpty();
        var first = await world.Api.DescribeMetricFiltersAsync(
            new DescribeMetricFiltersRequest { Limit = 2 },
            LogsWorld.Caller
        );
        var second = await world.Api.DescribeMetricFiltersAsync(
            new DescribeMetricFiltersRequest { Limit = 2, NextToken = first.NextToken },
            LogsWorld.Caller
        );
        second.MetricFilters!.Single().FilterName.ShouldBe("b1");
        second.NextToken.ShouldBeNull();
    }

    [Fact]
    public async Task What_is_wrong_with_a_metric_filter_is_said()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        var both = Transformation() with
        {
            DefaultValue = 0,
            Dimensions = new Dictionary<string, string> { ["d"] = "$.d" },
        };

        (
            await RefusalAsync(() =>
                world.Api.PutMetricFilterAsync(Put("f", "x") with { MetricTransformations = [both] }, LogsWorld.Caller)
            )
        ).ShouldBe(
            (
                "InvalidParameterException",
                "Invalid metric transformation: dimensions and default value are mutually exclusive properties."
            )
        );
        (
            await RefusalAsync(() => world.Api.PutMetricFilterAsync(Put("f", "{ broken"), LogsWorld.Caller))
        ).Code.ShouldBe("InvalidParameterException");
        (
            await RefusalAsync(() =>
                world.Api.PutMetricFilterAsync(Put("f", "x") with { LogGroupName = "none" }, LogsWorld.Caller)
            )
        ).ShouldBe(("ResourceNotFoundException", "The specified log group does not exist."));
        (
            await RefusalAsync(() =>
                world.Api.DeleteMetricFilterAsync(new() { LogGroupName = "g", FilterName = "f" }, LogsWorld.Caller)
            )
        ).ShouldBe(("ResourceNotFoundException", "The specified metric filter does not exist."));
        (
            await RefusalAsync(() => world.Api.DescribeMetricFiltersAsync(new() { MetricName = "m" }, LogsWorld.Caller))
        ).Code.ShouldBe("InvalidParameterException");
    }

    private static MetricTransformation Transformation() =>
        new()
        {
            MetricName = "Errors",
            MetricNamespace = "App",
            MetricValue = "1",
        };

    private static PutMetricFilterRequest Put(string name, string pattern) =>
        new()
        {
            LogGroupName = "g",
            FilterName = name,
            FilterPattern = pattern,
            MetricTransformations = [Transformation()],
        };

    private static Task PutAsync(LogsWorld world, string name, string pattern) =>
        world.Api.PutMetricFilterAsync(Put(name, pattern), LogsWorld.Caller);

    private static async Task<IReadOnlyList<MetricFilter>> DescribeAsync(
        LogsWorld world,
        Func<DescribeMetricFiltersRequest, DescribeMetricFiltersRequest>? change = null
    )
    {
        var request = new DescribeMetricFiltersRequest { LogGroupName = "g" };
        return (
            await world.Api.DescribeMetricFiltersAsync(
                change is null ? request : change(new DescribeMetricFiltersRequest()),
                LogsWorld.Caller
            )
        ).MetricFilters!;
    }

    private static async Task<LogGroup> GroupAsync(LogsWorld world) =>
        (await world.Api.DescribeLogGroupsAsync(new(), LogsWorld.Caller)).LogGroups!.Single();

    private static async Task<(string Code, string Message)> RefusalAsync(Func<Task> call)
    {
        var refusal = await Should.ThrowAsync<AwsException>(call);
        return (refusal.Code, refusal.Message);
    }
}
