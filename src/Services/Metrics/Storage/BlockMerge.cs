using Estiba.Metrics.Series;

namespace Estiba.Metrics.Storage;

/// <summary>Walks over several files of one window as if they were one, in the resolution of a tier.</summary>
/// <param name="files">The files.</param>
/// <param name="tier">Theirs, or a coarser one.</param>
/// <param name="damaged">Hears of chunks that cannot be read; they are left out.</param>
internal sealed class BlockMerge(
    IReadOnlyList<BlockFile> files,
    Tier tier,
    Action<BlockFile, uint, InvalidDataException> damaged
)
{
    /// <summary>Each series with its summaries, in the order of ids; the list is used again.</summary>
    internal IEnumerable<(uint Series, List<TimedSummary> Points)> Series()
    {
        var readers = files.Select(EntriesOf).ToList();
        var left = readers.Where(reader => reader.MoveNext()).ToList();
        var slots = new SortedList<long, TimedSummary>();
        var points = new List<TimedSummary>();
        while (left.Count > 0)
        {
            var series = left.Min(reader => reader.Current.Entry.Series);
            slots.Clear();
            points.Clear();
            foreach (var reader in left.Where(reader => reader.Current.Entry.Series == series).ToList())
            {
                Read(reader.Current.File, reader.Current.Entry, slots);
                if (!reader.MoveNext())
                    left.Remove(reader);
            }

            points.AddRange(slots.Values);
            yield return (series, points);
        }

        foreach (var reader in readers)
            reader.Dispose();
    }

    private IEnumerator<(BlockFile File, BlockEntry Entry)> EntriesOf(BlockFile file)
    {
        IEnumerable<BlockEntry> entries;
        try
        {
            entries = file.Entries().ToList();
        }
        catch (InvalidDataException fault)
        {
            // The chunks themselves say whose they are.
            damaged(file, 0, fault);
            entries = BlockFile.Scan(file.Path).OrderBy(entry => entry.Series);
        }

        return entries.Select(entry => (file, entry)).GetEnumerator();
    }

    private void Read(BlockFile file, BlockEntry entry, SortedList<long, TimedSummary> slots)
    {
        TimedSummary[] found;
        try
        {
            found = file.Read(entry, withValues: true);
        }
        catch (InvalidDataException fault)
        {
            damaged(file, entry.Series, fault);
            return;
        }

        foreach (var point in found)
        {
            var time = tier.SlotOf(point.Time);
            var slot = slots.GetValueOrDefault(time, new TimedSummary { Time = time });
            slot.Summary.Add(point.Summary);
            slots[time] = slot;
        }

        // What is kept for long is rounded, few values or many: as they are they would take most of the space.
        if (tier != file.Name.Tier)
        {
            foreach (var slot in slots.Values)
                slot.Summary.Values?.Round();
        }
    }
}
