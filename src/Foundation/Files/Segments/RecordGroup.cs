using System.Collections.Immutable;

namespace Estiba.Files.Segments;

/// <summary>
/// The records of one group: its segments, its part of the journals, and its streams' statistics. Segments and
/// statistics are read from the directory when they are first needed and forgotten again when the group lies idle.
/// </summary>
internal sealed class RecordGroup(long id, string folder, ILiveStreams live, StoreFiles files)
{
    private readonly Lock _loading = new(); // taken before the other
    private readonly Lock _gate = new();
    private readonly List<JournalSlice> _slices = [];
    private readonly Dictionary<long, StreamStatistics> _statistics = [];
    private ImmutableHashSet<long> _deletedStreams = [];
    private ImmutableHashSet<long> _hiddenStreams = [];
    private readonly List<Segment> _removable = [];
    private List<Segment>? _segments;
    private bool _deleted;
    private bool _usedLately;

    public long Id => id;

    /// <summary>The folder of its segments.</summary>
    public string Folder => folder;

    /// <summary>Whether the directory's knowledge is in memory.</summary>
    public bool IsLoaded
    {
        get
        {
            lock (_gate)
                return _segments is not null;
        }
    }

    public GroupView View(StreamSet? streams)
    {
        using (EnterLoaded())
        {
            _usedLately = true;
            return new GroupView([.. _segments!], [.. _slices.Select(slice => slice.View(streams))], _hiddenStreams);
        }
    }

    public StreamStatistics? Statistics(long stream)
    {
        using (EnterLoaded())
        {
            _usedLately = true;
            return _statistics.TryGetValue(stream, out var found) ? found : null;
        }
    }

    /// <summary>
    /// Bytes as <see cref="RecordKind.OverheadBytes"/> says that they are counted, with what is deleted but not cleared
    /// away yet.
    /// </summary>
    public long StoredBytes()
    {
        using (EnterLoaded())
        {
            _usedLately = true;
            return _segments!.Sum(segment => segment.Summary.StoredBytes) + _slices.Sum(slice => slice.AccountedBytes);
        }
    }

    public IReadOnlyList<Segment> Segments()
    {
        using (EnterLoaded())
        {
            return [.. _segments!];
        }
    }

    /// <summary>
    /// The streams that were deleted, whose records may be left out wherever something is written anew.
    /// </summary>
    public ImmutableHashSet<long> DeletedStreams()
    {
        using (EnterLoaded())
        {
            return _deletedStreams;
        }
    }

    public void Publish(Journal journal, in BatchRef batch)
    {
        lock (_gate)
        {
            if (_slices.Count == 0 || _slices[^1].Journal != journal)
            {
                var slice = new JournalSlice(journal);
                _slices.Add(slice);
                journal.Slices[id] = slice;
            }

            _slices[^1].Add(batch);
            if (_segments is not null)
                Count(batch.Stream, batch.Statistics);
        }
    }

    /// <summary>Puts a segment in the place of what was written into it: journal slices or other segments.</summary>
    public void Replace(Journal? journal, IReadOnlyList<Segment> merged, Segment? result)
    {
        using (EnterLoaded())
        {
            _slices.RemoveAll(slice => slice.Journal == journal);
            if (_deleted)
            {
                if (result is not null)
                    _removable.Add(result);
                return;
            }

            var at = merged.Count == 0 ? _segments!.Count : _segments!.IndexOf(merged[0]);
            _segments.RemoveAll(merged.Contains);
            if (result is not null)
                _segments.Insert(at, result);
        }

        foreach (var segment in merged)
            segment.Retire();
    }

    /// <summary>
    /// True if the group's part of the journal is in a segment already: a crash came between the sorting and the
    /// journal's end.
    /// </summary>
    public bool Holds(Journal journal)
    {
        using (EnterLoaded())
        {
            return _slices.TrueForAll(slice => slice.Journal != journal);
        }
    }

    public void DeleteStream(long stream)
    {
        lock (_gate)
        {
            if (_segments is null && _slices.Count == 0)
                return;
            _deletedStreams = _deletedStreams.Add(stream);
            _hiddenStreams = _hiddenStreams.Add(stream);
            _statistics.Remove(stream);
        }
    }

