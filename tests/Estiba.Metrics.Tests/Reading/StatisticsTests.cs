using static Estiba.Metrics.Tests.MetricsWorld;

namespace Estiba.Metrics.Tests.Reading;

public sealed class StatisticsTests
{
    [Fact]
    public async Task Each_unit_has_datapoints_of_its_own_unless_one_is_asked_for()
    {
        await using var world = await OpenAsync();
        await world.PutAsync(
            Datum(value: 3) with
            {
                Unit = "Seconds",
            },
            Datum(value: 4) with
            {
                Unit = "Bytes",
            },
            Datum()
        );

        (await world.StatisticsAsync())
            .Select(point => (point.Unit, point.Sum))
            .ShouldBe([("Seconds", 3), ("Bytes", 4), ("None", 1)], ignoreOrder: true);
        (await world.StatisticsAsync(it => it with { Unit = "Bytes" })).ShouldHaveSingleItem().Sum.ShouldBe(4);
        (await world.StatisticsAsync(it => it with { Unit = "Percent" })).ShouldBeEmpty();
    }

    [Fact]
    public async Task Percentiles_and_trimmed_means_are_by_the_names_that_were_asked_for()
    {
        await using var world = await OpenAsync();
        await world.PutAsync(Datum(value: null) with { Values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] });

        var point = (
            await world.StatisticsAsync(it =>
                it with
                {
                    Statistics = null,
                    ExtendedStatistics = ["p90", "TM(10%:90%)"],
                }
            )
        ).ShouldHaveSingleItem();
        point.ExtendedStatistics!["p90"].ShouldBe(9);
        point.ExtendedStatistics["TM(10%:90%)"].ShouldBe(5.5);
        point.Sum.ShouldBeNull();
    }

    [Fact]
    public async Task The_start_is_rounded_down_and_periods_begin_there()
    {
        await using var world = await OpenAsync();
        await world.PutAsync("Latency", 1);
        await world.PutAsync("Latency", 2, minutes: 6);

        var found = await world.StatisticsAsync(it =>
            it with
            {
                StartTime = world.Now.AddMinutes(-3).AddSeconds(34),
                Period = 300,
            }
        );
        found.Select(point => point.Timestamp).ShouldBe([world.Now.AddMinutes(-3), world.Now.AddMinutes(2)]);

        world.Time.Advance(TimeSpan.FromDays(20));
        var older = await world.StatisticsAsync(it =>
            it with
            {
                StartTime = world.Now.AddDays(-20).AddMinutes(-3),
                EndTime = world.Now.AddDays(-20).AddMinutes(20),
                Period = 300,
            }
        );
        older[0].Timestamp.ShouldBe(world.Now.AddDays(-20).AddMinutes(0));
    }

    [Fact]
    public async Task What_is_wrong_is_told_in_CloudWatchs_words()
    {
        await using var world = await OpenAsync();
        await RefusedAsync(
            () => world.StatisticsAsync(it => it with { Statistics = null }),
            "MissingParameter",
            "At least one of the parameters Statistics or ExtendedStatistics must be specified."
        );
        await RefusedAsync(
            () => world.StatisticsAsync(it => it with { ExtendedStatistics = ["p90"] }),
            "InvalidParameterCombination",
            "The parameters Statistics and ExtendedStatistics are mutually exclusive and you have specified both."
        );
        await RefusedAsync(
            () => world.StatisticsAsync(it => it with { EndTime = it.StartTime }),
            "InvalidParameterValue",
            "The parameter StartTime must be less than the parameter EndTime."
        );
        await RefusedAsync(
            () => world.StatisticsAsync(it => it with { Period = 90 }),
            "InvalidParameterValue",
            "The parameter Period must be 1, 5, 10, 20, 30, or any multiple of 60."
        );
        await RefusedAsync(
            () => world.StatisticsAsync(it => it with { StartTime = world.Now.AddMinutes(-1598) }),
            "InvalidParameterCombination",
            "You have requested up to 1,608 datapoints, which exceeds the limit of 1,440. You may reduce the "
                + "datapoints requested by increasing Period, or decreasing the time range."
        );
        await RefusedAsync(
            () => world.StatisticsAsync(it => it with { Statistics = null, ExtendedStatistics = ["p101"] }),
            "InvalidParameterValue",
            "The value p101 for parameter ExtendedStatistics is not a valid statistic."
        );
    }
}
