using Estiba.Metrics.Series;

namespace Estiba.Metrics.Expressions;

/// <summary>
/// What operators come to. Where only one of two time series has a point, the other counts as 0; what would be divided
/// by 0 is dropped.
/// </summary>
internal static class MathOperators
{
    /// <summary>Joins two values; null where there is no such operation.</summary>
    internal static MathValue? Join(MathOperator operation, MathValue left, MathValue right) =>
        (left, right) switch
        {
            (MathValue.Scalar one, MathValue.Scalar other) => new MathValue.Scalar(
                Of(operation, one.Value, other.Value)
            ),
            (_, MathValue.Scalar other) => left.Each(value => Of(operation, value, other.Value)),
            (MathValue.Scalar one, _) => right.Each(value => Of(operation, one.Value, value)),
            (MathValue.OfTime one, MathValue.OfTime other) => new MathValue.OfTime(
                Join(operation, one.Series, other.Series) with
                {
                    Label = "",
                    Metric = null,
                }
            ),
            (MathValue.Array several, MathValue.OfTime other) => several.EachSeries(series =>
                Join(operation, series, other.Series)
            ),
            (MathValue.OfTime one, MathValue.Array several) => several.EachSeries(series =>
                Join(operation, one.Series, series) with
                {
                    Label = series.Label,
                    Metric = series.Metric,
                }
            ),
            (MathValue.Array several, MathValue.Array others) when several.Series.Count == others.Series.Count =>
                new MathValue.Array([
                    .. several.Series.Zip(others.Series, (one, other) => Join(operation, one, other)),
                ]),
            _ => null,
        };

    private static MathSeries Join(MathOperator operation, MathSeries left, MathSeries right) =>
        left.With(
            MathSeriesPoints
                .Together([left, right])
                .Select(at => new Datapoint(at.Time, Of(operation, at.Values[0] ?? 0, at.Values[1] ?? 0)))
        ) with
        {
            Period = Math.Max(left.Period, right.Period),
        };

    private static double Of(MathOperator operation, double left, double right) =>
        operation switch
        {
            MathOperator.Or => Truth(left != 0 || right != 0),
            MathOperator.And => Truth(left != 0 && right != 0),
            MathOperator.Equal => Truth(left == right),
            MathOperator.NotEqual => Truth(left != right),
            MathOperator.Less => Truth(left < right),
            MathOperator.LessOrEqual => Truth(left <= right),
            MathOperator.Greater => Truth(left > right),
            MathOperator.GreaterOrEqual => Truth(left >= right),
            MathOperator.Add => left + right,
            MathOperator.Subtract => left - right,
            MathOperator.Multiply => left * right,
            MathOperator.Divide => left / right,
            MathOperator.Modulo => left % right,
            MathOperator.Power => Math.Pow(left, right),
            _ => double.NaN,
        };

    private static double Truth(bool holds) => holds ? 1 : 0;
}
