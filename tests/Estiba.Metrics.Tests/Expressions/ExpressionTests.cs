using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Metrics.Expressions;
using SeriesMetric = Estiba.Metrics.Series.Metric;

namespace Estiba.Metrics.Tests.Expressions;

/// <summary>The examples and rules of "Using math expressions with CloudWatch metrics" (Amazon CloudWatch User Guide),
/// over five minutes in which <c>-</c> is a minute without a value.</summary>
public sealed class ExpressionTests
{
    // A Sunday, 29 November 2026, 23:58.
    private const long Start = 1_795_996_680;
    private static readonly Scope Home = new("111122223333", "eu-west-1");

    [Theory]
    [InlineData("m1 + m2", "40 4 10 20 -")] // Missing values count as 0.
    [InlineData("m1 / m2", "1.5 - 0 0 -")] // What is divided by 0 is dropped.
    [InlineData("m1 - 1", "29 3 -1 - -")]
    [InlineData("2 * m1 ^ 2 + 1", "1801 33 1 - -")]
    [InlineData("m1 % 4", "2 0 0 - -")]
    [InlineData("-m1", "-30 -4 0 - -")]
    [InlineData("m1 - -m2", "50 4 10 20 -")]
    [InlineData("-2 ^ 2 + m1", "26 0 -4 - -")]
    [InlineData("2 ^ 3 ^ 2 + 0 * m1", "512 512 512 - -")]
    [InlineData("(m1 + 2) * 3 - 4 / 2", "94 16 4 - -")]
    [InlineData("m1 * 1e1", "300 40 0 - -")]
    public void Arithmetic_follows_the_usual_order(string expression, string expected) =>
        Evaluate(expression, "30 4 0 - -", expression == "m1 - -m2" ? "20 - 10 20 -" : Second(expression))
            .ShouldBe(expected);

    // The table of "Comparison and logical operators".
    [Theory]
    [InlineData("m1 < m2", "0 0 1 0 -")]
    [InlineData("m1 >= 30", "1 0 0 0 -")]
    [InlineData("m1 > 15 AND m2 > 15", "1 0 0 0 -")]
    [InlineData("m1 > 15 && m2 > 15", "1 0 0 0 -")]
    [InlineData("m1 == 20 OR m2 == 20", "1 1 1 0 -")]
    [InlineData("m1 == 30 || m1 != 20 AND m1 > 0", "1 0 0 0 -")]
    [InlineData("m1 <= 20", "0 1 1 1 -")]
    public void Comparisons_are_0_or_1(string expression, string expected) =>
        Evaluate(expression, "30 20 0 0 -", "20 - 20 - -").ShouldBe(expected);

    // The tables of "Using IF expressions".
    [Theory]
    [InlineData("IF(m1, m2, m3)", "30 0 20 - -")]
    [InlineData("IF(m1, 5, m3)", "5 5 20 - -")]
    [InlineData("IF(m1, m2, 5)", "30 0 5 5 -")]
    [InlineData("IF(m1, m2)", "30 0 - - -")]
    [InlineData("IF(1, m2, m3)", "30 - 0 0 30")]
    [InlineData("IF(0, m2, m3)", "0 0 20 - 20")]
    [InlineData("IF(0, m2)", "- - - - -")]
    [InlineData("IF(m2 < 10, 10, 2)", "2 - 10 10 2")]
    public void If_takes_one_or_the_other(string expression, string expected) =>
        Evaluate(expression, "1 1 0 0 -", "30 - 0 0 30", "0 0 20 - 20").ShouldBe(expected);