    /// <summary>Nothing of these streams is left on disk.</summary>
    public void Forget(IReadOnlyCollection<long> streams)
    {
        lock (_gate)
        {
            _hiddenStreams = _hiddenStreams.Except(streams);
            _deletedStreams = _deletedStreams.Except(streams);
        }
    }

    /// <summary>Hides all of it; the files go with <see cref="RemoveFiles"/>.</summary>
    public void Delete()
    {
        lock (_loading)
            lock (_gate)
            {
                _deleted = true;
                _removable.AddRange(_segments ?? []);
                _segments = [];
                _slices.Clear();
                _statistics.Clear();
            }
    }

    /// <summary>Removes the files of a deleted group, when the catalog does not name them any more.</summary>
    public void RemoveFiles()
    {
        lock (_gate)
        {
            foreach (var segment in _removable)
                segment.Retire();
            _removable.Clear();
        }
    }

    /// <summary>Forgets what the directory knows too, if nobody used it since the last call.</summary>
    public void Unload()
    {
        lock (_gate)
        {
            var idle = !_usedLately && _slices.Count == 0 && !_deleted;
            _usedLately = false;
            if (!idle)
                return;
            _segments = null;
            _statistics.Clear();
            _statistics.TrimExcess();
            _deletedStreams = _hiddenStreams = [];
        }
    }

    /// <summary>Takes the group's lock with what the directory knows in memory.</summary>
    private Lock.Scope EnterLoaded()
    {
        while (true)
        {
            var scope = _gate.EnterScope();
            if (_segments is not null)
                return scope;
            scope.Dispose();
            Load();
        }
    }

    /// <summary>
    /// Reads the directory without the lock, for which the writer of all groups would wait; batches may come meanwhile.
    /// </summary>
    private void Load()
    {
        lock (_loading)
        {
            if (IsLoaded)
                return;

            // Files of a group that was deleted only wait for their removal: they are not put into the catalog again.
            var loaded = live.IsDeleted(id) ? [] : Segment.Load(folder, files);
            lock (_gate)
                Adopt(loaded);
        }
    }

    private void Adopt(List<(Segment Segment, SegmentStream[] Streams)> loaded)
    {
        _slices.RemoveAll(slice => loaded.Exists(found => found.Segment.Holds(slice.Journal)));
        var gone = ImmutableHashSet.CreateBuilder<long>();
        _statistics.Clear();
        foreach (var (_, streams) in loaded)
        foreach (var (stream, found) in streams)
            Recall(stream, found, gone);

        foreach (var slice in _slices)
        foreach (ref readonly var batch in slice.Batches)
            Recall(batch.Stream, batch.Statistics, gone);

        _deletedStreams = _deletedStreams.Union(gone.Where(stream => live.IsDeleted(new StreamKey(id, stream))));
        _hiddenStreams = _hiddenStreams.Union(gone);
        _segments = loaded.ConvertAll(static found => found.Segment);
    }

    private void Recall(long stream, in StreamStatistics found, ImmutableHashSet<long>.Builder gone)
    {
        if (_statistics.ContainsKey(stream) || live.HasStream(new StreamKey(id, stream)))
            Count(stream, found);
        else
            gone.Add(stream);
    }

    private void Count(long stream, in StreamStatistics added)
    {
        if (_hiddenStreams.Contains(stream))
            return;
        _statistics[stream] = _statistics.TryGetValue(stream, out var before) ? before.Plus(added) : added;
    }
}

/// <summary>What one reader sees of a group: its files stay until the view is disposed of.</summary>
internal sealed class GroupView : IDisposable
{
    public GroupView(
        IReadOnlyList<Segment> segments,
        IReadOnlyList<SliceView> slices,
        ImmutableHashSet<long> hiddenStreams
    )
    {
        (Segments, Slices, HiddenStreams) = (segments, slices, hiddenStreams);
        foreach (var segment in segments)
            segment.Hold();
        foreach (var slice in slices)
            slice.Journal.Hold();
    }

    public IReadOnlyList<Segment> Segments { get; }

    public IReadOnlyList<SliceView> Slices { get; }

    public ImmutableHashSet<long> HiddenStreams { get; }

    public void Dispose()
    {
        foreach (var segment in Segments)
            segment.Release();
        foreach (var slice in Slices)
            slice.Journal.Release();
    }
}
