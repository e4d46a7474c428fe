using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Estiba.Files.Segments;

/// <summary>
/// Sorts full journals into segments, merges segments, drops what is expired or deleted. One thing is done at a time,
/// in the background; lives as long as the store.
/// </summary>
internal sealed partial class Maintenance : IAsyncDisposable
{
    /// <summary>
    /// A merged segment spans no more than this share of a group's retention, so that little is kept past its time.
    /// </summary>
    private const int SpansPerRetention = 16;

    /// <summary>A segment is rewritten when more than one byte in this many belongs to deleted streams.</summary>
    private const int GarbageShare = 4;

    private readonly SegmentStoreOptions _options;
    private readonly ILiveStreams _live;
    private readonly ConcurrentDictionary<long, RecordGroup> _groups;
    private readonly TimeProvider _time;
    private readonly StoreFiles _files;
    private readonly ConcurrentQueue<Journal> _full = new();
    private readonly ConcurrentQueue<(string Folder, RecordGroup? Group)> _removed = new();
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private volatile bool _failing;
    private TaskCompletionSource _room = Completed();

    public Maintenance(
        SegmentStoreOptions options,
        ILiveStreams live,
        ConcurrentDictionary<long, RecordGroup> groups,
        TimeProvider time,
        StoreFiles files
    )
    {
        _options = options;
        _live = live;
        _groups = groups;
        _time = time;
        _files = files;
        _loop = Task.Run(RunAsync);
    }

    public void Enqueue(Journal journal)
    {
        _full.Enqueue(journal);
        Wake();
    }

    /// <summary>
    /// Takes a full journal, and waits while too many are waiting, unless sorting fails: then a full disk stops the
    /// writers soon enough.
    /// </summary>
    public async Task AcceptAsync(Journal journal)
    {
        Enqueue(journal);
        while (_full.Count >= _options.FullJournals && !_failing && !_stop.IsCancellationRequested)
        {
            var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Exchange(ref _room, signal);
            if (_full.Count < _options.FullJournals || _failing)
                return;
            await signal.Task;
        }
    }

    public Task FlushAsync(CancellationToken cancellation) => ExclusiveAsync(() => SortAll(cancellation), cancellation);

    /// <summary>Has the folder of a deleted group removed, and the group's files in it as far as they are
    /// known.</summary>
    public void Remove(string folder, RecordGroup? group)
    {
        _removed.Enqueue((folder, group));
        Wake();
    }

