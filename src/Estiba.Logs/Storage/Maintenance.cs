using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Estiba.Logs.Storage;

/// <summary>
/// Sorts full journals into segments, merges segments, drops what is expired or deleted. One thing is done at a time, in the background;
/// lives as long as the store.
/// </summary>
internal sealed partial class Maintenance : IAsyncDisposable
{
    /// <summary>A merged segment spans no more than this share of a group's retention, so that little is kept past its time.</summary>
    private const int SpansPerRetention = 16;

    /// <summary>A segment is rewritten when more than one byte in this many belongs to deleted streams.</summary>
    private const int GarbageShare = 4;

    private readonly EventStoreOptions options;
    private readonly ILiveStreams live;
    private readonly Func<long, GroupLog> group;
    private readonly TimeProvider time;
    private readonly ILogger? logger;
    private readonly ConcurrentQueue<Journal> full = new();
    private readonly ConcurrentQueue<string> removed = new();
    private readonly SemaphoreSlim one = new(1, 1);
    private readonly SemaphoreSlim wake = new(0, 1);
    private readonly CancellationTokenSource stop = new();
    private readonly Task loop;
    private volatile bool failing;
    private TaskCompletionSource room = Completed();

    public Maintenance(EventStoreOptions options, ILiveStreams live, Func<long, GroupLog> group, TimeProvider time, ILogger? logger)
    {
        this.options = options;
        this.live = live;
        this.group = group;
        this.time = time;
        this.logger = logger;
        loop = Task.Run(RunAsync);
    }

    public void Enqueue(Journal journal)
    {
        full.Enqueue(journal);
        Wake();
    }

    /// <summary>Takes a full journal, and waits while too many are waiting, unless sorting fails: then a full disk stops the writers soon enough.</summary>
    public async Task AcceptAsync(Journal journal)
    {
        Enqueue(journal);
        while (full.Count >= options.FullJournals && !failing && !stop.IsCancellationRequested)
        {
            var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Exchange(ref room, signal);
            if (full.Count < options.FullJournals || failing) return;
            await signal.Task;
        }
    }

    public Task FlushAsync(CancellationToken cancellation) => ExclusiveAsync(() => SortAll(cancellation), cancellation);

    /// <summary>Has the directory of a deleted group removed.</summary>
    public void Remove(string directory)
    {
        removed.Enqueue(directory);
        Wake();
    }

    public Task CleanAsync(GroupLog log, long? expiredBefore, CancellationToken cancellation) => ExclusiveAsync(
        () =>
        {
            if (expiredBefore is { } before)
                log.Replace(journal: null, [.. log.Segments().Where(segment => segment.Summary.LastTimestamp < before)], result: null);
            DropDeletedStreams(log, cancellation);
            Merge(log, cancellation);
            log.Unload();
        },
        cancellation);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        room.TrySetResult();
        await loop;
        foreach (var journal in full) journal.Close();
        stop.Dispose();
        one.Dispose();
        wake.Dispose();
    }

    private static TaskCompletionSource Completed()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }

    private void Wake()
    {
        try
        {
            if (wake.CurrentCount == 0) wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else woke it.
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await wake.WaitAsync(stop.Token);
                while (!await TrySortAsync()) await Task.Delay(options.RetryDelay, time, stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The store is being closed; what is not sorted yet is found in the journals at the next start.
        }
    }

    private async Task<bool> TrySortAsync()
    {
        try
        {
            await ExclusiveAsync(() => SortAll(stop.Token), stop.Token);
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Whatever it is: if nobody sorted any more, the writers would soon wait for ever.
            failing = true;
            room.TrySetResult();
            if (logger is not null) Log.SortingFailed(logger, failure);
            return false;
        }
    }

    private async Task ExclusiveAsync(Action work, CancellationToken cancellation)
    {
        await one.WaitAsync(cancellation);
        try
        {
            await Task.Run(work, cancellation);
        }
        finally
        {
            one.Release();
        }
    }

    private void SortAll(CancellationToken cancellation)
    {
        while (removed.TryPeek(out var directory))
        {
            if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
            removed.TryDequeue(out _);
        }

        while (full.TryPeek(out var journal))
        {
            var touched = new List<GroupLog>();
            foreach (var (id, slice) in journal.Slices)
            {
                cancellation.ThrowIfCancellationRequested();
                var log = group(id);
                Sort(log, slice);
                touched.Add(log);
            }

            full.TryDequeue(out _);
            journal.Retire();
            failing = false;
            room.TrySetResult();
            foreach (var log in touched) Merge(log, cancellation);
        }
    }

    private void Sort(GroupLog log, JournalSlice slice)
    {
        if (log.Holds(slice.Journal)) return;

        var journal = slice.Journal;
        Segment? result = null;
        if (live.HasGroup(log.Id))
        {
            DurableDirectory.Create(log.Directory);
            result = Write(
                log, new SegmentName(journal.Number, journal.Number, 0), target => SegmentMerge.Write(slice, target, log.DeletedStreams()));
        }

        log.Replace(journal, [], result);
    }

    private void Merge(GroupLog log, CancellationToken cancellation)
    {
        var longestSpan = live.RetentionOf(log.Id) is { } retention ? (long)retention.TotalMilliseconds / SpansPerRetention : long.MaxValue;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var segments = log.Segments();
            var (start, count) = MergePlan.Next([.. segments.Select(segment => segment.Summary)], options.SegmentBytes, longestSpan);
            if (count == 0) return;
            Rewrite(log, [.. segments.Skip(start).Take(count)]);
        }
    }

    private void DropDeletedStreams(GroupLog log, CancellationToken cancellation)
    {
        var deleted = log.DeletedStreams();
        if (deleted.IsEmpty) return;

        var left = new HashSet<long>();
        foreach (var segment in log.Segments())
        {
            cancellation.ThrowIfCancellationRequested();
            using var reader = SegmentReader.Open(segment);
            var garbage = Array.FindAll(reader.ReadStreams(), entry => deleted.Contains(entry.Stream));
            if (garbage.Sum(entry => entry.Statistics.StoredBytes) > segment.Summary.StoredBytes / GarbageShare) Rewrite(log, [segment]);
            else left.UnionWith(garbage.Select(entry => entry.Stream));
        }

        log.Forget(deleted.Where(stream => !left.Contains(stream)));
    }

    private void Rewrite(GroupLog log, IReadOnlyList<Segment> segments)
    {
        var name = new SegmentName(
            segments[0].Name.FirstJournal, segments[^1].Name.LastJournal, segments.Count == 1 ? segments[0].Name.Revision + 1 : 0);
        log.Replace(journal: null, segments, Write(log, name, target => SegmentMerge.Write(segments, target, log.DeletedStreams())));
    }

    private Segment? Write(GroupLog log, SegmentName name, Action<SegmentWriter> fill)
    {
        var path = name.In(log.Directory);
        using var target = new SegmentWriter(path, options.BlockBytes);
        fill(target);
        return target.Finish() is { } summary ? new Segment(path, name, summary) : null;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Log events stay in the journal: they could not be sorted into segments, which is tried again")]
        public static partial void SortingFailed(ILogger logger, Exception failure);
    }
}
