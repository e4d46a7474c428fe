using System.Collections.Frozen;
using Estiba.Metrics.Series;

namespace Estiba.Metrics.Expressions;

/// <summary>The functions of metric math that depend on their arguments alone.</summary>
internal static class MathFunctions
{
    private static readonly FrozenSet<string> Keywords = FrozenSet.Create(
        "REPEAT",
        "LINEAR",
        "AVG",
        "MIN",
        "MAX",
        "SUM",
        "STDDEV",
        "ASC",
        "DESC"
    );

    /// <summary>Each value by itself.</summary>
    private static readonly FrozenDictionary<string, Func<double, double>> OfValues = new Dictionary<
        string,
        Func<double, double>
    >
    {
        ["ABS"] = Math.Abs,
        ["CEIL"] = Math.Ceiling,
        ["FLOOR"] = Math.Floor,
        ["LOG"] = Math.Log,
        ["LOG10"] = Math.Log10,
    }.ToFrozenDictionary();

    /// <summary>A time series from a time series.</summary>
    private static readonly FrozenDictionary<string, Func<MathSeries, IEnumerable<Datapoint>>> OfSeries =
        new Dictionary<string, Func<MathSeries, IEnumerable<Datapoint>>>
        {
            ["DIFF"] = series => Steps(series, (before, after) => after.Value - before.Value),
            ["DIFF_TIME"] = series => Steps(series, (before, after) => after.Time - before.Time),
            ["RATE"] = series =>
                Steps(series, (before, after) => (after.Value - before.Value) / (after.Time - before.Time)),
            ["RUNNING_SUM"] = RunningSum,
        }.ToFrozenDictionary();

    /// <summary>A number of all values of a series, or, of several, a series of those at a time.</summary>
    private static readonly FrozenDictionary<string, Func<IReadOnlyList<double>, double>> Summaries = new Dictionary<
        string,
        Func<IReadOnlyList<double>, double>
    >
    {
        ["AVG"] = values => values.Count == 0 ? 0 : values.Average(),
        ["DATAPOINT_COUNT"] = values => values.Count,
        ["MAX"] = values => values.Count == 0 ? 0 : values.Max(),
        ["MIN"] = values => values.Count == 0 ? 0 : values.Min(),
        ["STDDEV"] = Deviation,
        ["SUM"] = values => values.Sum(),
    }.ToFrozenDictionary();

    /// <summary>What a time is; the day of the week counts from Monday, which is 1.</summary>
    private static readonly FrozenDictionary<string, Func<DateTimeOffset, double>> OfTimes = new Dictionary<
        string,
        Func<DateTimeOffset, double>
    >
    {
        ["MINUTE"] = time => time.Minute,
        ["HOUR"] = time => time.Hour,
        ["DAY"] = time => time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek,
        ["DATE"] = time => time.Day,
        ["MONTH"] = time => time.Month,
        ["YEAR"] = time => time.Year,
        ["EPOCH"] = time => time.ToUnixTimeSeconds(),
    }.ToFrozenDictionary();

    private static readonly FrozenSet<string> OfTheRequest = FrozenSet.Create(
        "FILL",
        "FIRST",
        "LAST",
        "IF",
        "METRIC_COUNT",
        "METRICS",
        "PERIOD",
        "REMOVE_EMPTY",
        "SEARCH",
        "SLICE",
        "SORT",
        "TIME_SERIES"
    );

    /// <summary>Those that need something that is not here.</summary>
    internal static readonly FrozenSet<string> Unsupported = FrozenSet.Create(
        "ANOMALY_DETECTION_BAND",
        "DB_PERF_INSIGHTS",
        "INSIGHT_RULE_METRIC",
        "LAMBDA",
        "SERVICE_QUOTA"
    );

    /// <summary>Whether there is a function with a name.</summary>
    internal static bool IsKnown(string name) =>
        OfValues.ContainsKey(name)
        || OfSeries.ContainsKey(name)
        || Summaries.ContainsKey(name)
        || OfTimes.ContainsKey(name)
        || OfTheRequest.Contains(name)
        || Unsupported.Contains(name);

