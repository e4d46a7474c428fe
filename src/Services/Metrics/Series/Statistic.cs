using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Estiba.Metrics.Series;

/// <summary>What of a period's values is asked for: how many there were, their sum, a percentile, and so on.</summary>
/// <remarks>As in "CloudWatch statistics definitions" of the Amazon CloudWatch User Guide. Bounds are of percent
/// (<c>p90</c>, <c>TM(10%:90%)</c>) or of values (<c>PR(:300)</c>), and null where one is left out.</remarks>
/// <param name="Kind">What it tells.</param>
/// <param name="Lower">The lower bound.</param>
/// <param name="Upper">The upper bound, and a percentile's.</param>
/// <param name="OfPercent">Whether the bounds are percentages of the values' number.</param>
internal sealed partial record Statistic(
    StatisticKind Kind,
    double? Lower = null,
    double? Upper = null,
    bool OfPercent = false
)
{
    /// <summary>Reads a statistic as clients write it: <c>Average</c>, <c>p99.9</c>, <c>tm90</c>, <c>IQM</c>,
    /// <c>PR(100:2000)</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Statistic? statistic)
    {
        statistic = text switch
        {
            "SampleCount" => new Statistic(StatisticKind.SampleCount),
            "Sum" => new Statistic(StatisticKind.Sum),
            "Average" => new Statistic(StatisticKind.Average),
            "Minimum" => new Statistic(StatisticKind.Minimum),
            "Maximum" => new Statistic(StatisticKind.Maximum),
            "IQM" => new Statistic(StatisticKind.TrimmedMean, 25, 75, OfPercent: true),
            _ => OfBound(text) ?? OfBounds(text),
        };
        return statistic is not null;
    }

    private static Statistic? OfBound(string text)
    {
        if (Bound().Match(text) is not { Success: true } match)
            return null;
        var percent = double.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        return percent > 100 ? null : new Statistic(KindOf(match.Groups[1].Value), Upper: percent, OfPercent: true);
    }

    private static Statistic? OfBounds(string text)
    {
        if (Bounds().Match(text) is not { Success: true } match)
            return null;
        var kind = KindOf(match.Groups[1].Value);
        var (lower, upper) = (match.Groups["lower"], match.Groups["upper"]);
        var percent = (lower.Success ? lower : upper).Value.EndsWith('%');
        if (
            !(lower.Success || upper.Success)
            || (lower.Success && upper.Success && upper.Value.EndsWith('%') != percent)
        )
            return null;
        if (kind == StatisticKind.PercentileRank && percent)
            return null;
        var statistic = new Statistic(kind, NumberOf(lower), NumberOf(upper), percent);
        var outside = percent && (statistic.Lower > 100 || statistic.Upper > 100);
        return outside || statistic.Lower >= statistic.Upper ? null : statistic;
    }

    private static double? NumberOf(Group bound) =>
        bound.Success ? double.Parse(bound.Value.TrimEnd('%'), CultureInfo.InvariantCulture) : null;

    private static StatisticKind KindOf(string name) =>
        name.ToUpperInvariant() switch
        {
            "P" => StatisticKind.Percentile,
            "TM" => StatisticKind.TrimmedMean,
            "WM" => StatisticKind.WinsorizedMean,
            "TC" => StatisticKind.TrimmedCount,
            "TS" => StatisticKind.TrimmedSum,
            _ => StatisticKind.PercentileRank,
        };

    [GeneratedRegex(@"^(p|tm|wm|tc|ts)(\d{1,3}(?:\.\d{1,10})?)$", RegexOptions.CultureInvariant)]
    private static partial Regex Bound();

    [GeneratedRegex(
        @"^(PR|TM|WM|TC|TS)\((?<lower>-?\d+(?:\.\d+)?%?)?:(?<upper>-?\d+(?:\.\d+)?%?)?\)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Bounds();
}

/// <summary>What a statistic tells of values.</summary>
internal enum StatisticKind
{
    /// <summary>How many there were.</summary>
    SampleCount,

    /// <summary>All added up.</summary>
    Sum,

    /// <summary>The sum by the number.</summary>
    Average,

    /// <summary>The least.</summary>
    Minimum,

    /// <summary>The greatest.</summary>
    Maximum,

    /// <summary>The value below which a percentage of them are.</summary>
    Percentile,

    /// <summary>The mean of those within the bounds.</summary>
    TrimmedMean,

    /// <summary>The mean of all, where those outside of the bounds count as the bounds.</summary>
    WinsorizedMean,

    /// <summary>How many are within the bounds.</summary>
    TrimmedCount,

    /// <summary>The sum of those within the bounds.</summary>
    TrimmedSum,

    /// <summary>The percentage of them that are within the bounds.</summary>
    PercentileRank,
}
