using Estiba.Contracts;

namespace Estiba.Metrics.Series;

/// <summary>Reads what was measured. Answers come from what is in memory and from files, and wait for no
/// writer.</summary>
internal interface IMetricReader
{
    /// <summary>One statistic of one metric, for each period in which there were values.</summary>
    /// <returns>In the order of time.</returns>
    IReadOnlyList<Datapoint> Read(Scope scope, SeriesQuery query);

    /// <summary>The metrics that have had values in the last fifteen months, in an order that stays.</summary>
    IEnumerable<KnownMetric> Metrics(Scope scope);
}

/// <summary>What is asked of a metric.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Statistic">What of its values.</param>
/// <param name="Period">In seconds: 1, 5, 10, 20, 30, or a multiple of 60.</param>
/// <param name="From">Seconds since 1970: the first period's beginning, inclusive; the others follow it. It is a
/// multiple of the period, except for alarms with periods of several minutes: those look back from the minute that
/// ended last, as on AWS, so that it is a multiple of 60 alone (of 10 for a period of 20 or 30 seconds).</param>
/// <param name="Until">Seconds since 1970, exclusive.</param>
/// <param name="Unit">Only values that came with this unit; null for those of all units.</param>
internal sealed record SeriesQuery(
    Metric Metric,
    Statistic Statistic,
    int Period,
    long From,
    long Until,
    string? Unit = null
);

/// <summary>A statistic's value in a period.</summary>
/// <param name="Time">The period's beginning. Seconds since 1970.</param>
/// <param name="Value">In the unit in which the values came.</param>
internal readonly record struct Datapoint(long Time, double Value);

/// <summary>A metric that has values.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="LastValue">The time of its newest value. Seconds since 1970.</param>
internal readonly record struct KnownMetric(Metric Metric, long LastValue);
