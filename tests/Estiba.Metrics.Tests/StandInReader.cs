using Estiba.Metrics.Series;

namespace Estiba.Metrics.Tests;

/// <summary>Metrics whose values a test says, one for each period.</summary>
internal sealed class StandInReader : IMetricReader
{
    private readonly Dictionary<Metric, SortedDictionary<long, (double Value, double Samples)>> _values = [];

    /// <summary>How many series were read.</summary>
    public int Reads { get; private set; }

    /// <summary>The value of a metric at a time; null takes it away.</summary>
    public void Put(Metric metric, long time, double? value, double samples = 1)
    {
        if (!_values.TryGetValue(metric, out var values))
            _values.Add(metric, values = []);
        if (value is { } known)
            values[time] = (known, samples);
        else
            values.Remove(time);
    }

    public IReadOnlyList<Datapoint> Read(Scope scope, SeriesQuery query)
    {
        Reads++;
        if (!_values.TryGetValue(query.Metric, out var values))
            return [];
        return
        [
            .. values
                .Where(each => each.Key >= query.From && each.Key < query.Until)
                .GroupBy(each => query.From + (each.Key - query.From) / query.Period * query.Period)
                .Select(group => new Datapoint(group.Key, Of(query.Statistic.Kind, [.. group.Select(it => it.Value)]))),
        ];
    }

    public IEnumerable<KnownMetric> Metrics(Scope scope) =>
        _values
            .Where(each => each.Value.Count > 0)
            .OrderBy(each => each.Key.ToString(), StringComparer.Ordinal)
            .Select(each => new KnownMetric(each.Key, each.Value.Keys.Max()));

    private static double Of(StatisticKind kind, IReadOnlyList<(double Value, double Samples)> values) =>
        kind switch
        {
            StatisticKind.SampleCount => values.Sum(it => it.Samples),
            StatisticKind.Sum => values.Sum(it => it.Value),
            StatisticKind.Minimum => values.Min(it => it.Value),
            StatisticKind.Maximum => values.Max(it => it.Value),
            _ => values.Average(it => it.Value),
        };
}
