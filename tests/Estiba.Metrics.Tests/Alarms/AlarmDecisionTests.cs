using Estiba.Contracts.CloudWatch;
using Estiba.Metrics.Alarms;
using Estiba.Metrics.Alarms.Evaluation;

namespace Estiba.Metrics.Tests.Alarms;

/// <summary>The tables of "Configuring how CloudWatch alarms treat missing data" (Amazon CloudWatch User Guide): 0 is a
/// datapoint within the threshold, X one that breaches it, - one that is missing; the newest is the last. Then
/// sentences as CloudWatch words them.</summary>
public sealed class AlarmDecisionTests
{
    private const string Ok = "OK";
    private const string Alarm = "ALARM";
    private const string Insufficient = "INSUFFICIENT_DATA";
    private const string Stays = "";

    // 1 December 2026, 10:05:00.
    private static readonly DateTimeOffset Now = new(2026, 12, 1, 10, 5, 0, TimeSpan.Zero);

    // Three of three.
    [Theory]
    [InlineData("0 - X - X", Ok, Ok, Ok, Ok)]
    [InlineData("0 - - - -", Ok, Ok, Ok, Ok)]
    [InlineData("- - - - -", Insufficient, Stays, Alarm, Ok)]
    [InlineData("0 X X - X", Alarm, Alarm, Alarm, Alarm)]
    [InlineData("- - X - -", Alarm, Stays, Alarm, Ok)]
    [InlineData("X - - - -", Alarm, Stays, Alarm, Ok)]
    // The next one may be better.
    [InlineData("- - - - X", Insufficient, Stays, Alarm, Ok)]
    [InlineData("- - - X -", Insufficient, Stays, Alarm, Ok)]
    [InlineData("- - - X 0", Ok, Ok, Ok, Ok)]
    [InlineData("- - X - 0", Ok, Ok, Ok, Ok)]
    [InlineData("X X X X 0", Ok, Ok, Ok, Ok)]
    [InlineData("0 0 X X X", Alarm, Alarm, Alarm, Alarm)]
    public void Three_of_three(string points, string missing, string ignore, string breaching, string notBreaching) =>
        States(3, 3, points).ShouldBe([missing, ignore, breaching, notBreaching]);

    // Two of three.
    [Theory]
    [InlineData("0 - X - X", Alarm, Alarm, Alarm, Alarm)]
    [InlineData("0 0 X 0 X", Alarm, Alarm, Alarm, Alarm)]
    [InlineData("0 - X - -", Ok, Ok, Alarm, Ok)]
    [InlineData("- - - - 0", Ok, Ok, Alarm, Ok)]
    [InlineData("- - - X -", Alarm, Stays, Alarm, Ok)]
    [InlineData("- - - - X", Insufficient, Stays, Alarm, Ok)]
    public void Two_of_three(string points, string missing, string ignore, string breaching, string notBreaching) =>
        States(2, 3, points).ShouldBe([missing, ignore, breaching, notBreaching]);

    [Theory]
    [InlineData(ComparisonOperator.GreaterThanThreshold, "OK ALARM")]
    [InlineData(ComparisonOperator.GreaterThanOrEqualToThreshold, "ALARM ALARM")]
    [InlineData(ComparisonOperator.LessThanThreshold, "OK OK")]
    [InlineData(ComparisonOperator.LessThanOrEqualToThreshold, "ALARM OK")]
    public void The_threshold_itself_is_within_or_without(string comparison, string expected)
    {
        var settings = Settings(1, 1) with { ComparisonOperator = comparison };
        string.Join(' ', Decide(settings, 0.5).State, Decide(settings, 0.6).State).ShouldBe(expected);
    }

    [Fact]
    public void Alarms_on_tables_of_DynamoDB_ignore_what_is_missing() =>
        Decide(Settings(1, 1) with { Namespace = "AWS/DynamoDB", TreatMissingData = "breaching" }, [null])
            .State.ShouldBeNull();

