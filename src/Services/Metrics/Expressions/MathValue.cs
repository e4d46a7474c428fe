using Estiba.Metrics.Series;

namespace Estiba.Metrics.Expressions;

/// <summary>What an expression comes to: a number, a time series, or several.</summary>
internal abstract record MathValue
{
    /// <summary>A number.</summary>
    internal sealed record Scalar(double Value) : MathValue;

    /// <summary>A time series.</summary>
    internal sealed record OfTime(MathSeries Series) : MathValue;

    /// <summary>Several time series.</summary>
    internal sealed record Array(IReadOnlyList<MathSeries> Series) : MathValue;

    /// <summary>One time series as made by an expression.</summary>
    internal static OfTime Of(int period, IEnumerable<Datapoint> points) =>
        new(new MathSeries("", period, [.. points.Where(point => double.IsFinite(point.Value))]));

    /// <summary>The same function of each value, in whatever there is.</summary>
    internal MathValue Each(Func<double, double> function) =>
        this switch
        {
            Scalar scalar => new Scalar(function(scalar.Value)),
            OfTime one => new OfTime(Each(one.Series, function)),
            Array several => new Array([.. several.Series.Select(series => Each(series, function))]),
            _ => throw new InvalidOperationException(),
        };

    /// <summary>The same function of each series.</summary>
    internal MathValue EachSeries(Func<MathSeries, MathSeries> function) =>
        this switch
        {
            OfTime one => new OfTime(function(one.Series)),
            Array several => new Array([.. several.Series.Select(function)]),
            _ => this,
        };

    private static MathSeries Each(MathSeries series, Func<double, double> function) =>
        series.With(series.Points.Select(point => point with { Value = function(point.Value) }));
}

/// <summary>Time series within expressions.</summary>
internal static class MathSeriesPoints
{
    /// <summary>A series with the same name and other points; what is no finite number is dropped.</summary>
    internal static MathSeries With(this MathSeries series, IEnumerable<Datapoint> points) =>
        series with
        {
            Points = [.. points.Where(point => double.IsFinite(point.Value))],
        };

    /// <summary>Goes over the times at which any of some series has a point.</summary>
    /// <returns>For each time the values, null where a series has none.</returns>
    internal static IEnumerable<(long Time, double?[] Values)> Together(IReadOnlyList<MathSeries> series)
    {
        var places = new int[series.Count];
        while (true)
        {
            var time = long.MaxValue;
            for (var i = 0; i < places.Length; i++)
            {
                if (places[i] < series[i].Points.Count)
                    time = Math.Min(time, series[i].Points[places[i]].Time);
            }

            if (time == long.MaxValue)
                yield break;
            var values = new double?[places.Length];
            for (var i = 0; i < places.Length; i++)
            {
                if (places[i] < series[i].Points.Count && series[i].Points[places[i]].Time == time)
                    values[i] = series[i].Points[places[i]++].Value;
            }

            yield return (time, values);
        }
    }
}
