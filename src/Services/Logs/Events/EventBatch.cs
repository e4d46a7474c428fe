using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Files.Segments;

namespace Estiba.Logs.Events;

/// <summary>What of a PutLogEvents request is stored and what is not ("PutLogEvents", API reference).</summary>
internal sealed record EventBatch(IReadOnlyList<NewEvent> Accepted, RejectedLogEventsInfo? Rejected)
{
    private const int MaxBytes = 1_048_576;

    private static readonly TimeSpan MaxSpan = TimeSpan.FromHours(24);
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(14);
    private static readonly TimeSpan MaxAhead = TimeSpan.FromHours(2);

    /// <param name="logEvents">At least one event.</param>
    /// <param name="now">When the batch arrived.</param>
    /// <param name="expiredBefore">What the group's retention has no room for any more.</param>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: the whole batch breaks a rule, none of it is
    /// stored.</exception>
    public static EventBatch Check(IReadOnlyList<InputLogEvent> logEvents, DateTimeOffset now, long? expiredBefore)
    {
        CheckSizes(logEvents);
        CheckTimes(logEvents);

        var tooOld = Count(logEvents, (now - MaxAge).ToUnixTimeMilliseconds());
        var expired = expiredBefore is { } limit ? Count(logEvents, limit) : 0;
        var tooNew = Count(logEvents, (now + MaxAhead).ToUnixTimeMilliseconds() + 1);
        var first = Math.Max(tooOld, expired);

        var accepted = new List<NewEvent>(Math.Max(0, tooNew - first));
        for (var i = first; i < tooNew; i++)
            accepted.Add(new NewEvent(logEvents[i].Timestamp!.Value, logEvents[i].Message!));
        return new EventBatch(
            accepted,
            accepted.Count == logEvents.Count
                ? null
                : new RejectedLogEventsInfo
                {
                    TooOldLogEventEndIndex = tooOld > 0 ? tooOld : null,
                    ExpiredLogEventEndIndex = expired > 0 ? expired : null,
                    TooNewLogEventStartIndex = tooNew < logEvents.Count ? tooNew : null,
                }
        );
    }

    private static void CheckSizes(IReadOnlyList<InputLogEvent> logEvents)
    {
        var total = 0L;
        foreach (var item in logEvents)
        {
            var size = Encoding.UTF8.GetByteCount(item.Message!) + NewEvent.OverheadBytes;
            if (size > MaxBytes)
                throw LogsErrors.InvalidParameterException(
                    $"Log event too large: {size} bytes exceeds limit of {MaxBytes}"
                );
            total += size;
        }

        if (total > MaxBytes)
            throw LogsErrors.InvalidParameterException($"Upload too large: {total} bytes exceeds limit of {MaxBytes}");
    }

    private static void CheckTimes(IReadOnlyList<InputLogEvent> logEvents)
    {
        for (var i = 1; i < logEvents.Count; i++)
        {
            if (logEvents[i].Timestamp < logEvents[i - 1].Timestamp)
                throw LogsErrors.InvalidParameterException(
                    "Log events in a single PutLogEvents request must be in chronological order."
                );
        }

        if (logEvents[^1].Timestamp - logEvents[0].Timestamp > MaxSpan.TotalMilliseconds)
            throw LogsErrors.InvalidParameterException(
                "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
            );
    }

    /// <summary>How many events, which are in order, happened before a time.</summary>
    private static int Count(IReadOnlyList<InputLogEvent> logEvents, long before)
    {
        var count = 0;
        while (count < logEvents.Count && logEvents[count].Timestamp < before)
            count++;
        return count;
    }
}
