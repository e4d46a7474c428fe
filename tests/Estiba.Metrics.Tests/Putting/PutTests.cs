using Estiba.Contracts.CloudWatch;
using static Estiba.Metrics.Tests.MetricsWorld;

namespace Estiba.Metrics.Tests.Putting;

public sealed class PutTests
{
    private const string Value = "InvalidParameterValue";
    private const string Combination = "InvalidParameterCombination";
    private const string Missing = "MissingParameter";

    public static TheoryData<string, string, string> Refused =>
        new()
        {
            {
                "old",
                Value,
                "The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks."
            },
            {
                "early",
                Value,
                "The parameter MetricData.member.1.Timestamp must specify a time no more than two hours in the future."
            },
            { "not a number", Value, "The value NaN for parameter MetricData.member.1.Value is invalid." },
            { "infinite", Value, "The value Infinity for parameter MetricData.member.1.Value is invalid." },
            { "large", Value, "The value 1E+109 for parameter MetricData.member.1.Value is invalid." },
            {
                "nothing",
                Missing,
                "At least one of the parameters MetricData.member.1.Value, MetricData.member.1.Values or "
                    + "MetricData.member.1.StatisticValues must be specified."
            },
            {
                "value and values",
                Combination,
                "The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive and "
                    + "you have specified both."
            },
            {
                "value and set",
                Combination,
                "The parameters MetricData.member.1.Value and MetricData.member.1.StatisticValues are mutually "
                    + "exclusive and you have specified both."
            },
            {
                "counts",
                Value,
                "The parameters MetricData.member.1.Values and MetricData.member.1.Counts must be of the same size."
            },
            { "151 values", Value, "The collection MetricData.member.1.Values must not have a size greater than 150." },
            {
                "upside down",
                Value,
                "The parameter MetricData.member.1.StatisticValues.Maximum must be greater than "
                    + "MetricData.member.1.StatisticValues.Minimum."
            },
            { "none", Value, "The parameter MetricData.member.1.StatisticValues.SampleCount must not equal 0." },
            {
                "resolution",
                Value,
                "The parameter MetricData.member.1.StorageResolution must be a value in the set [1, 60]; 10 is none."
            },
            { "twice", Value, "No Metric may specify the same dimension twice." },
            { "colon", Value, "The value :a for parameter MetricData.member.1.Dimensions.member.1.Name is invalid." },
            { "letters", Value, "The value Größe for parameter MetricData.member.1.MetricName is invalid." },
        };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_is_wrong_is_told_in_CloudWatchs_words(string what, string code, string message)
    {
        await using var world = await OpenAsync();
        var good = Datum();
        var set = new StatisticSet
        {
            SampleCount = 2,
            Sum = 3,
            Minimum = 1,
            Maximum = 2,
        };
        var bad = what switch
        {
            "old" => good with { Timestamp = world.Now.AddDays(-14).AddSeconds(-1) },
            "early" => good with { Timestamp = world.Now.AddHours(2).AddSeconds(1) },
            "not a number" => good with { Value = double.NaN },
            "infinite" => good with { Value = double.PositiveInfinity },
            "large" => good with { Value = 1e109 },
            "nothing" => good with { Value = null },
            "value and values" => good with { Values = [1, 10] },
            "value and set" => good with { StatisticValues = set },
            "counts" => good with { Value = null, Values = [1, 10], Counts = [2, 4, 1] },
            "151 values" => good with { Value = null, Values = [.. Enumerable.Repeat(1.0, 151)] },
            "upside down" => good with { Value = null, StatisticValues = set with { Minimum = 3 } },
            "none" => good with { Value = null, StatisticValues = set with { SampleCount = 0 } },
            "resolution" => good with { StorageResolution = 10 },
            "twice" => good with { Dimensions = [Of("a", "1"), Of("a", "2")] },
            "colon" => good with { Dimensions = [Of(":a", "1")] },
            _ => good with { MetricName = "Größe" },
        };

        await RefusedAsync(() => world.PutAsync(bad, Datum()), code, message);
        (await world.StatisticsAsync()).ShouldBeEmpty("nothing of a request is stored that is refused");
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_a_line_each()
    {
        await using var world = await OpenAsync();
        var old = Datum() with { Timestamp = world.Now.AddDays(-15) };
        await RefusedAsync(
            () => world.PutAsync(old, Datum(), old),
            Value,
            "The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks.\n"
                + "The parameter MetricData.member.3.Timestamp must specify a time within the past two weeks."
        );
    }

    [Fact]
    public async Task A_request_has_one_metric_at_least_and_a_thousand_at_most()
    {
        await using var world = await OpenAsync();
        await RefusedAsync(() => world.PutAsync(), Missing, "The parameter MetricData is required.");
        await RefusedAsync(
            () => world.PutAsync([.. Enumerable.Repeat(Datum(), 1001)]),
            Value,
            "The collection MetricData must not have a size greater than 1000."
        );
        await world.PutAsync([.. Enumerable.Repeat(Datum(), 1000)]);
        (await world.StatisticsAsync()).ShouldHaveSingleItem().Sum.ShouldBe(1000);
    }

    [Fact]
    public async Task Only_services_of_the_platform_put_values_into_the_namespaces_of_AWS()
    {
        await using var world = await OpenAsync();
        var request = new PutMetricDataInput { Namespace = "AWS/ECS", MetricData = [Datum("CPUUtilization")] };
        await RefusedAsync(
            () => world.Api.PutMetricDataAsync(request, Caller),
            Value,
            "The value AWS/ for parameter Namespace is invalid."
        );
        await world.AsService.PutMetricDataAsync(request, Caller);
        var found = await world.StatisticsAsync(it => it with { Namespace = "AWS/ECS", MetricName = "CPUUtilization" });
        found.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Values_come_up_to_two_weeks_late_and_two_hours_early_with_counts_or_as_a_set()
    {
        await using var world = await OpenAsync();
        await world.PutAsync(
            Datum() with
            {
                Timestamp = world.Now.AddDays(-14),
            },
            Datum() with
            {
                Timestamp = world.Now.AddHours(2),
            },
            Datum(value: null) with
            {
                Values = [2, 3],
                Counts = [10, 1],
            },
            Datum(value: null) with
            {
                StatisticValues = new StatisticSet
                {
                    SampleCount = 4,
                    Sum = 10,
                    Minimum = -1,
                    Maximum = 5,
                },
            }
        );
        var found = await world.StatisticsAsync(it =>
            it with
            {
                StartTime = world.Now.AddDays(-14),
                EndTime = world.Now.AddHours(3),
                Period = 3600,
                Statistics = ["SampleCount", "Sum", "Minimum", "Maximum", "Average"],
            }
        );
        found
            .Select(point => (point.SampleCount, point.Sum, point.Minimum, point.Maximum, point.Average))
            .ShouldBe([(1, 1, 1, 1, 1), (15, 33, -1, 5, 2.2), (1, 1, 1, 1, 1)]);
        found
            .Select(point => point.Timestamp!.Value - world.Now)
            .ShouldBe([TimeSpan.FromDays(-14), default, TimeSpan.FromHours(2)]);
    }

    [Fact]
    public async Task Values_of_entities_are_stored_without_them_or_refused()
    {
        await using var world = await OpenAsync();
        var request = new PutMetricDataInput
        {
            Namespace = "App",
            EntityMetricData = [new EntityMetricData { Entity = new Entity(), MetricData = [Datum()] }],
        };
        await world.Api.PutMetricDataAsync(request, Caller);
        (await world.StatisticsAsync()).ShouldHaveSingleItem();
        await RefusedAsync(
            () => world.Api.PutMetricDataAsync(request with { StrictEntityValidation = true }, Caller),
            Value,
            "Estiba does not keep the entities of metrics: send EntityMetricData without StrictEntityValidation to "
                + "have the values stored without them."
        );
    }

    private static Dimension Of(string name, string value) => new() { Name = name, Value = value };
}
