using System.Globalization;

namespace Estiba.Logs.Storage;

/// <summary>A file with the events of one log group from a range of journals, sorted by stream, then position. It never changes.</summary>
internal sealed class Segment(string path, long firstJournal, long lastJournal, SegmentSummary summary) : SharedFile(path)
{
    private const string Extension = ".segment";

    public long FirstJournal => firstJournal;

    public long LastJournal => lastJournal;

    public SegmentSummary Summary => summary;

    public static string PathFor(string directory, long firstJournal, long lastJournal) => System.IO.Path.Combine(
        directory, string.Create(CultureInfo.InvariantCulture, $"{firstJournal:D19}-{lastJournal:D19}{Extension}"));

    /// <summary>The segments in a group's directory, oldest first; what a crash left half done is deleted.</summary>
    public static List<Segment> Load(string directory)
    {
        var segments = new List<Segment>();
        if (!Directory.Exists(directory)) return segments;

        foreach (var path in Directory.EnumerateFiles(directory))
        {
            if (SegmentWriter.IsUnfinished(path)) File.Delete(path);
            else if (TryParse(path, out var first, out var last)) segments.Add(new Segment(path, first, last, SegmentReader.ReadSummary(path)));
        }

        // A merge that was cut short after its result was whole left what it merged: journals that a wider segment holds too.
        segments.Sort((left, right) => (left.FirstJournal, -left.LastJournal).CompareTo((right.FirstJournal, -right.LastJournal)));
        var kept = new List<Segment>();
        foreach (var segment in segments)
        {
            if (kept.Count > 0 && segment.LastJournal <= kept[^1].LastJournal) segment.Retire();
            else kept.Add(segment);
        }

        return kept;
    }

    private static bool TryParse(string path, out long first, out long last)
    {
        (first, last) = (0, 0);
        if (!path.EndsWith(Extension, StringComparison.Ordinal)) return false;
        var parts = System.IO.Path.GetFileNameWithoutExtension(path).Split('-');
        return parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out first)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out last);
    }
}