    /// <summary>Whether a word is one that a function takes.</summary>
    internal static bool IsKeyword(string word) => Keywords.Contains(word);

    /// <summary>A function of one argument and nothing else; null where there is none with the name.</summary>
    /// <param name="name">The function.</param>
    /// <param name="argument">What it is given.</param>
    /// <param name="times">The beginnings of all periods of a length in seconds.</param>
    internal static MathValue? Of(string name, MathValue argument, Func<int, IEnumerable<long>> times)
    {
        if (OfValues.TryGetValue(name, out var ofValue))
            return argument.Each(ofValue);
        if (OfSeries.TryGetValue(name, out var ofSeries))
            return argument.EachSeries(series => series.With(ofSeries(series)));
        if (OfTimes.TryGetValue(name, out var ofTime) && argument is MathValue.OfTime one)
            return MathValue.Of(
                one.Series.Period,
                times(one.Series.Period)
                    .Select(time => new Datapoint(time, ofTime(DateTimeOffset.FromUnixTimeSeconds(time))))
            );
        if (Summaries.TryGetValue(name, out var summary))
            return Summarized(name, argument, summary);
        return null;
    }

    /// <summary>One number of a series, by which it is sorted.</summary>
    internal static double Summary(string name, MathSeries series) => Summaries[name](ValuesOf(series));

    /// <summary>Whether series can be sorted by a function.</summary>
    internal static bool CanSort(string name) => name is "AVG" or "MIN" or "MAX" or "SUM" or "STDDEV";

    /// <summary>Fills a series' gaps with the value before each, or with a line over each.</summary>
    internal static MathSeries Filled(MathSeries series, IEnumerable<long> times, Func<long, double?> filler) =>
        series.With(
            MathSeriesPoints
                .Together([series, series with { Points = [.. times.Select(time => new Datapoint(time, 0))] }])
                .Select(at => new Datapoint(at.Time, at.Values[0] ?? filler(at.Time) ?? double.NaN))
        );

    /// <summary>The value before a time, for as long as it lasts.</summary>
    internal static double? Repeated(MathSeries series, long time)
    {
        var next = After(series, time);
        return next == 0 ? null : series.Points[next - 1].Value;
    }

    /// <summary>The value on the line between those before and after a time.</summary>
    internal static double? Interpolated(MathSeries series, long time)
    {
        var next = After(series, time);
        if (next == 0 || next == series.Points.Count)
            return null;
        var (before, after) = (series.Points[next - 1], series.Points[next]);
        return before.Value + (after.Value - before.Value) * (time - before.Time) / (after.Time - before.Time);
    }

    private static int After(MathSeries series, long time)
    {
        var (low, high) = (0, series.Points.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (series.Points[middle].Time <= time)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static MathValue? Summarized(
        string name,
        MathValue argument,
        Func<IReadOnlyList<double>, double> summary
    ) =>
        argument switch
        {
            MathValue.OfTime one => new MathValue.Scalar(summary(ValuesOf(one.Series))),
            MathValue.Array several => MathValue.Of(
                several.Series.Select(series => series.Period).DefaultIfEmpty(60).Max(),
                MathSeriesPoints
                    .Together(several.Series)
                    .Select(at => new Datapoint(at.Time, summary(ValuesOf(name, at.Values))))
            ),
            _ => null,
        };

    // Only the mean of several counts what is missing as 0.
    private static double[] ValuesOf(string name, double?[] values) =>
        name == "AVG"
            ? [.. values.Select(value => value ?? 0)]
            : [.. values.Where(value => value is not null).Select(value => value!.Value)];

    private static double[] ValuesOf(MathSeries series) => [.. series.Points.Select(point => point.Value)];

    private static double Deviation(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
            return 0;
        var mean = values.Average();
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }

    private static IEnumerable<Datapoint> Steps(MathSeries series, Func<Datapoint, Datapoint, double> step) =>
        series.Points.Zip(series.Points.Skip(1), (before, after) => after with { Value = step(before, after) });

    private static IEnumerable<Datapoint> RunningSum(MathSeries series)
    {
        var sum = 0.0;
        foreach (var point in series.Points)
            yield return point with
            {
                Value = sum += point.Value,
            };
    }
}
