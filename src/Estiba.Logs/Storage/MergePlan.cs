using System.Numerics;

namespace Estiba.Logs.Storage;

/// <summary>Decides which neighbouring segments of a group are worth merging into one.</summary>
/// <remarks>
/// Sizes fall into tiers, each four times the one before; four or more neighbours of a tier or below make one of a higher tier. So every
/// event is written again only once per tier, and a group has a handful of small segments beside its full ones.
/// </remarks>
internal static class MergePlan
{
    private const int Fewest = 4;
    private const long SmallestTier = 64 << 10;

    /// <param name="segments">A group's segments, oldest first.</param>
    /// <param name="targetBytes">What a segment may hold, uncompressed; a segment above half of it is left as it is.</param>
    /// <param name="longestSpan">What timestamps a merged segment may span in milliseconds: retention can only drop it as a whole.</param>
    /// <returns>Where the neighbours to merge begin, and how many; a count of 0 when there is nothing to do.</returns>
    public static (int Start, int Count) Next(IReadOnlyList<SegmentSummary> segments, long targetBytes, long longestSpan)
    {
        for (var tier = 0; tier <= Tier(targetBytes); tier++)
        {
            var start = 0;
            while (start < segments.Count)
            {
                var count = Extend(segments, start, tier, targetBytes, longestSpan);
                if (count >= Fewest) return (start, count);
                start += Math.Max(1, count);
            }
        }

        return (0, 0);
    }

    private static int Extend(IReadOnlyList<SegmentSummary> segments, int start, int tier, long targetBytes, long longestSpan)
    {
        var (bytes, first, last) = (0L, long.MaxValue, long.MinValue);
        var at = start;
        for (; at < segments.Count; at++)
        {
            var segment = segments[at];
            bytes += segment.RawBytes;
            first = Math.Min(first, segment.FirstTimestamp);
            last = Math.Max(last, segment.LastTimestamp);
            if (Tier(segment.RawBytes) > tier || segment.RawBytes > targetBytes / 2 || bytes > targetBytes || last - first > longestSpan) break;
        }

        return at - start;
    }

    private static int Tier(long bytes) => BitOperations.Log2((ulong)Math.Max(1, bytes / SmallestTier)) / 2;
}