    [Fact]
    public void A_window_ends_with_the_last_full_minute_and_is_longer_than_what_is_evaluated()
    {
        var time = Now.AddSeconds(42);
        var five = AlarmWindow.Of(Settings(1, 3) with { Period = 300 }, time);
        DateTimeOffset.FromUnixTimeSeconds(five.Until).ShouldBe(Now);
        five.Count.ShouldBe(5);
        AlarmWindow.Of(Settings(1, 3) with { Period = 3600 }, time).Count.ShouldBe(4);
        AlarmWindow.Of(Settings(1, 3) with { Period = 86_400 }, time).Count.ShouldBe(3);
        DateTimeOffset
            .FromUnixTimeSeconds(AlarmWindow.Of(Settings(1, 1) with { Period = 10 }, time).Until)
            .ShouldBe(Now.AddSeconds(40));
    }

    [Fact]
    public void One_datapoint_is_told()
    {
        Reason(Settings(1, 1), 99)
            .ShouldBe(
                "Threshold Crossed: 1 out of the last 1 datapoints [99.0 (01/12/26 10:04:00)] was greater than the"
                    + " threshold (0.5) (minimum 1 datapoint for OK -> ALARM transition)."
            );
        Reason(Settings(1, 1), 0.25)
            .ShouldBe(
                "Threshold Crossed: 1 out of the last 1 datapoints [0.25 (01/12/26 10:04:00)] was not greater than the"
                    + " threshold (0.5) (minimum 1 datapoint for ALARM -> OK transition)."
            );
        // Where the datapoints to alarm were not said.
        Reason(Settings(null, 1), 99)
            .ShouldBe(
                "Threshold Crossed: 1 datapoint [99.0 (01/12/26 10:04:00)] was greater than the threshold (0.5)."
            );
        Reason(
                Settings(null, 1) with
                {
                    ComparisonOperator = ComparisonOperator.LessThanOrEqualToThreshold,
                    Threshold = 1e9,
                },
                1.50785441792e10
            )
            .ShouldBe(
                "Threshold Crossed: 1 datapoint [1.50785441792E10 (01/12/26 10:04:00)] was not less than or equal to"
                    + " the threshold (1.0E9)."
            );
    }

    [Fact]
    public void Several_datapoints_are_told_the_newest_first()
    {
        Reason(Settings(3, 3), 1, 2, 3)
            .ShouldBe(
                "Threshold Crossed: 3 out of the last 3 datapoints [3.0 (01/12/26 10:04:00), 2.0 (01/12/26 10:03:00),"
                    + " 1.0 (01/12/26 10:02:00)] were greater than the threshold (0.5) (minimum 3 datapoints for OK ->"
                    + " ALARM transition)."
            );
        Reason(Settings(3, 5), 0, 2, 0, 0, 4)
            .ShouldBe(
                "Threshold Crossed: 3 out of the last 5 datapoints [0.0 (01/12/26 10:03:00), 0.0 (01/12/26 10:02:00),"
                    + " 0.0 (01/12/26 10:00:00)] were not greater than the threshold (0.5) (minimum 3 datapoints for"
                    + " ALARM -> OK transition)."
            );
        Reason(Settings(null, 6), 1, 2, 3, 4, 5, 6)
            .ShouldBe(
                "Threshold Crossed: 6 datapoints were greater than the threshold (0.5). The most recent datapoints"
                    + " which crossed the threshold: [6.0 (01/12/26 10:04:00), 5.0 (01/12/26 10:03:00), 4.0 (01/12/26"
                    + " 10:02:00), 3.0 (01/12/26 10:01:00), 2.0 (01/12/26 10:00:00)]."
            );
    }

    [Fact]
    public void What_is_missing_is_told()
    {
        Reason(Settings(null, 1) with { TreatMissingData = "notBreaching" }, [null])
            .ShouldBe(
                "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as"
                    + " [NonBreaching]."
            );
        Reason(Settings(2, 2) with { TreatMissingData = "breaching" }, null, null)
            .ShouldBe(
                "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as"
                    + " [Breaching]."
            );
        Reason(Settings(1, 20) with { TreatMissingData = "notBreaching" }, 613)
            .ShouldBe(
                "Threshold Crossed: 1 out of the last 20 datapoints [613.0 (01/12/26 10:04:00)] was greater than the"
                    + " threshold (0.5) and 19 missing datapoints were treated as [NonBreaching] (minimum 1 datapoint"
                    + " for OK -> ALARM transition)."
            );
        Reason(Settings(2, 3) with { TreatMissingData = "breaching" }, 0)
            .ShouldBe(
                "Threshold Crossed: 1 datapoint was received for 3 periods and 2 missing datapoints were treated as"
                    + " [Breaching]."
            );
        Reason(Settings(5, 5), null, null).ShouldBe("Insufficient Data: 5 datapoints were unknown.");
        Reason(Settings(1, 1), [null]).ShouldBe("Insufficient Data: 1 datapoint was unknown.");
    }

