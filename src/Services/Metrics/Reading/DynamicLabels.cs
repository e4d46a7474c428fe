using System.Globalization;
using System.Text.RegularExpressions;
using Estiba.Contracts;
using Estiba.Metrics.Expressions;
using Estiba.Metrics.Series;

namespace Estiba.Metrics.Reading;

/// <summary>Puts values in the place of <c>${MAX}</c>, <c>${PROP('MetricName')}</c> and the like in labels.</summary>
/// <remarks>"Use dynamic labels", Amazon CloudWatch User Guide. What is none of these stays as it is.</remarks>
/// <param name="context">Whose account and region are told.</param>
/// <param name="now">What times are relative to.</param>
/// <param name="zone">The offset in which times are told.</param>
internal sealed partial class DynamicLabels(CallContext context, DateTimeOffset now, TimeSpan zone)
{
    /// <summary>The offset of <c>LabelOptions</c>: <c>+0130</c>.</summary>
    /// <exception cref="AwsException"><c>ValidationError</c>: it is none.</exception>
    internal static TimeSpan ZoneOf(string? text)
    {
        if (text is null)
            return TimeSpan.Zero;
        if (!Zone().IsMatch(text))
            throw new AwsException(
                "ValidationError",
                $"The value {text} for parameter LabelOptions.Timezone is invalid."
            );
        var minutes =
            60 * int.Parse(text.AsSpan(1, 2), CultureInfo.InvariantCulture)
            + int.Parse(text.AsSpan(3, 2), CultureInfo.InvariantCulture);
        return TimeSpan.FromMinutes(text[0] == '-' ? -minutes : minutes);
    }

    /// <summary>The label of a time series.</summary>
    /// <param name="label">What the query says; null for nothing.</param>
    /// <param name="series">The time series.</param>
    internal string Of(string? label, MathSeries series) =>
        label is null
            ? series.Label
            : Part().Replace(label, part => ValueOf(part.Groups[2].Value, part.Groups[1].Value, series) ?? part.Value);

    private string? ValueOf(string name, string property, MathSeries series)
    {
        if (name == "LABEL")
            return series.Label;
        if (name.Length == 0)
            return PropertyOf(property, series);
        if (name == "DATAPOINT_COUNT")
            return series.Points.Count.ToString(CultureInfo.InvariantCulture);
        if (series.Points.Count == 0)
            return "--";
        var (first, last) = (series.Points[0], series.Points[^1]);
        var (min, max) = (series.Points.MinBy(point => point.Value), series.Points.MaxBy(point => point.Value));
        return name switch
        {
            "AVG" => Number(series.Points.Average(point => point.Value)),
            "SUM" => Number(series.Points.Sum(point => point.Value)),
            "FIRST" => Number(first.Value),
            "LAST" => Number(last.Value),
            "MIN" => Number(min.Value),
            "MAX" => Number(max.Value),
            "FIRST_LAST_RANGE" => Number(Math.Abs(last.Value - first.Value)),
            "MIN_MAX_RANGE" => Number(max.Value - min.Value),
            "FIRST_TIME" => Time(first),
            "LAST_TIME" => Time(last),
            "MIN_TIME" => Time(min),
            "MAX_TIME" => Time(max),
            "FIRST_TIME_RELATIVE" => Ago(first),
            "LAST_TIME_RELATIVE" => Ago(last),
            "MIN_TIME_RELATIVE" => Ago(min),
            "MAX_TIME_RELATIVE" => Ago(max),
            "FIRST_LAST_TIME_RANGE" => Span(last.Time - first.Time),
            "MIN_MAX_TIME_RANGE" => Span(Math.Abs(max.Time - min.Time)),
            _ => null,
        };
    }

    private string? PropertyOf(string property, MathSeries series) =>
        property switch
        {
            "AccountId" or "AccountLabel" => context.AccountId,
            "Region" => context.Region,
            "Period" => series.Period.ToString(CultureInfo.InvariantCulture),
            "MetricName" => series.Metric?.Name,
            "Namespace" => series.Metric?.Namespace,
            "Stat" => series.Statistic,
            _ when property.StartsWith("Dim.", StringComparison.Ordinal) => series
                .Metric?.Dimensions.Where(dimension => dimension.Name == property[4..])
                .Select(dimension => dimension.Value)
                .FirstOrDefault(),
            _ => null,
        };

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private string Time(Datapoint point) =>
        DateTimeOffset
            .FromUnixTimeSeconds(point.Time)
            .ToOffset(zone)
            .ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private string Ago(Datapoint point) => Span(Math.Abs(now.ToUnixTimeSeconds() - point.Time));

    private static string Span(long seconds)
    {
        var span = TimeSpan.FromSeconds(seconds);
        (int Number, string Unit)[] parts =
        [
            (span.Days, "d"),
            (span.Hours, "h"),
            (span.Minutes, "m"),
            (span.Seconds, "s"),
        ];
        var shown = parts.Where(part => part.Number > 0).Select(part => part.Number + part.Unit).ToList();
        return shown.Count == 0 ? "0s" : string.Join(' ', shown);
    }

    [GeneratedRegex(@"\$\{(?:PROP\('([^']*)'\)|([A-Z_]+))\}", RegexOptions.CultureInvariant)]
    private static partial Regex Part();

    [GeneratedRegex(@"^[+-]\d{4}$", RegexOptions.CultureInvariant)]
    private static partial Regex Zone();
}
