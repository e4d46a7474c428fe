using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Estiba.Logs.Storage;

/// <summary>A file with the events of one log group from a range of journals, sorted by stream, then position. It never changes.</summary>
/// <remarks>The file's name says which journals it holds, and which writing of them it is: rewritten without deleted streams it counts up.</remarks>
internal sealed partial class Segment(string path, SegmentName name, SegmentSummary summary) : SharedFile(path)
{
    private const string DamagedExtension = ".damaged";

    public SegmentName Name => name;

    public SegmentSummary Summary => summary;

    public bool Holds(Journal journal) => name.FirstJournal <= journal.Number && journal.Number <= name.LastJournal;

    /// <summary>The segments in a group's directory, oldest first, and what is in them; what a crash left half done is deleted.</summary>
    public static List<(Segment Segment, SegmentStream[] Streams)> Load(string directory, ILogger? logger)
    {
        var segments = new List<(Segment Segment, SegmentStream[] Streams)>();
        if (!Directory.Exists(directory)) return segments;

        foreach (var path in Directory.EnumerateFiles(directory))
        {
            if (SegmentWriter.IsUnfinished(path)) File.Delete(path);
            else if (SegmentName.TryParse(path, out var name) && Open(path, name, logger) is { } segment) segments.Add(segment);
        }

        // A merge that was cut short after its result was whole left what it merged: journals that a wider or newer segment holds too.
        segments.Sort(static (left, right) => SegmentName.Compare(left.Segment.Name, right.Segment.Name));
        var kept = new List<(Segment Segment, SegmentStream[] Streams)>();
        foreach (var found in segments)
        {
            if (kept.Count > 0 && found.Segment.Name.LastJournal <= kept[^1].Segment.Name.LastJournal) found.Segment.Retire();
            else kept.Add(found);
        }

        return kept;
    }

    private static (Segment Segment, SegmentStream[] Streams)? Open(string path, SegmentName name, ILogger? logger)
    {
        try
        {
            var (summary, streams) = SegmentReader.ReadContents(path);
            return (new Segment(path, name, summary), streams);
        }
        catch (InvalidDataException failure)
        {
            File.Move(path, path + DamagedExtension, overwrite: true);
            if (logger is not null) Log.Damaged(logger, path, failure);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The log segment {Path} is damaged and was put aside; its events are missing")]
        public static partial void Damaged(ILogger logger, string path, Exception failure);
    }
}

/// <summary>The name of a segment's file: <c>{first journal}-{last journal}-{revision}.segment</c>.</summary>
internal readonly record struct SegmentName(long FirstJournal, long LastJournal, int Revision)
{
    private const string Extension = ".segment";

    public static bool TryParse(string path, out SegmentName name)
    {
        name = default;
        if (!path.EndsWith(Extension, StringComparison.Ordinal)) return false;
        var parts = Path.GetFileNameWithoutExtension(path).Split('-');
        if (parts.Length != 3
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var revision))
            return false;
        name = new SegmentName(first, last, revision);
        return true;
    }

    public string In(string directory) =>
        Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{FirstJournal:D19}-{LastJournal:D19}-{Revision}{Extension}"));

    /// <summary>Of those that begin with the same journal, the widest and newest comes first.</summary>
    public static int Compare(SegmentName left, SegmentName right) =>
        (left.FirstJournal, -left.LastJournal, -left.Revision).CompareTo((right.FirstJournal, -right.LastJournal, -right.Revision));
}
