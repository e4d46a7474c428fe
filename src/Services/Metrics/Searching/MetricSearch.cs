using Estiba.Metrics.Series;

namespace Estiba.Metrics.Searching;

/// <summary>The first argument of <c>SEARCH</c> ("CloudWatch search expression syntax", Amazon CloudWatch User
/// Guide).</summary>
internal sealed class MetricSearch
{
    /// <summary>How many time series one search finds.</summary>
    internal const int Most = 500;

    private const long LongestSilence = 14 * 86_400;

    private readonly SearchTerm _term;

    private MetricSearch(SearchTerm term) => _term = term;

    /// <summary>Reads a search.</summary>
    /// <param name="text">The search.</param>
    /// <param name="fault">Makes the exception that says what is wrong with it.</param>
    internal static MetricSearch Parse(string text, Func<string, Exception> fault) =>
        new(new SearchParser(text, fault).Parse());

    /// <summary>The metrics that are found and had a value in the two weeks before the end of the range: at most one
    /// more than <see cref="Most"/>.</summary>
    internal IReadOnlyList<Metric> Find(IEnumerable<KnownMetric> metrics, long until) =>
        [
            .. metrics
                .Where(known => known.LastValue >= until - LongestSilence && _term.Matches(known.Metric))
                .Take(Most + 1)
                .Select(known => known.Metric),
        ];

    /// <summary>What tells the found metrics apart: of the metric's name and its dimensions' values those that are not
    /// the same in all; the name where nothing is.</summary>
    internal static IReadOnlyList<string> LabelsOf(IReadOnlyList<Metric> metrics)
    {
        var names = metrics.Select(metric => metric.Name).Distinct().Count() > 1;
        var varying = metrics
            .SelectMany(metric => metric.Dimensions)
            .GroupBy(dimension => dimension.Name)
            .Where(group => group.Count() < metrics.Count || group.Distinct().Count() > 1)
            .Select(group => group.Key)
            .ToHashSet();
        return
        [
            .. metrics.Select(metric =>
            {
                var values = metric.Dimensions.Where(it => varying.Contains(it.Name)).Select(it => it.Value);
                var parts = (names ? values.Append(metric.Name) : values).ToList();
                return parts.Count == 0 ? metric.Name : string.Join(' ', parts);
            }),
        ];
    }
}
