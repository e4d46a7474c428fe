using Estiba.Contracts;
using Estiba.Metrics.Expressions;
using Estiba.Metrics.Series;
using Statistic = Estiba.Metrics.Series.Statistic;

namespace Estiba.Metrics.Alarms.Evaluation;

/// <summary>Reads what an alarm watches.</summary>
internal static class AlarmReading
{
    /// <summary>The values of an alarm's periods.</summary>
    /// <exception cref="AwsException"><c>ValidationError</c>: an expression cannot be evaluated over what there
    /// is.</exception>
    internal static double?[] Slots(IMetricReader reader, Scope scope, MetricSettings settings, AlarmWindow window)
    {
        if (settings.Metrics.Count == 0)
        {
            var statistic = (settings.Statistic ?? settings.ExtendedStatistic)!;
            return window.Slots(Read(reader, scope, settings, window, statistic));
        }

        var series = MetricDataEvaluation
            .Of(settings.Metrics, "Metrics")
            .Evaluate(reader, scope, window.From, window.Until)
            .Single()
            .Series;
        if (series.Count != 1)
            throw new AwsException("ValidationError", "The expression of an alarm must result in one time series.");
        return window.Slots(series[0].Points);
    }

    /// <summary>How many values each period had, of an alarm on one metric.</summary>
    internal static double?[] Samples(IMetricReader reader, Scope scope, MetricSettings settings, AlarmWindow window) =>
        window.Slots(Read(reader, scope, settings, window, "SampleCount"));

    /// <summary>
    /// Whether an alarm on a percentile has too few values to be evaluated, and wants not to be then ("Percentile-based
    /// alarms and low data samples").
    /// </summary>
    internal static bool IsTooLittle(IMetricReader reader, Scope scope, MetricSettings settings, AlarmWindow window)
    {
        if (settings.EvaluateLowSampleCountPercentile != "ignore" || settings.ExtendedStatistic is not { } text)
            return false;
        if (
            !Statistic.TryParse(text, out var statistic)
            || statistic is not { Kind: StatisticKind.Percentile, Upper: { } percent }
        )
            return false;
        var share = percent >= 50 ? 1 - percent / 100 : percent / 100;
        var samples = Samples(reader, scope, settings, window)
            .TakeLast(settings.EvaluationPeriods)
            .Sum(count => count ?? 0);
        // Percentiles of floating points: 1 - 0.99 is a little more than 0.01.
        return samples < Math.Round(10 / share, 6);
    }

    private static IReadOnlyList<Datapoint> Read(
        IMetricReader reader,
        Scope scope,
        MetricSettings settings,
        AlarmWindow window,
        string statistic
    ) =>
        Statistic.TryParse(statistic, out var known)
            ? reader.Read(
                scope,
                new SeriesQuery(MetricOf(settings), known, settings.Period, window.From, window.Until, settings.Unit)
            )
            : [];

    /// <summary>The metric of an alarm on one.</summary>
    internal static Metric MetricOf(MetricSettings settings) =>
        new(
            settings.Namespace!,
            settings.MetricName!,
            settings.Dimensions.Select(it => new MetricDimension(it.Name!, it.Value!))
        );
}
