using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Metrics.Expressions;
using Estiba.Metrics.Reading;
using Estiba.Metrics.Series;
using Estiba.Metrics.Storage;
using Datapoint = Estiba.Contracts.CloudWatch.Datapoint;
using Metric = Estiba.Metrics.Series.Metric;
using Statistic = Estiba.Metrics.Series.Statistic;

namespace Estiba.Metrics;

/// <content>Statistics of one metric.</content>
public sealed partial class CloudWatchApi
{
    private const int MostDatapoints = 1440;
    private const int LongestPeriod = 86400;

    /// <inheritdoc/>
    public Task<GetMetricStatisticsOutput> GetMetricStatisticsAsync(
        GetMetricStatisticsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var extended = Check(request);
        var (start, end, period) = (request.StartTime!.Value, request.EndTime!.Value, request.Period!.Value);
        var range = RequestedRange.Of(start, end, period, Now);
        var metric = new Metric(
            request.Namespace!,
            request.MetricName!,
            (request.Dimensions ?? []).Select(it => new MetricDimension(it.Name!, it.Value!))
        );
        var units = _values.Read(
            Scope.Of(context),
            metric,
            request.Unit,
            period,
            range.From,
            range.Until,
            extended.Values.Any(StatisticValue.NeedsValues)
        );
        return Task.FromResult(
            new GetMetricStatisticsOutput
            {
                Label = metric.Name,
                Datapoints =
                [
                    .. units
                        .SelectMany(unit => unit.Points.Select(point => (unit.Unit, Point: point)))
                        .OrderBy(found => found.Point.Time)
                        .Select(found => DatapointOf(request.Statistics ?? [], extended, found.Unit, found.Point)),
                ],
            }
        );
    }

    private static Datapoint DatapointOf(
        IReadOnlyList<string> statistics,
        Dictionary<string, Statistic> extended,
        string unit,
        TimedSummary point
    )
    {
        var more = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, statistic) in extended)
        {
            if (StatisticValue.Of(statistic, point.Summary) is { } value)
                more.Add(name, value);
        }

        double? If(string name, double value) => statistics.Contains(name, StringComparer.Ordinal) ? value : null;
        var summary = point.Summary;
        return new Datapoint
        {
            Timestamp = DateTimeOffset.FromUnixTimeSeconds(point.Time),
            SampleCount = If("SampleCount", summary.Count),
            Average = If("Average", summary.Sum / summary.Count),
            Sum = If("Sum", summary.Sum),
            Minimum = If("Minimum", summary.Minimum),
            Maximum = If("Maximum", summary.Maximum),
            Unit = unit,
            ExtendedStatistics = more.Count > 0 ? more : null,
        };
    }

    /// <returns>The statistics beyond the five, by what the request calls them.</returns>
    private static Dictionary<string, Statistic> Check(GetMetricStatisticsInput request)
    {
        switch (request)
        {
            case { Statistics: null or { Count: 0 }, ExtendedStatistics: null or { Count: 0 } }:
                throw CloudWatchErrors.MissingRequiredParameterException(
                    "At least one of the parameters Statistics or ExtendedStatistics must be specified."
                );
            case { Statistics.Count: > 0, ExtendedStatistics.Count: > 0 }:
                throw CloudWatchErrors.InvalidParameterCombinationException(
                    "The parameters Statistics and ExtendedStatistics are mutually exclusive and you have specified "
                        + "both."
                );
        }

        var (start, end, period) = (request.StartTime!.Value, request.EndTime!.Value, request.Period!.Value);
        RequestedRange.Check(start, end, CloudWatchErrors.InvalidParameterValueException);
        if (!MetricPeriods.IsValid(period))
            throw CloudWatchErrors.InvalidParameterValueException(
                "The parameter Period must be 1, 5, 10, 20, 30, or any multiple of 60."
            );
        if (period > LongestPeriod)
            throw CloudWatchErrors.InvalidParameterValueException(
                $"The parameter Period must be less than or equal to {LongestPeriod}."
            );
        var asked = (long)(end - start).TotalSeconds / period;
        if (asked > MostDatapoints)
            throw CloudWatchErrors.InvalidParameterCombinationException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"You have requested up to {asked:N0} datapoints, which exceeds the limit of {MostDatapoints:N0}. "
                ) + "You may reduce the datapoints requested by increasing Period, or decreasing the time range."
            );
        var extended = new Dictionary<string, Statistic>(StringComparer.Ordinal);
        foreach (var name in request.ExtendedStatistics ?? [])
        {
            if (!Statistic.TryParse(name, out var statistic))
                throw CloudWatchErrors.InvalidParameterValueException(
                    $"The value {name} for parameter ExtendedStatistics is not a valid statistic."
                );
            extended[name] = statistic;
        }

        return extended;
    }
}
