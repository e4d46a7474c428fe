using Estiba.Contracts.CloudWatch;
using static Estiba.Metrics.Tests.MetricsWorld;

namespace Estiba.Metrics.Tests.Reading;

public sealed class DataTests
{
    [Fact]
    public async Task Metrics_and_expressions_are_answered_together_newest_first()
    {
        await using var world = await OpenAsync();
        await world.PutAsync("Errors", 1);
        await world.PutAsync("Errors", 3, minutes: 1);
        await world.PutAsync("Requests", 10);
        await world.PutAsync("Requests", 20, minutes: 1);

        var data = await world.DataAsync([
            Query("e", "Errors") with
            {
                ReturnData = false,
            },
            Query("r", "Requests"),
            new MetricDataQuery
            {
                Id = "rate",
                Expression = "100 * e / r",
                Label = "Error rate",
            },
        ]);
        data.NextToken.ShouldBeNull();
        data.MetricDataResults!.Select(it => (it.Id, it.Label, it.StatusCode))
            .ShouldBe([("r", "Requests", "Complete"), ("rate", "Error rate", "Complete")]);
        data.MetricDataResults![0].Timestamps.ShouldBe([world.Now.AddMinutes(1), world.Now]);
        data.MetricDataResults[0].Values.ShouldBe([20, 10]);
        data.MetricDataResults[1].Values.ShouldBe([15, 10]);
    }

    [Theory]
    [InlineData("TimestampAscending")]
    [InlineData("TimestampDescending")]
    public async Task Pages_have_so_many_values_and_none_of_them_twice(string order)
    {
        await using var world = await OpenAsync();
        for (var minute = -9; minute <= 0; minute++)
        {
            await world.PutAsync("Latency", minute, minute);
            await world.PutAsync("Other", 100 + minute, minute);
        }

        var (values, token, pages) = (new List<double>(), default(string), 0);
        do
        {
            var page = await world.DataAsync([Query("a"), Query("none", "None"), Query("b", "Other")], it =>
                it with
                {
                    ScanBy = order,
                    MaxDatapoints = 7,
                    NextToken = token,
                }
            );
            page.MetricDataResults!.Sum(it => it.Values!.Count).ShouldBeLessThanOrEqualTo(7);
            values.AddRange(page.MetricDataResults!.SelectMany(it => it.Values!));
            token = page.NextToken;
            pages++;
        } while (token is not null);

        pages.ShouldBe(3);
        var expected = Enumerable.Range(-9, 10).Select(minute => (double)minute).ToList();
        if (order == "TimestampDescending")
            expected.Reverse();
        values.ShouldBe([.. expected, .. expected.Select(value => 100 + value)]);
    }

    [Fact]
    public async Task A_range_may_be_as_long_as_anybody_likes()
    {
        await using var world = await OpenAsync();
        await world.PutAsync("Latency", 7);
        var data = await world.DataAsync([Query("a")], it =>
            it with
            {
                StartTime = DateTimeOffset.UnixEpoch,
                EndTime = DateTimeOffset.MaxValue,
            }
        );
        data.MetricDataResults!.ShouldHaveSingleItem().Values.ShouldBe([7]);
    }

    [Fact]
    public async Task A_token_is_good_for_its_own_request_alone()
    {
        await using var world = await OpenAsync();
        for (var minute = 0; minute < 3; minute++)
            await world.PutAsync("Latency", 1, minute);
        var page = await world.DataAsync([Query("a")], it => it with { MaxDatapoints = 1 });
        page.MetricDataResults!.ShouldHaveSingleItem().StatusCode.ShouldBe("PartialData");
        foreach (var token in new[] { "nonsense", page.NextToken! })
            await RefusedAsync(
                () => world.DataAsync([Query("b")], it => it with { MaxDatapoints = 1, NextToken = token }),
                "InvalidNextToken",
                "The specified NextToken is invalid."
            );
    }

    [Theory]
    [InlineData("Max ${MAX} of ${DATAPOINT_COUNT}", "Max 5.25 of 3")]
    [InlineData("${LABEL}: ${AVG}, ${SUM}, ${FIRST} to ${LAST}", "Latency: 3.083, 9.25, 1 to 3")]
    [InlineData("${PROP('Namespace')} ${PROP('Stat')} ${PROP('Period')}", "App Sum 60")]
    [InlineData("${PROP('Dim.Missing')} ${NOTHING} $5", "${PROP('Dim.Missing')} ${NOTHING} $5")]
    [InlineData("${MAX_TIME} ${FIRST_LAST_TIME_RANGE}", "2026-03-01 13:31:00 2m")]
    public async Task Labels_have_values_in_them(string label, string shown)
    {
        await using var world = await OpenAsync();
        await world.PutAsync("Latency", 1);
        await world.PutAsync("Latency", 5.25, minutes: 1);
        await world.PutAsync("Latency", 3, minutes: 2);

        var data = await world.DataAsync([Query("a") with { Label = label }], it =>
            it with
            {
                LabelOptions = new LabelOptions { Timezone = "+0130" },
            }
        );
        data.MetricDataResults!.ShouldHaveSingleItem().Label.ShouldBe(shown);
    }

    [Fact]
    public async Task What_is_wrong_is_told_in_CloudWatchs_words()
    {
        await using var world = await OpenAsync();
        await RefusedAsync(
            () => world.DataAsync([.. Enumerable.Range(0, 501).Select(i => Query($"m{i}"))]),
            "ValidationError",
            "The collection MetricDataQueries must not have a size greater than 500."
        );
        await RefusedAsync(
            () => world.DataAsync([Query("a")], it => it with { EndTime = it.StartTime }),
            "ValidationError",
            "The parameter StartTime must be less than the parameter EndTime."
        );
        await RefusedAsync(
            () => world.DataAsync([Query("a", stat: "Min")]),
            "ValidationError",
            "The value Min for parameter MetricDataQueries.member.1.MetricStat.Stat is not a valid statistic."
        );
        await RefusedAsync(
            () => world.DataAsync([Query("a") with { Period = 60 }]),
            "ValidationError",
            "The parameters MetricDataQueries.member.1.Period and MetricDataQueries.member.1.MetricStat are mutually "
                + "exclusive and you have specified both."
        );
        await RefusedAsync(
            () => world.DataAsync([Query("a")], it => it with { MaxDatapoints = 100_801 }),
            "ValidationError",
            "The parameter MaxDatapoints must be between 1 and 100800."
        );
    }
}