    public Task CleanAsync(RecordGroup group, long? expiredBefore, CancellationToken cancellation) =>
        ExclusiveAsync(
            () =>
            {
                if (expiredBefore is { } before)
                    Drop(group, [.. group.Segments().Where(segment => segment.Summary.LastTimestamp < before)]);
                DropDeletedStreams(group, cancellation);
                Merge(group, cancellation);
                group.Unload();
            },
            cancellation
        );

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _room.TrySetResult();
        await _loop;
        foreach (var journal in _full)
            journal.Close();
        _stop.Dispose();
        _one.Dispose();
        _wake.Dispose();
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
            if (_wake.CurrentCount == 0)
                _wake.Release();
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
                await _wake.WaitAsync(_stop.Token);
                while (!await TrySortAsync())
                    await Task.Delay(_options.RetryDelay, _time, _stop.Token);
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
            await ExclusiveAsync(() => SortAll(_stop.Token), _stop.Token);
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Whatever it is: if nobody sorted any more, the writers would soon wait for ever.
            _failing = true;
            _room.TrySetResult();
            if (_files.Logger is not null)
                Log.SortingFailed(_files.Logger, _files.Kind.Name, _files.Kind.Records, failure);
            return false;
        }
    }

    private async Task ExclusiveAsync(Action work, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            await Task.Run(work, cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    private void SortAll(CancellationToken cancellation)
    {
        while (_removed.TryPeek(out var removed))
        {
            _files.Catalog.RemoveFolder(removed.Folder);
            removed.Group?.RemoveFiles();
            _files.Store.DeleteFolder(removed.Folder);
            _removed.TryDequeue(out _);
        }

        while (_full.TryPeek(out var journal))
        {
            var touched = new List<RecordGroup>();
            foreach (var (id, slice) in journal.Slices)
            {
                cancellation.ThrowIfCancellationRequested();
                if (!_groups.TryGetValue(id, out var group))
                    continue; // it was deleted since
                Sort(group, slice);
                touched.Add(group);
            }

            _files.Catalog.Remove(_files.Catalog.NameOf(journal.Path));
            _full.TryDequeue(out _);
            journal.Retire();
            _failing = false;
            _room.TrySetResult();
            foreach (var group in touched)
                Merge(group, cancellation);
        }
    }

    private void Sort(RecordGroup group, JournalSlice slice)
    {
        if (group.Holds(slice.Journal))
            return;

        var journal = slice.Journal;
        if (_live.IsDeleted(group.Id))
        {
            group.Replace(journal, [], result: null);

            // What was written into it after its deletion has brought it back into the list.
            if (group.Segments().Count == 0)
                _groups.TryRemove(new KeyValuePair<long, RecordGroup>(group.Id, group));
            return;
        }

        var result = Write(group, new SegmentName(journal.Number, journal.Number, 0), target =>
            SegmentMerge.Write(slice, target, group.DeletedStreams(), _files)
        );
        group.Replace(journal, [], result);
    }

    private void Merge(RecordGroup group, CancellationToken cancellation)
    {
        var longestSpan = _live.RetentionOf(group.Id) is { } retention
            ? (long)retention.TotalMilliseconds / SpansPerRetention
            : long.MaxValue;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var segments = group.Segments();
            var (start, count) = MergePlan.Next(
                [.. segments.Select(segment => segment.Summary)],
                _options.SegmentBytes,
                longestSpan
            );
            if (count == 0)
                return;
            Rewrite(group, [.. segments.Skip(start).Take(count)]);
        }
    }

    private void DropDeletedStreams(RecordGroup group, CancellationToken cancellation)
    {
        var deleted = group.DeletedStreams();
        if (deleted.IsEmpty)
            return;

        var left = new HashSet<long>();
        foreach (var segment in group.Segments())
        {
            cancellation.ThrowIfCancellationRequested();
            var garbage = Array.FindAll(segment.Streams(_files), entry => deleted.Contains(entry.Stream));
            if (garbage.Sum(entry => entry.Statistics.StoredBytes) > segment.Summary.StoredBytes / GarbageShare)
                Rewrite(group, [segment]);
            else
                left.UnionWith(garbage.Select(entry => entry.Stream));
        }

        group.Forget([.. deleted.Where(stream => !left.Contains(stream))]);
    }

    private void Rewrite(RecordGroup group, IReadOnlyList<Segment> segments)
    {
        var name = new SegmentName(
            segments[0].Name.FirstJournal,
            segments[^1].Name.LastJournal,
            segments.Count == 1 ? segments[0].Name.Revision + 1 : 0
        );
        var result = Write(group, name, target => SegmentMerge.Write(segments, target, group.DeletedStreams(), _files));
        _files.Catalog.Remove(segments.Select(segment => segment.FileName));
        group.Replace(journal: null, segments, result);
    }

    private void Drop(RecordGroup group, IReadOnlyList<Segment> segments)
    {
        _files.Catalog.Remove(segments.Select(segment => segment.FileName));
        group.Replace(journal: null, segments, result: null);
    }

    private Segment? Write(RecordGroup group, SegmentName name, Action<SegmentWriter> fill)
    {
        var file = name.In(group.Folder);
        using var target = new SegmentWriter(_files.Store, file, _options.BlockBytes, _files.Kind.OverheadBytes);
        fill(target);
        if (target.Finish() is not { } summary)
            return null;
        _files.Catalog.Add(file);
        return new Segment(_files.Store, file, name, summary);
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Kind} {Records} stay in the journal: they could not be sorted into segments, which is tried "
                + "again"
        )]
        public static partial void SortingFailed(ILogger logger, string kind, string records, Exception failure);
    }
}
