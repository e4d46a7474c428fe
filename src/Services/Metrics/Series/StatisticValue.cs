namespace Estiba.Metrics.Series;

/// <summary>A statistic of values.</summary>
/// <remarks>"CloudWatch statistics definitions", Amazon CloudWatch User Guide. Where a bound of percent falls into the
/// midst of equal values, the part of them counts that is within.</remarks>
internal static class StatisticValue
{
    /// <summary>The value; null where it cannot be told of these values.</summary>
    internal static double? Of(Statistic statistic, in Summary summary)
    {
        if (summary.IsEmpty)
            return null;
        switch (statistic.Kind)
        {
            case StatisticKind.SampleCount:
                return summary.Count;
            case StatisticKind.Sum:
                return summary.Sum;
            case StatisticKind.Average:
                return summary.Sum / summary.Count;
            case StatisticKind.Minimum:
                return summary.Minimum;
            case StatisticKind.Maximum:
                return summary.Maximum;
            default:
                return summary.HasValues ? OfValues(statistic, summary) : null;
        }
    }

    /// <summary>Whether a statistic needs to know which values there were.</summary>
    internal static bool NeedsValues(Statistic statistic) => statistic.Kind >= StatisticKind.Percentile;

    private static double? OfValues(Statistic statistic, in Summary summary)
    {
        ReadOnlySpan<double> values = summary.Values is { } kept ? kept.Values : [summary.Minimum];
        ReadOnlySpan<double> counts = summary.Values is { } known ? known.Counts : [summary.Count];
        if (statistic.Kind == StatisticKind.Percentile)
            return Percentile(values, counts, summary, statistic.Upper!.Value);
        return Within(statistic, summary, values, counts);
    }

    private static double Percentile(
        ReadOnlySpan<double> values,
        ReadOnlySpan<double> counts,
        in Summary summary,
        double percent
    )
    {
        var rank = percent / 100 * summary.Count;
        var below = 0.0;
        for (var i = 0; i < values.Length; i++)
        {
            below += counts[i];
            // Adding up rounds in the last place.
            if (below >= rank * (1 - 1e-12))
                return percent == 0 ? summary.Minimum : Math.Clamp(values[i], summary.Minimum, summary.Maximum);
        }

        return summary.Maximum;
    }

    private static double? Within(
        Statistic statistic,
        in Summary summary,
        ReadOnlySpan<double> values,
        ReadOnlySpan<double> counts
    )
    {
        var (lower, upper) = (statistic.Lower ?? 0, statistic.Upper ?? 100);
        if (!statistic.OfPercent)
            (lower, upper) = (statistic.Lower ?? double.NegativeInfinity, statistic.Upper ?? double.PositiveInfinity);
        var (count, sum, before) = (0.0, 0.0, 0.0);
        var (least, greatest, below, above) = (0.0, 0.0, 0.0, 0.0);
        for (var i = 0; i < values.Length; i++)
        {
            var value = Math.Clamp(values[i], summary.Minimum, summary.Maximum);
            var inside = counts[i];
            if (statistic.OfPercent)
            {
                var (from, through) = (lower / 100 * summary.Count, upper / 100 * summary.Count);
                inside = Math.Max(0, Math.Min(before + counts[i], through) - Math.Max(before, from));
                below += Math.Clamp(from - before, 0, counts[i]);
                above += Math.Clamp(before + counts[i] - through, 0, counts[i]);
            }
            else
            {
                // The lower bound is not within, the upper one is.
                below += value <= lower ? counts[i] : 0;
                above += value > upper ? counts[i] : 0;
                inside = value > lower && value <= upper ? counts[i] : 0;
            }

            before += counts[i];
            if (inside <= 0)
                continue;
            least = count == 0 ? value : least;
            greatest = value;
            count += inside;
            sum += value * inside;
        }

        switch (statistic.Kind)
        {
            case StatisticKind.TrimmedCount:
                return count;
            case StatisticKind.TrimmedSum:
                return sum;
            case StatisticKind.PercentileRank:
                return 100 * count / summary.Count;
            case StatisticKind.WinsorizedMean:
                var floor = statistic is { OfPercent: false, Lower: { } low } ? low : least;
                var ceiling = statistic is { OfPercent: false, Upper: { } high } ? high : greatest;
                return (sum + below * floor + above * ceiling) / summary.Count;
            default:
                return count == 0 ? null : sum / count;
        }
    }
}
