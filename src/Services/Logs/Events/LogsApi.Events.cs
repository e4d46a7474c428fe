using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Files;
using Estiba.Files.Segments;
using Estiba.Logs.Events;
using Estiba.Logs.Filters;
using Estiba.Logs.Groups;
using Estiba.Logs.Streams;
using Estiba.State;

namespace Estiba.Logs;

public sealed partial class LogsApi
{
    private const int MaxEvents = 10_000;

    // "January 1, 2024 00:00:00 UTC", FilterLogEvents, API reference.
    private const long EarliestFromTail = 1_704_067_200_000;

    /// <summary>A search answers what it has found after reading this much, with a token to go on.</summary>
    private const long SearchBytes = 128 << 20;

    private const string Unavailable = "ServiceUnavailableException";

    private static readonly TimeSpan SearchTime = TimeSpan.FromSeconds(5);

    /// <summary>Reading takes a thread; more at once than this wait for each other.</summary>
    private readonly SemaphoreSlim _reads = new(4 * Environment.ProcessorCount);

    /// <inheritdoc />
    public async Task<PutLogEventsResponse> PutLogEventsAsync(
        PutLogEventsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var group = GroupNamed(view, context, request.LogGroupName!);
        var stream = StreamNamed(view, group, request.LogStreamName!);

        var now = _time.GetUtcNow();
        var batch = EventBatch.Check(request.LogEvents!, now, group.ExpiredBefore(now));
        if (batch.Accepted.Count > 0)
        {
            try
            {
                await _events.AppendAsync(
                    new StreamKey(group.Id, stream.Id),
                    now.ToUnixTimeMilliseconds(),
                    batch.Accepted,
                    cancellation
                );
            }
            catch (IOException failure)
            {
                // The status that writes of the state are answered with when the disk is full; the service's own
                // description has none.
                throw new AwsException(
                    Unavailable,
                    $"The log events could not be stored, none of them was: {FileFault.WithoutPath(failure)}",
                    503
                );
            }
        }

        _tails.Publish(group, stream, now.ToUnixTimeMilliseconds(), batch.Accepted);
        _metrics.Offer(group, now.ToUnixTimeMilliseconds(), batch.Accepted);
        return new PutLogEventsResponse
        {
            NextSequenceToken = SequenceToken(stream),
            RejectedLogEventsInfo = batch.Rejected,
        };
    }

    /// <inheritdoc />
    public async Task<GetLogEventsResponse> GetLogEventsAsync(
        GetLogEventsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var group = GroupOf(view, context, request.LogGroupName, request.LogGroupIdentifier);
        var stream = StreamNamed(view, group, request.LogStreamName!);
        var cursor = StreamCursor.From(request);

        // Unlike in FilterLogEvents, the end is not included ("GetLogEvents", API reference).
        var page = await ReadAsync(
            new RecordQuery
            {
                Group = group.Id,
                Streams = new StreamSet([stream.Id]),
                From = Earliest(group, request.StartTime),
                Through = request.EndTime - 1 ?? long.MaxValue,
                Beyond = cursor.Position,
                Descending = !cursor.Forward,
                Limit = request.Limit ?? MaxEvents,
            },
            cancellation
        );

        var (forward, backward) = cursor.Tokens(page.Records, request.StartTime ?? 0);
        return new GetLogEventsResponse
        {
            Events =
            [
                .. page.Records.Select(found => new OutputLogEvent
                {
                    Timestamp = found.Position.Timestamp,
                    Message = Encoding.UTF8.GetString(found.Payload.Span),
                    IngestionTime = found.IngestionTime,
                }),
            ],
            NextForwardToken = forward,
            NextBackwardToken = backward,
        };
    }

    /// <inheritdoc />
    public async Task<FilterLogEventsResponse> FilterLogEventsAsync(
        FilterLogEventsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var group = GroupOf(view, context, request.LogGroupName, request.LogGroupIdentifier);
        if (request is { StartFromHead: false, StartTime: < EarliestFromTail })
            throw LogsErrors.InvalidParameterException(
                "startFromHead can be false only when startTime is on or after January 1, 2024 00:00:00 UTC."
            );
        var started = _time.GetTimestamp();
        var token = SearchToken.Decode(request, group.Id, context);
        var descending = token?.Descending ?? request.StartFromHead == false;
        var page = await ReadAsync(
            new RecordQuery
            {
                Group = group.Id,
                Streams = SearchedStreams(view, group, request),
                From = Earliest(group, request.StartTime),
                Through = request.EndTime ?? long.MaxValue,
                Beyond = token?.Beyond,
                Descending = descending,
                Limit = request.Limit ?? MaxEvents,
                ScanBytes = SearchBytes,
                OutOfTime = () => _time.GetElapsedTime(started) > SearchTime,
                Filter = string.IsNullOrWhiteSpace(request.FilterPattern)
                    ? null
                    : FilterPattern.Parse(request.FilterPattern),
            },
            cancellation
        );

        return new FilterLogEventsResponse
        {
            Events = Name(view, descending ? [.. page.Records.Reverse()] : page.Records),

            // AWS no longer says which streams were searched; the list is always empty ("FilterLogEvents", API
            // reference).
            SearchedLogStreams = [],
            NextToken = page.Next is { } next ? SearchToken.Encode(next, descending, group.Id, request, context) : null,
        };
    }

    private static StreamSet? SearchedStreams(View view, LogGroupRecord group, FilterLogEventsRequest request)
    {
        if (request is { LogStreamNames: not null, LogStreamNamePrefix: not null })
            throw LogsErrors.InvalidParameterException(
                "logStreamNames and logStreamNamePrefix are mutually exclusive parameters."
            );

        if (request.LogStreamNames is { } names)
            return new StreamSet(names.Select(name => StreamNamed(view, group, name).Id));
        return request.LogStreamNamePrefix is { } prefix
            ? new StreamSet(
                view.Range(LogsTables.Streams, LogsTables.StreamPrefix(group.Id) + prefix).Select(stream => stream.Id)
            )
            : null;
    }

    private long Earliest(LogGroupRecord group, long? startTime) =>
        Math.Max(startTime ?? 0, group.ExpiredBefore(_time.GetUtcNow()) ?? 0);

    private async Task<RecordPage> ReadAsync(RecordQuery query, CancellationToken cancellation)
    {
        await _reads.WaitAsync(cancellation);
        try
        {
            return _events.Read(query, cancellation);
        }
        finally
        {
            _reads.Release();
        }
    }

    /// <summary>
    /// The events with the names of their streams; those of a stream that was deleted meanwhile are left out.
    /// </summary>
    private static List<FilteredLogEvent> Name(View view, IReadOnlyList<StoredRecord> found)
    {
        var names = new Dictionary<long, string?>();
        var named = new List<FilteredLogEvent>(found.Count);
        foreach (var item in found)
        {
            if (!names.TryGetValue(item.Stream, out var name))
            {
                name = view.Where(LogsTables.Streams, LogsTables.StreamById, LogsTables.Key(item.Stream))
                    .FirstOrDefault()
                    ?.Name;
                names[item.Stream] = name;
            }

            if (name is null)
                continue;
            named.Add(
                new FilteredLogEvent
                {
                    LogStreamName = name,
                    Timestamp = item.Position.Timestamp,
                    Message = Encoding.UTF8.GetString(item.Payload.Span),
                    IngestionTime = item.IngestionTime,
                    EventId = EventId.Of(item),
                }
            );
        }

        return named;
    }
}
