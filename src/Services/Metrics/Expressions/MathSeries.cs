using Estiba.Metrics.Series;

namespace Estiba.Metrics.Expressions;

/// <summary>A time series with its name.</summary>
/// <param name="Label">What it is called where the query has no label.</param>
/// <param name="Period">In seconds.</param>
/// <param name="Points">In the order of time.</param>
/// <param name="Metric">The metric that it is of; null where an expression made it.</param>
/// <param name="Statistic">The statistic of that metric, as it was asked for.</param>
internal sealed record MathSeries(
    string Label,
    int Period,
    IReadOnlyList<Datapoint> Points,
    Metric? Metric = null,
    string? Statistic = null
);
