using System.Collections.Frozen;

namespace Estiba.Files.Segments;

/// <summary>
/// The streams that a query asks for, quick to test one by one and against the range of ids in a block.
/// </summary>
public sealed class StreamSet
{
    private const int LargeFrom = 32;

    private readonly long[] _sorted;
    private readonly FrozenSet<long>? _hashed;

    /// <param name="streams">The streams' ids, in any order.</param>
    public StreamSet(IEnumerable<long> streams)
    {
        _sorted = [.. streams.Distinct().Order()];
        if (_sorted.Length >= LargeFrom)
            _hashed = _sorted.ToFrozenSet();
    }

    /// <summary>The streams' ids, in order, each once.</summary>
    public IReadOnlyList<long> Ids => _sorted;

    /// <summary>True where looking at everything costs less than following each stream.</summary>
    public bool IsLarge => _hashed is not null;

    /// <summary>Whether a stream is asked for.</summary>
    public bool Contains(long stream) =>
        _hashed is not null ? _hashed.Contains(stream)
        : _sorted.Length == 1 ? _sorted[0] == stream
        : Array.BinarySearch(_sorted, stream) >= 0;

    /// <summary>Whether any stream of a range is asked for, both ends included.</summary>
    public bool Overlaps(long first, long last)
    {
        var at = Array.BinarySearch(_sorted, first);
        if (at >= 0)
            return true;
        at = ~at;
        return at < _sorted.Length && _sorted[at] <= last;
    }
}