    [Theory]
    [InlineData("ABS(m1)", "1.5 4 - 9 2")]
    [InlineData("CEIL(m1)", "-1 4 - 9 2")]
    [InlineData("FLOOR(m1)", "-2 4 - 9 2")]
    [InlineData("LOG10(m1 * 0 + 100)", "2 2 - 2 2")]
    [InlineData("LOG(m1) * 0", "- 0 - 0 0")] // No logarithm of what is negative.
    [InlineData("DIFF(m1)", "- 5.5 - 5 -7")]
    [InlineData("DIFF_TIME(m1)", "- 60 - 120 60")]
    [InlineData("RATE(m1) * 120", "- 11 - 5 -14")]
    [InlineData("RUNNING_SUM(m1)", "-1.5 2.5 - 11.5 13.5")]
    [InlineData("FILL(m1, 7)", "-1.5 4 7 9 2")]
    [InlineData("FILL(m1, REPEAT)", "-1.5 4 4 9 2")]
    [InlineData("FILL(m1, LINEAR)", "-1.5 4 6.5 9 2")]
    [InlineData("FILL(m1, MIN(m1))", "-1.5 4 -1.5 9 2")]
    [InlineData("FILL(m2, REPEAT)", "- 1 1 1 1")] // Nothing was before the first.
    [InlineData("FILL(m1, m3)", "-1.5 4 30 9 2")]
    [InlineData("m1 * 0 + AVG(m1) * 8", "27 27 - 27 27")]
    [InlineData("m1 * 0 + DATAPOINT_COUNT(m1)", "4 4 - 4 4")]
    [InlineData("MAX(m1) - m1", "10.5 5 - 0 7")]
    [InlineData("m1 - MIN(m1)", "0 5.5 - 10.5 3.5")]
    [InlineData("m1 * 0 + SUM(m1)", "13.5 13.5 - 13.5 13.5")]
    [InlineData("m3 * 0 + STDDEV(m3) ^ 2", "200 200 200 200 200")]
    [InlineData("m1 * 0 + PERIOD(m1)", "60 60 - 60 60")]
    [InlineData("TIME_SERIES(5 * MAX(m1))", "45 45 45 45 45")]
    [InlineData("MINUTE(m1)", "58 59 0 1 2")]
    [InlineData("HOUR(m1)", "23 23 0 0 0")]
    [InlineData("DAY(m1)", "7 7 1 1 1")]
    [InlineData("DATE(m1)", "29 29 30 30 30")]
    [InlineData("MONTH(m1) + YEAR(m1)", "2037 2037 2037 2037 2037")]
    [InlineData("EPOCH(m1) - 1795996680", "0 60 120 180 240")]
    public void Functions_of_one_time_series_are_evaluated(string expression, string expected) =>
        Evaluate(expression, "-1.5 4 - 9 2", "- 1 - - -", "10 20 30 40 50").ShouldBe(expected);

    [Theory]
    [InlineData("SUM([m1, m2])", "11 2 3 - -")]
    [InlineData("SUM(METRICS())", "11 2 3 7 -")]
    [InlineData("AVG([m1, m2])", "5.5 1 1.5 - -")] // What is missing is 0.
    [InlineData("MAX([m1, m2])", "10 2 3 - -")]
    [InlineData("MIN([m1, m2])", "1 2 3 - -")]
    [InlineData("DATAPOINT_COUNT(METRICS())", "2 1 1 1 -")]
    [InlineData("SUM(100 / [m1, m2])", "110 50 33.333 - -")]
    [InlineData("SUM([METRICS(\"1\"), METRICS('3')])", "1 2 - 7 -")]
    [InlineData("m1 / METRIC_COUNT(METRICS())", "0.333 0.667 - - -")]
    [InlineData("FIRST(SORT(METRICS(), MAX, DESC))", "10 - 3 - -")]
    [InlineData("LAST(SORT(METRICS(), SUM, ASC))", "10 - 3 - -")]
    [InlineData("SUM(SLICE(SORT(METRICS(), SUM, DESC), 1, 2))", "- - - 7 -")]
    [InlineData("SUM(SLICE([m1, m2, m3], 1))", "10 - 3 7 -")]
    [InlineData("SUM(SORT(METRICS(), SUM, ASC, 1))", "1 2 - - -")]
    [InlineData("m1 * 0 + METRIC_COUNT(REMOVE_EMPTY([m1, IF(0, m2)]))", "1 1 - - -")]
    [InlineData("SUM(-[m1, m2])", "-11 -2 -3 - -")]
    [InlineData("SUM([m1, m2] * m1)", "11 4 0 - -")]
    [InlineData("SUM([m1, m2] - [m2, m1])", "0 0 0 - -")]
    public void Functions_of_several_time_series_are_evaluated(string expression, string expected) =>
        Evaluate(expression, "1 2 - - -", "10 - 3 - -", "- - - 7 -").ShouldBe(expected);

    [Fact]
    public void Several_time_series_keep_their_names()
    {
        var results = Results([Metric("m1", 0), Metric("m2", 1), Of("e1", "METRICS() / 2")], "1 2 - - -", "4 - - - -");

        results.Select(result => result.Query.Id).ShouldBe(["m1", "m2", "e1"]);
        results[2].Series.Select(series => series.Label).ShouldBe(["M0", "M1"]);
        results[2].Series.Select(Text).ShouldBe(["0.5 1 - - -", "2 - - - -"]);
        results[0].Series.ShouldHaveSingleItem().Label.ShouldBe("M0");
    }

