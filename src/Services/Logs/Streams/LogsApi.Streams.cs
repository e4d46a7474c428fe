using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Files.Segments;
using Estiba.Logs.Groups;
using Estiba.Logs.Retention;
using Estiba.Logs.Streams;
using Estiba.State;

namespace Estiba.Logs;

public sealed partial class LogsApi
{
    /// <inheritdoc />
    public async Task<CreateLogStreamResponse> CreateLogStreamAsync(
        CreateLogStreamRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var group = GroupNamed(transaction, context, request.LogGroupName!);
                if (
                    transaction.Find(LogsTables.Streams, LogsTables.StreamPrefix(group.Id) + request.LogStreamName)
                    is not null
                )
                    throw LogsErrors.ResourceAlreadyExistsException("The specified log stream already exists");

                transaction.Put(
                    LogsTables.Streams,
                    new LogStreamRecord
                    {
                        GroupId = group.Id,
                        Name = request.LogStreamName!,
                        Id = _ids.Next(transaction, LogsTables.Streams, LogsTables.StreamById),
                        CreationTime = Now(),
                    }
                );
            },
            cancellation
        );
        return new CreateLogStreamResponse();
    }

    /// <inheritdoc />
    public async Task<DeleteLogStreamResponse> DeleteLogStreamAsync(
        DeleteLogStreamRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var key = await _store.CommitAsync(
            transaction =>
            {
                var group = GroupNamed(transaction, context, request.LogGroupName!);
                var stream = StreamNamed(transaction, group, request.LogStreamName!);
                transaction.Delete(LogsTables.Streams, LogsTables.StreamPrefix(group.Id) + stream.Name);
                transaction.Put(
                    LogsTables.DeletedStreams,
                    new DeletedStreamRecord
                    {
                        GroupId = group.Id,
                        Id = stream.Id,
                        DeletedAt = Now(),
                    }
                );
                return new StreamKey(group.Id, stream.Id);
            },
            cancellation
        );
        _events.DeleteStream(key);
        return new DeleteLogStreamResponse();
    }

    /// <inheritdoc />
    public Task<DescribeLogStreamsResponse> DescribeLogStreamsAsync(
        DescribeLogStreamsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var byTime = request.OrderBy == OrderBy.LastEventTime;
        if (byTime && request.LogStreamNamePrefix is not null)
            throw LogsErrors.InvalidParameterException("Cannot order by LastEventTime with a logStreamNamePrefix.");

        var view = _store.Current;
        var group = GroupOf(view, context, request.LogGroupName, request.LogGroupIdentifier);
        var listing = new StreamListing(group, request.Limit ?? DefaultPage, request.Descending ?? false);
        var after = PageToken.Decode(request.NextToken, request, context);
        var page = byTime
            ? listing.ByLastEvent(
                view,
                stream => _events.Statistics(new StreamKey(group.Id, stream.Id))?.LastTimestamp ?? 0,
                after
            )
            : listing.ByName(view, request.LogStreamNamePrefix ?? "", after);
        return Task.FromResult(
            new DescribeLogStreamsResponse
            {
                LogStreams = [.. page.Streams.Select(stream => Describe(group, stream))],
                NextToken = page.Next is null ? null : PageToken.Encode(page.Next, request, context),
            }
        );
    }

    /// <summary>What PutLogEvents answers and nobody needs to send back any more.</summary>
    private static string SequenceToken(LogStreamRecord stream) =>
        "49" + stream.Id.ToString("D54", CultureInfo.InvariantCulture);

    private LogStream Describe(LogGroupRecord group, LogStreamRecord stream)
    {
        var statistics = _events.Statistics(new StreamKey(group.Id, stream.Id));
        return new LogStream
        {
            LogStreamName = stream.Name,
            CreationTime = stream.CreationTime,
            FirstEventTimestamp = statistics?.FirstTimestamp,
            LastEventTimestamp = statistics?.LastTimestamp,
            LastIngestionTime = statistics?.LastIngestionTime,
            UploadSequenceToken = statistics is null ? null : SequenceToken(stream),
            Arn = $"{group.Arn}:log-stream:{stream.Name}",

            // AWS has answered 0 for streams since June 2019 ("LogStream", API reference).
            StoredBytes = 0,
        };
    }
}
