using System.Globalization;
using Estiba.Logs.Groups;
using Estiba.State;

namespace Estiba.Logs.Streams;

/// <summary>
/// One page of a group's streams, in one of the orders of DescribeLogStreams, and where the next page goes on.
/// </summary>
/// <param name="group">The group.</param>
/// <param name="limit">How many streams.</param>
/// <param name="descending">Backwards.</param>
internal sealed class StreamListing(LogGroupRecord group, int limit, bool descending)
{
    private readonly string _prefix = LogsTables.StreamPrefix(group.Id);

    public StreamPage ByName(View view, string namePrefix, string? after)
    {
        var streams = view.Range(
            LogsTables.Streams,
            _prefix + namePrefix,
            after is null || descending ? null : _prefix + after
        );
        var found = descending
            ? Best(streams, static _ => 0, after is null ? null : (0, after))
            : [.. streams.Take(limit + 1)];
        return Cut(found, static stream => stream.Name);
    }

    /// <param name="view">The state.</param>
    /// <param name="lastEvent">The time of a stream's latest event, 0 if there is none.</param>
    /// <param name="after">What an earlier page said.</param>
    public StreamPage ByLastEvent(View view, Func<LogStreamRecord, long> lastEvent, string? after)
    {
        (long Time, string Name)? cursor = null;
        if (after is not null)
        {
            var colon = after.IndexOf(':', StringComparison.Ordinal);
            if (
                colon < 0
                || !long.TryParse(after.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            )
                throw PageToken.Invalid();
            cursor = (time, after[(colon + 1)..]);
        }

        var found = Best(view.Range(LogsTables.Streams, _prefix), lastEvent, cursor);
        return Cut(found, stream => string.Create(CultureInfo.InvariantCulture, $"{lastEvent(stream)}:{stream.Name}"));
    }

    /// <summary>
    /// The first ones beyond the cursor, in one pass and with no more memory than they need: there may be millions of
    /// streams.
    /// </summary>
    private List<LogStreamRecord> Best(
        IEnumerable<LogStreamRecord> streams,
        Func<LogStreamRecord, long> time,
        (long Time, string Name)? after
    )
    {
        var worstFirst = Comparer<(long Time, string Name)>.Create(
            (left, right) => descending ? Compare(left, right) : Compare(right, left)
        );
        var best = new PriorityQueue<LogStreamRecord, (long Time, string Name)>(worstFirst);
        foreach (var stream in streams)
        {
            var key = (time(stream), stream.Name);
            if (after is { } cursor && worstFirst.Compare(key, cursor) >= 0)
                continue;
            if (best.Count <= limit)
                best.Enqueue(stream, key);
            else
                best.EnqueueDequeue(stream, key);
        }

        var found = new List<LogStreamRecord>(best.Count);
        while (best.TryDequeue(out var stream, out _))
            found.Add(stream);
        found.Reverse();
        return found;
    }

    private static int Compare((long Time, string Name) left, (long Time, string Name) right)
    {
        var byTime = left.Time.CompareTo(right.Time);
        return byTime != 0 ? byTime : string.CompareOrdinal(left.Name, right.Name);
    }

    private StreamPage Cut(List<LogStreamRecord> found, Func<LogStreamRecord, string> key)
    {
        if (found.Count <= limit)
            return new StreamPage(found, Next: null);
        found.RemoveRange(limit, found.Count - limit);
        return new StreamPage(found, key(found[^1]));
    }
}

/// <summary>Streams, and after what the next page goes on; null at the end.</summary>
internal sealed record StreamPage(IReadOnlyList<LogStreamRecord> Streams, string? Next);