    [Fact]
    public void Expressions_refer_to_each_other_in_any_order_and_each_metric_is_read_once()
    {
        var reader = Reader("1 2 3 4 5");
        var results = MetricDataEvaluation
            .Of([Of("e2", "e1 * e1"), Of("e1", "m1 + m1"), Metric("m1", 0) with { ReturnData = false }])
            .Evaluate(reader, Home, Start, Start + 300);

        results.Select(result => Text(result.Series.Single())).ShouldBe(["4 16 36 64 100", "2 4 6 8 10"]);
        results.Select(result => result.Series.Single().Label).ShouldBe(["e2", "e1"]);
        reader.Reads.ShouldBe(1);
    }

    [Theory]
    [InlineData("", "Unexpected end of the expression")]
    [InlineData("m1 +", "Unexpected end of the expression")]
    [InlineData("m1 m2", "Unexpected character 'm' at position 4")]
    [InlineData("(m1", "Unexpected end of the expression")]
    [InlineData("m1 $ 2", "Unexpected character '$' at position 4")]
    [InlineData("METRICS(\"a)", "A quotation mark is not closed")]
    [InlineData("1.2.3 * m1", "Unexpected character '.' at position 4")]
    [InlineData("avg(m1)", "Function 'avg' not found")]
    [InlineData("ANOMALY_DETECTOR(m1)", "Function 'ANOMALY_DETECTOR' not found")]
    [InlineData("m9 + 1", "Unknown identifier 'm9'")]
    [InlineData("M1 + 1", "Unknown identifier 'M1'")]
    [InlineData("e1 + 1", "Circular reference: the expression refers to its own result")]
    [InlineData("AVG(m1)", "The result of the expression must be a time series or an array of time series")]
    [InlineData("5", "The result of the expression must be a time series or an array of time series")]
    [InlineData("SUM([m1, 5])", "A number was found where a time series or an array of time series is expected")]
    [InlineData("ABS(m1, m2)", "Function 'ABS' was given a wrong number of arguments")]
    [InlineData("FILL(m1, DESC)", "Unexpected 'DESC'")]
    [InlineData("SORT(METRICS(), m1, DESC)", "The second argument of SORT must be AVG, MIN, MAX, SUM or STDDEV")]
    [InlineData("[m1, m2] + [m1]", "The arrays of time series have different numbers of elements")]
    [InlineData("ANOMALY_DETECTION_BAND(m1, 2)", "Function 'ANOMALY_DETECTION_BAND' is not supported")]
    [InlineData("INSIGHT_RULE_METRIC('a', 'b')", "Function 'INSIGHT_RULE_METRIC' is not supported")]
    [InlineData("SERVICE_QUOTA(m1)", "Function 'SERVICE_QUOTA' is not supported")]
    [InlineData("SELECT AVG(CPUUtilization) FROM \"AWS/EC2\"", "Metrics Insights queries are not supported")]
    public void What_is_no_expression_is_refused(string expression, string reason) =>
        FaultOf([Metric("m1", 0), Metric("m2", 1), Of("e1", expression)])
            .ShouldBe($"Error in expression 'e1': {reason}");

    [Fact]
    public void An_expression_has_bounds()
    {
        var deep = new string('(', 1000) + "m1" + new string(')', 1000);
        FaultOf([Metric("m1", 0), Of("e1", deep)]).ShouldEndWith("The expression is nested too deeply");
        FaultOf([Metric("m1", 0), Of("e1", "m1" + string.Concat(Enumerable.Repeat("^2", 500)))])
            .ShouldEndWith("The expression is nested too deeply");
        FaultOf([Metric("m1", 0), Of("e1", new string('-', 3000) + "m1")]).ShouldEndWith("at most 2048 characters");
        Evaluate(string.Join('+', Enumerable.Repeat("m1", 600)), "1 2 - - -").ShouldBe("600 1200 - - -");
        IEnumerable<MetricDataQuery> doubled = Enumerable
            .Range(1, 40)
            .Select(number => Of($"e{number}", number == 1 ? "[m1, m1]" : $"[e{number - 1}, e{number - 1}]"));
        FaultOf([Metric("m1", 0), .. doubled]).ShouldEndWith("An array has at most 500 time series");
    }

