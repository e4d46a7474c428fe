using System.Collections.Frozen;

namespace Estiba.Logs.Storage;

/// <summary>The streams that a query asks for, quick to test one by one and against the range of ids in a block.</summary>
internal sealed class StreamSet
{
    private const int LargeFrom = 32;

    private readonly long[] sorted;
    private readonly FrozenSet<long>? hashed;

    public StreamSet(IEnumerable<long> streams)
    {
        sorted = [.. streams.Distinct().Order()];
        if (sorted.Length >= LargeFrom) hashed = sorted.ToFrozenSet();
    }

    public IReadOnlyList<long> Ids => sorted;

    /// <summary>True where looking at everything costs less than following each stream.</summary>
    public bool IsLarge => hashed is not null;

    public bool Contains(long stream) => hashed is not null
        ? hashed.Contains(stream)
        : sorted.Length == 1 ? sorted[0] == stream : Array.BinarySearch(sorted, stream) >= 0;

    public bool Overlaps(long first, long last)
    {
        var at = Array.BinarySearch(sorted, first);
        if (at >= 0) return true;
        at = ~at;
        return at < sorted.Length && sorted[at] <= last;
    }
}
