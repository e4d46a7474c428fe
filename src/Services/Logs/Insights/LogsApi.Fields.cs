using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Files.Segments;
using Estiba.Logs.Insights;

namespace Estiba.Logs;

/// <content>Which fields the events of a group have, and records that only queries point to.</content>
public sealed partial class LogsApi
{
    private const long Minute = 60_000;
    private const long BeforeNow = 15 * Minute;
    private const long AroundTime = 8 * Minute;

    /// <inheritdoc />
    /// <remarks>
    /// The last 15 minutes are looked at, or 8 minutes before and after a time ("GetLogGroupFields", API reference),
    /// and of their events those that a page of a search would have.
    /// </remarks>
    public async Task<GetLogGroupFieldsResponse> GetLogGroupFieldsAsync(
        GetLogGroupFieldsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var group = GroupOf(view, context, request.LogGroupName, request.LogGroupIdentifier);
        var (from, through) = request.Time is { } seconds
            ? (Milliseconds(seconds) - AroundTime, Milliseconds(seconds) + AroundTime)
            : (Now() - BeforeNow, Now());
        var page = await ReadAsync(
            new RecordQuery
            {
                Group = group.Id,
                From = Earliest(group, from),
                Through = through,
                Descending = true,
                Limit = MaxEvents,
                ScanBytes = SearchBytes,
            },
            cancellation
        );
        return new GetLogGroupFieldsResponse
        {
            LogGroupFields = DiscoveredFields.Of([.. page.Records.Select(found => found.Payload)]),
        };
    }

    // No event is later than what fits.
    private static long Milliseconds(long seconds) => Math.Min(seconds, int.MaxValue * 1000L) * 1000;

    /// <inheritdoc />
    public Task<GetLogRecordResponse> GetLogRecordAsync(
        GetLogRecordRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("log record");

    /// <inheritdoc />
    public Task<GetLogObjectResponse> GetLogObjectAsync(
        GetLogObjectRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("log object");
}
