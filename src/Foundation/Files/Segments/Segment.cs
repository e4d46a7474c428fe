using System.Globalization;

namespace Estiba.Files.Segments;

/// <summary>
/// A file with the records of one group from a range of journals, sorted by stream, then position. It never changes.
/// </summary>
/// <remarks>
/// The file's name says which journals it holds, and which writing of them it is: rewritten without deleted streams it
/// counts up.
/// </remarks>
internal sealed class Segment(IFileStore store, string file, SegmentName name, SegmentSummary summary) : SharedFile
{
    /// <summary>The name of its file.</summary>
    public string FileName => file;

    public SegmentName Name => name;

    public SegmentSummary Summary => summary;

    public bool Holds(Journal journal) => name.FirstJournal <= journal.Number && journal.Number <= name.LastJournal;

    /// <summary>
    /// The segments in a group's directory, oldest first, and what is in them; what a crash left half done is deleted.
    /// </summary>
    public static List<(Segment Segment, SegmentStream[] Streams)> Load(string folder, StoreFiles files)
    {
        var segments = new List<(Segment Segment, SegmentStream[] Streams)>();
        foreach (var file in files.Store.List(folder).Select(found => found.Name).ToList())
        {
            if (SegmentWriter.IsUnfinished(file))
                files.Store.Delete(file);
            else if (SegmentName.TryParse(file, out var name) && Open(file, name, files) is { } segment)
                segments.Add(segment);
        }

        // A merge that was cut short after its result was whole left what it merged: journals that a wider or newer
        // segment holds too.
        segments.Sort(static (left, right) => SegmentName.Compare(left.Segment.Name, right.Segment.Name));
        var kept = new List<(Segment Segment, SegmentStream[] Streams)>();
        foreach (var found in segments)
        {
            if (kept.Count == 0 || found.Segment.Name.LastJournal > kept[^1].Segment.Name.LastJournal)
            {
                kept.Add(found);
                files.Catalog.Add(found.Segment.FileName);
                continue;
            }

            files.Catalog.Remove(found.Segment.FileName);
            found.Segment.Retire();
        }

        return kept;
    }

    /// <summary>
    /// Opens it for one query or one merge; null where it cannot be read any more, which is reported.
    /// </summary>
    public SegmentReader? TryOpen(StoreFiles files)
    {
        try
        {
            return SegmentReader.Open(store, file);
        }
        catch (Exception lost) when (lost is InvalidDataException or FileNotFoundException)
        {
            if (IsRetired)
                return null; // its group was deleted meanwhile
            Report(files, $"cannot be read any more: its {files.Kind.Records} are missing", lost);
            return null;
        }
    }

    /// <summary>What it has of each stream; nothing where that cannot be read any more, which is reported.</summary>
    public SegmentStream[] Streams(StoreFiles files)
    {
        try
        {
            return SegmentReader.ReadContents(store, file).Streams;
        }
        catch (Exception lost) when (lost is InvalidDataException or FileNotFoundException)
        {
            if (!IsRetired)
                Report(files, $"cannot be read any more: its {files.Kind.Records} are missing", lost);
            return [];
        }
    }

    /// <summary>Its blocks, also when the index is damaged.</summary>
    public BlockEntry[] Blocks(SegmentReader reader, StoreFiles files)
    {
        try
        {
            return reader.ReadBlocks();
        }
        catch (InvalidDataException damaged)
        {
            var found = SegmentReader.FindBlocks(store, file);
            var rest =
                found.Length > 0
                    ? $"{found.Length} blocks of {files.Kind.Records} were found without it"
                    : $"its {files.Kind.Records} are missing";
            Report(files, $"has a damaged index: {rest}", damaged);
            return found;
        }
    }

    /// <summary>
    /// Reads a block into a rented buffer, which the caller returns to the shared pool; null when it is damaged, which
    /// is reported.
    /// </summary>
    public byte[]? TryRead(SegmentReader reader, in BlockEntry block, StoreFiles files)
    {
        if (reader.TryReadBlock(block) is { } raw)
            return raw;
        KeepAside = true;
        files.Damage.Report(
            $"{Place}#{block.Offset}",
            $"A block of {files.Kind.Records} at byte {block.Offset} of the {files.Kind.Segment} {Place} is damaged; "
                + "the others are read."
        );
        return null;
    }

    protected override void Remove()
    {
        if (KeepAside)
            store.PutAside(file);
        else
            store.Delete(file);
    }

    private string Place => store.Locate(file);

    private void Report(StoreFiles files, string what, Exception cause)
    {
        KeepAside = true;
        files.Damage.Report(Place, $"The {files.Kind.Segment} {Place} {what} ({cause.Message})");
    }

    private static (Segment Segment, SegmentStream[] Streams)? Open(string file, SegmentName name, StoreFiles files)
    {
        try
        {
            return Read(file, name, files.Store);
        }
        catch (InvalidDataException)
        {
            return SegmentSalvage.Rescue(file, name, files) is { } saved && SegmentName.TryParse(saved, out var renamed)
                ? Read(saved, renamed, files.Store)
                : null;
        }
    }

    private static (Segment Segment, SegmentStream[] Streams) Read(string file, SegmentName name, IFileStore store)
    {
        var (summary, streams) = SegmentReader.ReadContents(store, file);
        return (new Segment(store, file, name, summary), streams);
    }
}

/// <summary>The name of a segment's file: <c>{first journal}-{last journal}-{revision}.segment</c>.</summary>
internal readonly record struct SegmentName(long FirstJournal, long LastJournal, int Revision)
{
    private const string Extension = ".segment";

    public static bool TryParse(string path, out SegmentName name)
    {
        name = default;
        if (!path.EndsWith(Extension, StringComparison.Ordinal))
            return false;
        var parts = Path.GetFileNameWithoutExtension(path).Split('-');
        if (
            parts.Length != 3
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
        )
            return false;
        name = new SegmentName(first, last, revision);
        return true;
    }

    /// <summary>The name of the file in a folder.</summary>
    public string In(string folder) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{folder}/{FirstJournal:D19}-{LastJournal:D19}-{Revision}{Extension}"
        );

    /// <summary>Of those that begin with the same journal, the widest and newest comes first.</summary>
    public static int Compare(SegmentName left, SegmentName right) =>
        (left.FirstJournal, -left.LastJournal, -left.Revision).CompareTo(
            (right.FirstJournal, -right.LastJournal, -right.Revision)
        );
}
