using Estiba.Console.Sessions;

namespace Estiba.Console.Pages.Metrics;

/// <summary>Values of metrics over the last hours.</summary>
/// <param name="Lines">A line for each metric.</param>
public sealed record MetricSeries(IReadOnlyList<MetricLine> Lines)
{
    private const int Period = 60;
    private static readonly TimeSpan Shown = TimeSpan.FromHours(3);

    /// <summary>The times that any line has a value at, the first first.</summary>
    internal IReadOnlyList<DateTime> Times =>
        [.. Lines.SelectMany(line => line.Points.Select(point => point.At)).Distinct().Order()];

    /// <summary>A line that stays at a value.</summary>
    internal IReadOnlyList<MetricPoint> Level(double value) => [.. Times.Select(at => new MetricPoint(at, value))];

    internal static async Task<MetricSeries> ReadAsync(
        Cw.ICloudWatchApi cloudWatch,
        IReadOnlyList<Cw.Metric> metrics,
        string stat,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        var answer = await cloudWatch.GetMetricDataAsync(
            new()
            {
                StartTime = now - Shown,
                EndTime = now,
                ScanBy = "TimestampAscending",
                MetricDataQueries =
                [
                    .. metrics.Select(
                        (metric, place) =>
                            new Cw.MetricDataQuery
                            {
                                Id = $"m{place}",
                                MetricStat = new()
                                {
                                    Metric = metric,
                                    Period = Period,
                                    Stat = stat,
                                },
                            }
                    ),
                ],
            },
            Session.Context,
            cancellation
        );
        return new MetricSeries([
            .. metrics.Select(
                (metric, place) =>
                    MetricLine.Of(
                        metric.MetricName ?? "",
                        answer.MetricDataResults?.FirstOrDefault(result => result.Id == $"m{place}")
                    )
            ),
        ]);
    }
}

/// <summary>Values of one metric.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Points">The values.</param>
public sealed record MetricLine(string Name, IReadOnlyList<MetricPoint> Points)
{
    /// <summary>The value at a time; null for none.</summary>
    internal double? At(DateTime at) => Points.FirstOrDefault(point => point.At == at)?.Value;

    internal static MetricLine Of(string name, Cw.MetricDataResult? result) =>
        new(
            name,
            [
                .. (result?.Timestamps ?? []).Zip(result?.Values ?? [], (at, value) =>
                    new MetricPoint(at.UtcDateTime, value)
                ),
            ]
        );
}

/// <summary>A value at a time.</summary>
/// <param name="At">When, in UTC.</param>
/// <param name="Value">The value.</param>
public sealed record MetricPoint(DateTime At, double Value);
