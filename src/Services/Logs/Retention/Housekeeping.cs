using Estiba.Files.Segments;
using Estiba.State;

namespace Estiba.Logs.Retention;

/// <summary>
/// Every hour: sorts what has lain in the journal, drops the events that have expired, frees what deleted streams left,
/// and removes the streams of groups whose deletion was interrupted.
/// </summary>
internal sealed class Housekeeping(Store store, SegmentStore events, TimeProvider time)
{
    /// <summary>How often it is done.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromHours(1);

    public async Task CleanAsync(CancellationToken cancellation)
    {
        // What was deleted before the journals are sorted has nothing in them afterwards.
        var (groups, streams) = Deleted();
        await events.FlushAsync(cancellation);
        foreach (var group in store.Current.Range(LogsTables.Groups))
            await events.CleanAsync(group.Id, group.ExpiredBefore(time.GetUtcNow()), cancellation);
        await RemoveOrphansAsync(cancellation);
        await ForgetAsync(groups, streams, cancellation);
    }

    /// <summary>What was deleted long enough ago that no call that had begun before writes into it any more.</summary>
    private (List<DeletedGroupRecord> Groups, List<DeletedStreamRecord> Streams) Deleted()
    {
        var before = (time.GetUtcNow() - Period).ToUnixTimeMilliseconds();
        var view = store.Current;
        return (
            [.. view.Range(LogsTables.DeletedGroups).Where(group => group.DeletedAt <= before)],
            [.. view.Range(LogsTables.DeletedStreams).Where(stream => stream.DeletedAt <= before)]
        );
    }

    /// <summary>Forgets that groups and streams were deleted, once nothing of them is left.</summary>
    private async Task ForgetAsync(
        List<DeletedGroupRecord> groups,
        List<DeletedStreamRecord> streams,
        CancellationToken cancellation
    )
    {
        var gone = groups.FindAll(group => events.IsGone(group.Id));
        var left = streams
            .Select(stream => stream.GroupId)
            .Distinct()
            .Where(group => !events.IsGone(group))
            .ToDictionary(group => group, events.StreamsInSegments);
        var forgotten = streams.FindAll(stream =>
            !left.TryGetValue(stream.GroupId, out var inSegments) || !inSegments.Contains(stream.Id)
        );
        if (gone.Count + forgotten.Count == 0)
            return;
        await store.CommitAsync(
            transaction =>
            {
                foreach (var group in gone)
                    transaction.Delete(LogsTables.DeletedGroups, LogsTables.Key(group.Id));
                foreach (var stream in forgotten)
                    transaction.Delete(
                        LogsTables.DeletedStreams,
                        LogsTables.StreamPrefix(stream.GroupId) + LogsTables.Key(stream.Id)
                    );
            },
            cancellation
        );
    }

    private async Task RemoveOrphansAsync(CancellationToken cancellation)
    {
        var live = new LiveStreams(store);
        for (string? after = null; ; )
        {
            // One stream of each group is enough to find the next group.
            var stream = store.Current.Range(LogsTables.Streams, after: after).FirstOrDefault();
            if (stream is null)
                return;

            if (!live.HasGroup(stream.GroupId))
                await LogsApi.DeleteStreamsAsync(store, stream.GroupId, cancellation);
            after = LogsTables.StreamPrefix(stream.GroupId) + char.MaxValue;
        }
    }
}