    [Fact]
    public void Queries_that_do_not_fit_together_are_refused()
    {
        FaultOf([Metric("m1", 0), Metric("m1", 1)])
            .ShouldBe("The values for parameter id in MetricDataQueries are not unique.");
        FaultOf([Metric("M1", 0)])
            .ShouldBe(
                "The value M1 for parameter MetricDataQueries.member.1.Id is not matching the expected pattern"
                    + " ^[a-z][a-zA-Z0-9_]*$."
            );
        FaultOf([Metric("m1", 0) with { Expression = "m1" }]).ShouldContain("are mutually exclusive");
        FaultOf([new MetricDataQuery { Id = "m1" }])
            .ShouldBe("The parameter MetricDataQueries.member.1.MetricStat is required.\n");
        FaultOf([Of("e1", "e2"), Of("e2", "e3"), Of("e3", "e1")]).ShouldContain("Circular reference");
        FaultOf([Metric("m1", 0, period: 61)]).ShouldContain("must be 1, 5, 10, 20, 30, or any multiple of 60");
        FaultOf([Metric("m1", 0, stat: "Middle")]).ShouldContain("MetricDataQueries.member.1.MetricStat.Stat");
    }

    [Fact]
    public void A_search_gives_a_time_series_for_each_metric_that_it_finds()
    {
        var reader = Reader("1 2 - - -", "3 - - - -");
        var results = MetricDataEvaluation
            .Of([Of("e1", "SEARCH('{Test} M0 OR M1', 'Average', 60)"), Of("e2", "SUM(e1)")])
            .Evaluate(reader, Home, Start, Start + 300);

        results[0]
            .Series.Select(series => (series.Label, Text(series)))
            .ShouldBe([("M0", "1 2 - - -"), ("M1", "3 - - - -")]);
        results[0].Series.Select(series => series.Metric!.Name).ShouldBe(["M0", "M1"]);
        Text(results[1].Series.ShouldHaveSingleItem()).ShouldBe("4 2 - - -");
    }

    [Fact]
    public void A_search_that_finds_too_much_says_so()
    {
        var reader = new StandInReader();
        for (var number = 0; number < 510; number++)
            reader.Put(new SeriesMetric("Test", $"M{number}", []), Start, number);
        var result = MetricDataEvaluation
            .Of([Of("e1", "SEARCH('{Test}', 'Average', 60)")])
            .Evaluate(reader, Home, Start, Start + 300)
            .ShouldHaveSingleItem();

        result.Series.Count.ShouldBe(500);
        result.Messages.ShouldHaveSingleItem().Code.ShouldBe("MaxMetricsExceeded");
    }

    private static string Second(string expression) => expression == "m1 + m2" ? "10 - 10 20 -" : "20 - 10 20 -";

    private static string Evaluate(string expression, params string[] metrics) =>
        Text(
            Results([.. metrics.Select((_, place) => Metric($"m{place + 1}", place)), Of("e1", expression)], metrics)[
                ^1
            ]
                .Series.ShouldHaveSingleItem()
        );

    private static IReadOnlyList<QueryResult> Results(
        IReadOnlyList<MetricDataQuery> queries,
        params string[] metrics
    ) => MetricDataEvaluation.Of(queries).Evaluate(Reader(metrics), Home, Start, Start + 300);

    private static string FaultOf(IReadOnlyList<MetricDataQuery> queries)
    {
        var fault = Should.Throw<AwsException>(() =>
            MetricDataEvaluation.Of(queries).Evaluate(Reader("1 2", "3"), Home, Start, Start + 300)
        );
        fault.Code.ShouldBe("ValidationError");
        return fault.Message;
    }

    private static StandInReader Reader(params string[] metrics)
    {
        var reader = new StandInReader();
        for (var place = 0; place < metrics.Length; place++)
        {
            var values = metrics[place].Split(' ');
            for (var minute = 0; minute < values.Length; minute++)
            {
                if (values[minute] != "-")
                    reader.Put(
                        new SeriesMetric("Test", $"M{place}", []),
                        Start + minute * 60,
                        double.Parse(values[minute], CultureInfo.InvariantCulture)
                    );
            }
        }

        return reader;
    }

    private static string Text(MathSeries series) =>
        string.Join(
            ' ',
            Enumerable
                .Range(0, 5)
                .Select(minute => series.Points.Where(point => point.Time == Start + minute * 60).ToList())
                .Select(found =>
                    found.Count == 0 ? "-" : (found[0].Value + 0.0).ToString("0.###", CultureInfo.InvariantCulture)
                )
        );

    private static MetricDataQuery Metric(string id, int place, int period = 60, string stat = "Average") =>
        new()
        {
            Id = id,
            MetricStat = new MetricStat
            {
                Metric = new Metric { Namespace = "Test", MetricName = $"M{place}" },
                Period = period,
                Stat = stat,
            },
        };

    private static MetricDataQuery Of(string id, string expression) => new() { Id = id, Expression = expression };
}
