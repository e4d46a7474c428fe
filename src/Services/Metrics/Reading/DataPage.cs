using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Datapoint = Estiba.Metrics.Series.Datapoint;

namespace Estiba.Metrics.Reading;

/// <summary>Where a page of <c>GetMetricData</c> begins: in which time series, after which time.</summary>
/// <param name="Series">Its place among all that the request results in.</param>
/// <param name="After">Seconds since 1970.</param>
internal sealed record DataPosition(int Series, long After)
{
    /// <summary>Where the page begins that a request asks for; null for the first one.</summary>
    /// <exception cref="AwsException"><c>InvalidNextToken</c>: it is none of this request.</exception>
    internal static DataPosition? Read(GetMetricDataInput request, CallContext context)
    {
        if (request.NextToken is not { } token)
            return null;
        var parts = PagingToken.Read(token, request, context)?.Split('/');
        return
            parts is [var series, var after]
            && int.TryParse(series, NumberStyles.None, CultureInfo.InvariantCulture, out var place)
            && long.TryParse(after, CultureInfo.InvariantCulture, out var time)
            ? new DataPosition(place, time)
            : throw CloudWatchErrors.InvalidNextToken("The specified NextToken is invalid.");
    }

    /// <summary>The token of the page.</summary>
    internal string Write(GetMetricDataInput request, CallContext context) =>
        PagingToken.Write(string.Create(CultureInfo.InvariantCulture, $"{Series}/{After}"), request, context);
}

/// <summary>Fills a page of <c>GetMetricData</c> with time series, up to a number of values.</summary>
/// <param name="isAscending">Whether the oldest value comes first.</param>
/// <param name="most">How many values it may have.</param>
/// <param name="begin">Where it begins; null for the first page.</param>
internal sealed class DataPage(bool isAscending, int most, DataPosition? begin)
{
    private readonly List<MetricDataResult> _results = [];
    private int _place = -1;
    private int _left = most;

    /// <summary>What is on it.</summary>
    internal IReadOnlyList<MetricDataResult> Results => _results;

    /// <summary>Where the next one begins; null when this is the last.</summary>
    internal DataPosition? Next { get; private set; }

    /// <summary>Adds the next time series: what of it belongs to this page.</summary>
    internal void Add(
        string id,
        string label,
        IReadOnlyList<Datapoint> points,
        IReadOnlyList<(string Code, string Value)> messages
    )
    {
        _place++;
        if (Next is not null || _place < (begin?.Series ?? 0))
            return;
        var ordered = isAscending ? points : points.Reverse();
        var isContinued = begin is not null && begin.Series == _place;
        if (isContinued)
            ordered = ordered.Where(point => isAscending ? point.Time > begin!.After : point.Time < begin!.After);
        var all = ordered.ToList();
        if (_left == 0 && all.Count > 0)
        {
            Next = new DataPosition(_place, isAscending ? long.MinValue : long.MaxValue);
            return;
        }

        var shown = all.GetRange(0, Math.Min(_left, all.Count));
        _left -= shown.Count;
        if (shown.Count < all.Count)
            Next = new DataPosition(_place, shown[^1].Time);
        _results.Add(
            new MetricDataResult
            {
                Id = id,
                Label = label,
                Timestamps = shown.ConvertAll(point => DateTimeOffset.FromUnixTimeSeconds(point.Time)),
                Values = shown.ConvertAll(point => point.Value),
                StatusCode = shown.Count < all.Count ? "PartialData" : "Complete",
                Messages =
                    messages.Count == 0
                        ? null
                        : [.. messages.Select(it => new MessageData { Code = it.Code, Value = it.Value })],
            }
        );
    }
}
