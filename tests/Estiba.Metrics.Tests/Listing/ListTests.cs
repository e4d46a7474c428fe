using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using static Estiba.Metrics.Tests.MetricsWorld;

namespace Estiba.Metrics.Tests.Listing;

public sealed class ListTests
{
    [Fact]
    public async Task Metrics_are_found_by_namespace_name_and_dimensions()
    {
        await using var world = await OpenAsync();
        await world.PutAsync(
            Datum("Latency"),
            Of("Latency", ("Service", "web")),
            Of("Latency", ("Zone", "a"), ("Service", "web")),
            Of("Errors", ("Service", "api"))
        );

        (await NamesAsync(world, new ListMetricsInput())).Count.ShouldBe(4);
        (await NamesAsync(world, new ListMetricsInput { Namespace = "Other" })).ShouldBeEmpty();
        (await NamesAsync(world, new ListMetricsInput { MetricName = "Errors" })).ShouldBe(["Errors Service=api"]);
        (
            await NamesAsync(world, new ListMetricsInput { Dimensions = [new DimensionFilter { Name = "Service" }] })
        ).Count.ShouldBe(3);
        (
            await NamesAsync(
                world,
                new ListMetricsInput { Dimensions = [new DimensionFilter { Name = "Service", Value = "web" }] }
            )
        ).ShouldBe(["Latency Service=web", "Latency Service=web Zone=a"]);
    }

    [Fact]
    public async Task A_page_has_five_hundred_in_an_order_that_stays()
    {
        await using var world = await OpenAsync();
        for (var i = 0; i < 1200; i += 400)
            await world.PutAsync([.. Enumerable.Range(i, 400).Select(j => Datum($"m{j:D4}"))]);

        var first = await world.Api.ListMetricsAsync(new ListMetricsInput { Namespace = "App" }, Caller);
        first.Metrics!.Count.ShouldBe(500);
        await world.PutAsync("later", 1);
        var all = await NamesAsync(world, new ListMetricsInput { Namespace = "App" });
        all.Distinct().Count().ShouldBe(1201);
        all.Take(500).ShouldBe(first.Metrics.Select(metric => metric.MetricName));
        await RefusedAsync(
            () =>
                world.Api.ListMetricsAsync(
                    new ListMetricsInput { Namespace = "Other", NextToken = first.NextToken },
                    Caller
                ),
            "InvalidParameterValue",
            "Invalid nextToken"
        );
    }

    [Fact]
    public async Task Those_are_listed_that_had_values_in_two_weeks_or_where_asked_in_three_hours()
    {
        await using var world = await OpenAsync();
        await world.PutAsync("old", 1);
        world.Time.Advance(TimeSpan.FromDays(13));
        await world.PutAsync("new", 1);

        (await NamesAsync(world, new ListMetricsInput())).ShouldBe(["old", "new"]);
        (await NamesAsync(world, new ListMetricsInput { RecentlyActive = "PT3H" })).ShouldBe(["new"]);
        world.Time.Advance(TimeSpan.FromDays(2));
        (await NamesAsync(world, new ListMetricsInput())).ShouldBe(["new"]);
    }

    [Fact]
    public async Task Another_account_or_region_has_metrics_of_its_own()
    {
        await using var world = await OpenAsync();
        await world.PutAsync("m", 1);
        var elsewhere = await world.Api.ListMetricsAsync(new ListMetricsInput(), Caller with { Region = "us-east-1" });
        elsewhere.Metrics.ShouldBeEmpty();
        var mine = await world.Api.ListMetricsAsync(new ListMetricsInput { IncludeLinkedAccounts = true }, Caller);
        mine.OwningAccounts.ShouldBe([Caller.AccountId]);
        (await NamesAsync(world, new ListMetricsInput { OwningAccount = "210987654321" })).ShouldBeEmpty();
    }

    [Fact]
    public async Task Tags_are_of_what_there_is()
    {
        await using var world = await OpenAsync();
        var arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:none";
        var missing = await Should.ThrowAsync<AwsException>(() =>
            world.Api.ListTagsForResourceAsync(new ListTagsForResourceInput { ResourceARN = arn }, Caller)
        );
        (missing.Code, missing.StatusCode).ShouldBe(("ResourceNotFoundException", 404));
        var none = await Should.ThrowAsync<AwsException>(() =>
            world.Api.ListTagsForResourceAsync(new ListTagsForResourceInput { ResourceARN = "x" }, Caller)
        );
        none.QueryCode.ShouldBe("InvalidParameterValue");
    }

    private static async Task<List<string>> NamesAsync(MetricsWorld world, ListMetricsInput request)
    {
        var names = new List<string>();
        do
        {
            var page = await world.Api.ListMetricsAsync(request, Caller);
            names.AddRange(
                page.Metrics!.Select(metric =>
                    string.Join(' ', [metric.MetricName, .. metric.Dimensions!.Select(it => $"{it.Name}={it.Value}")])
                )
            );
            request = request with { NextToken = page.NextToken };
        } while (request.NextToken is not null);
        return names;
    }

    private static MetricDatum Of(string name, params (string Name, string Value)[] dimensions) =>
        Datum(name) with
        {
            Dimensions = [.. dimensions.Select(it => new Dimension { Name = it.Name, Value = it.Value })],
        };
}
