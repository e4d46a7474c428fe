namespace Estiba.Files.Segments;

/// <summary>Decides which neighbouring segments of a group are worth merging into one.</summary>
/// <remarks>
/// From the newest back, a run takes in the next older segment while that is small or no larger than the run already
/// is. So whatever is merged at least doubles what its largest part was, every record is written again only a few
/// times, and a group has a handful of small segments beside its full ones.
/// </remarks>
internal static class MergePlan
{
    private const int Fewest = 4;
    private const long Small = 64 << 10;

    /// <param name="segments">A group's segments, oldest first.</param>
    /// <param name="targetBytes">What a segment may hold, uncompressed.</param>
    /// <param name="longestSpan">What timestamps a merged segment may span in milliseconds: retention can only drop it
    /// as a whole.</param>
    /// <returns>Where the neighbours to merge begin, and how many; a count of 0 when there is nothing to do.</returns>
    public static (int Start, int Count) Next(
        IReadOnlyList<SegmentSummary> segments,
        long targetBytes,
        long longestSpan
    )
    {
        for (var end = segments.Count; end > 0; )
        {
            var (count, full) = Run(segments, end, targetBytes, longestSpan);
            if (count >= (full ? 2 : Fewest))
                return (end - count, count);
            end -= count;
        }

        return (0, 0);
    }

    /// <summary>
    /// The run that ends before <paramref name="end"/>; full when the next segment would be too much and it fills most
    /// of one.
    /// </summary>
    private static (int Count, bool Full) Run(
        IReadOnlyList<SegmentSummary> segments,
        int end,
        long targetBytes,
        long longestSpan
    )
    {
        var (bytes, first, last) = (0L, long.MaxValue, long.MinValue);
        for (var count = 0; count < end; count++)
        {
            var segment = segments[end - 1 - count];
            if (count > 0 && bytes + segment.RawBytes > targetBytes)
                return (count, bytes > targetBytes / 2);

            first = Math.Min(first, segment.FirstTimestamp);
            last = Math.Max(last, segment.LastTimestamp);
            if (count > 0 && (segment.RawBytes > Math.Max(bytes, Small) || last - first > longestSpan))
                return (count, Full: false);
            bytes += segment.RawBytes;
        }

        return (end, Full: false);
    }
}
