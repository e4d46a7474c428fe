using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Estiba.Logs.Storage;

/// <summary>
/// The events of one log group: its segments, its part of the journals, and its streams' statistics. Segments and statistics are read from
/// the directory when they are first needed and forgotten again when the group lies idle.
/// </summary>
internal sealed class GroupLog(long id, string directory, ILiveStreams live, ILogger? logger)
{
    private readonly Lock gate = new();
    private readonly List<JournalSlice> slices = [];
    private readonly Dictionary<long, StreamStatistics> statistics = [];
    private ImmutableHashSet<long> deletedStreams = [];
    private List<Segment>? segments;
    private bool deleted;
    private bool usedLately;

    public long Id => id;

    public string Directory => directory;

    /// <summary>Whether the directory's knowledge is in memory.</summary>
    public bool IsLoaded
    {
        get
        {
            lock (gate) return segments is not null;
        }
    }

    public bool IsDeleted
    {
        get
        {
            lock (gate) return deleted;
        }
    }

    public GroupView View(StreamSet? streams)
    {
        lock (gate)
        {
            Load();
            usedLately = true;
            return new GroupView([.. segments!], [.. slices.Select(slice => slice.View(streams))], deletedStreams);
        }
    }

    public StreamStatistics? Statistics(long stream)
    {
        lock (gate)
        {
            Load();
            usedLately = true;
            return statistics.TryGetValue(stream, out var found) ? found : null;
        }
    }

    /// <summary>As CloudWatch Logs counts bytes, with what is deleted but not cleared away yet.</summary>
    public long StoredBytes()
    {
        lock (gate)
        {
            Load();
            usedLately = true;
            return segments!.Sum(segment => segment.Summary.StoredBytes) + slices.Sum(slice => slice.AccountedBytes);
        }
    }

    public IReadOnlyList<Segment> Segments()
    {
        lock (gate)
        {
            Load();
            return [.. segments!];
        }
    }

    public ImmutableHashSet<long> DeletedStreams()
    {
        lock (gate) return deletedStreams;
    }

    public void Publish(Journal journal, in BatchRef batch)
    {
        lock (gate)
        {
            if (slices.Count == 0 || slices[^1].Journal != journal)
            {
                var slice = new JournalSlice(journal);
                slices.Add(slice);
                journal.Slices[id] = slice;
            }

            slices[^1].Add(batch);
            if (segments is not null) Count(batch.Stream, batch.Statistics);
        }
    }

    /// <summary>Puts a segment in the place of what was written into it: journal slices or other segments.</summary>
    public void Replace(Journal? journal, IReadOnlyList<Segment> merged, Segment? result)
    {
        lock (gate)
        {
            slices.RemoveAll(slice => slice.Journal == journal);
            if (deleted)
            {
                result?.Retire();
                return;
            }

            Load();
            var at = merged.Count == 0 ? segments!.Count : segments!.IndexOf(merged[0]);
            segments.RemoveAll(merged.Contains);
            if (result is not null) segments.Insert(at, result);
        }

        foreach (var segment in merged) segment.Retire();
    }

    /// <summary>True if the group's part of the journal is in a segment already: a crash came between the sorting and the journal's end.</summary>
    public bool Holds(Journal journal)
    {
        lock (gate)
        {
            Load();
            return slices.TrueForAll(slice => slice.Journal != journal);
        }
    }

    public void DeleteStream(long stream)
    {
        lock (gate)
        {
            if (segments is null && slices.Count == 0) return;
            deletedStreams = deletedStreams.Add(stream);
            statistics.Remove(stream);
        }
    }

    /// <summary>Nothing of these streams is left on disk.</summary>
    public void Forget(IEnumerable<long> streams)
    {
        lock (gate) deletedStreams = deletedStreams.Except(streams);
    }

    public void Delete()
    {
        lock (gate)
        {
            deleted = true;
            foreach (var segment in segments ?? []) segment.Retire();
            segments = [];
            slices.Clear();
            statistics.Clear();
        }
    }

    /// <summary>Forgets what the directory knows too, if nobody used it since the last call.</summary>
    public void Unload()
    {
        lock (gate)
        {
            var idle = !usedLately && slices.Count == 0 && !deleted;
            usedLately = false;
            if (!idle) return;
            segments = null;
            statistics.Clear();
            statistics.TrimExcess();
            deletedStreams = [];
        }
    }

    private void Load()
    {
        if (segments is not null) return;

        var loaded = Segment.Load(directory, logger);
        slices.RemoveAll(slice => loaded.Exists(found => found.Segment.Holds(slice.Journal)));
        var gone = ImmutableHashSet.CreateBuilder<long>();
        statistics.Clear();
        foreach (var (_, streams) in loaded)
            foreach (var (stream, found) in streams) Recall(stream, found, gone);

        foreach (var slice in slices)
            foreach (ref readonly var batch in slice.Batches) Recall(batch.Stream, batch.Statistics, gone);

        gone.UnionWith(deletedStreams);
        deletedStreams = gone.ToImmutable();
        segments = loaded.ConvertAll(static found => found.Segment);
    }

    private void Recall(long stream, in StreamStatistics found, ImmutableHashSet<long>.Builder gone)
    {
        if (statistics.ContainsKey(stream) || live.HasStream(new StreamKey(id, stream))) Count(stream, found);
        else gone.Add(stream);
    }

    private void Count(long stream, in StreamStatistics added)
    {
        if (deletedStreams.Contains(stream)) return;
        statistics[stream] = statistics.TryGetValue(stream, out var before) ? before.Plus(added) : added;
    }
}

/// <summary>What one reader sees of a group: its files stay until the view is disposed of.</summary>
internal sealed class GroupView : IDisposable
{
    public GroupView(IReadOnlyList<Segment> segments, IReadOnlyList<SliceView> slices, ImmutableHashSet<long> deletedStreams)
    {
        (Segments, Slices, DeletedStreams) = (segments, slices, deletedStreams);
        foreach (var segment in segments) segment.Hold();
        foreach (var slice in slices) slice.Journal.Hold();
    }

    public IReadOnlyList<Segment> Segments { get; }

    public IReadOnlyList<SliceView> Slices { get; }

    public ImmutableHashSet<long> DeletedStreams { get; }

    public void Dispose()
    {
        foreach (var segment in Segments) segment.Release();
        foreach (var slice in Slices) slice.Journal.Release();
    }
}