    [Fact]
    public void The_reason_is_told_to_programs()
    {
        var settings = Settings(2, 2) with { Statistic = "Sum", Unit = "Count" };
        AlarmReasons
            .Data(settings, Decide(settings, 1, 2.5), Now.AddSeconds(7.5), _ => 3)
            .ShouldBe(
                """
                {"version":"1.0","queryDate":"2026-12-01T10:05:07.500+0000","startDate":"2026-12-01T10:03:00.000+0000",
                "unit":"Count","statistic":"Sum","period":60,"recentDatapoints":[1.0,2.5],"threshold":0.5,
                "evaluatedDatapoints":[
                {"timestamp":"2026-12-01T10:04:00.000+0000","sampleCount":3.0,"value":2.5},
                {"timestamp":"2026-12-01T10:03:00.000+0000","sampleCount":3.0,"value":1.0}]}
                """.ReplaceLineEndings("")
            );
        var none = Settings(1, 1);
        AlarmReasons
            .Data(none, Decide(none, [null]), Now, samples: null)
            .ShouldBe(
                """
                {"version":"1.0","queryDate":"2026-12-01T10:05:00.000+0000","period":60,"recentDatapoints":[],
                "threshold":0.5,"evaluatedDatapoints":[{"timestamp":"2026-12-01T10:04:00.000+0000"}]}
                """.ReplaceLineEndings("")
            );
        var many = Settings(1000, 1000);
        var data = AlarmReasons.Data(many, Decide(many, [.. Enumerable.Repeat<double?>(1 / 3.0, 1000)]), Now, _ => 1e6);
        data.Length.ShouldBeLessThan(4000);
    }

    [Theory]
    [InlineData(0, "0.0")]
    [InlineData(80, "80.0")]
    [InlineData(-1.5, "-1.5")]
    [InlineData(1.0166666666666666, "1.0166666666666666")]
    [InlineData(0.001, "0.001")]
    [InlineData(0.0001, "1.0E-4")]
    [InlineData(9_999_999, "9999999.0")]
    [InlineData(10_000_000, "1.0E7")]
    [InlineData(0.1 + 0.2, "0.30000000000000004")]
    public void Numbers_are_written_as_CloudWatch_writes_them(double value, string text) =>
        AlarmText.Of(value).ShouldBe(text);

    private static IEnumerable<string> States(int needed, int periods, string points) =>
        ((string[])["missing", "ignore", "breaching", "notBreaching"]).Select(treatment =>
            Decide(
                Settings(needed, periods) with
                {
                    TreatMissingData = treatment,
                },
                [
                    .. points
                        .Split(' ')
                        .Select(point =>
                            point == "-" ? (double?)null
                            : point == "X" ? 1
                            : 0
                        ),
                ]
            ).State
            ?? Stays
        );

    private static string Reason(MetricSettings settings, params double?[] values) =>
        AlarmReasons.Text(settings, Decide(settings, values));

    // The window is as long as the values are many, or longer.
    private static AlarmDecision Decide(MetricSettings settings, params double?[] values)
    {
        var count = Math.Max(values.Length, settings.EvaluationPeriods);
        var until = Now.ToUnixTimeSeconds();
        return AlarmDecision.Of(
            settings,
            new AlarmWindow(until - count * 60, until, 60),
            [.. Enumerable.Repeat<double?>(null, count - values.Length), .. values]
        );
    }

    private static MetricSettings Settings(int? needed, int periods) =>
        new()
        {
            Period = 60,
            EvaluationPeriods = periods,
            DatapointsToAlarm = needed,
            Threshold = 0.5,
            ComparisonOperator = ComparisonOperator.GreaterThanThreshold,
        };
}
