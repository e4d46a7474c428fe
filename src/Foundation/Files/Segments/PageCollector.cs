namespace Estiba.Files.Segments;

/// <summary>
/// Keeps, of the records offered in any order, the first ones that fit a page. Holds at most about two pages.
/// </summary>
internal sealed class PageCollector(int limit, int maxBytes, int overheadBytes, bool descending)
{
    private readonly List<StoredRecord> _kept = [];
    private long _bytes;
    private bool _untrimmed;

    /// <summary>True once something was turned away because the page is full.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>The last position that still fits, once the page has been full.</summary>
    public RecordPosition? Bound { get; private set; }

    public bool IsFull => _kept.Count >= limit || _bytes >= maxBytes;

    /// <summary>
    /// True if <paramref name="left"/> comes before <paramref name="right"/> in the page's direction.
    /// </summary>
    public bool Precedes(RecordPosition left, RecordPosition right) => descending ? left > right : left < right;

    public bool Accepts(RecordPosition position)
    {
        if (Bound is not { } bound || Precedes(position, bound))
            return true;
        Overflowed = true;
        return false;
    }

    public void Add(in StoredRecord item)
    {
        _kept.Add(item);
        _bytes += SizeOf(item);
        _untrimmed = true;
        if (_kept.Count >= 2L * limit || _bytes >= 2L * maxBytes)
            Trim();
    }

    /// <summary>Drops what does not fit.</summary>
    public void Trim()
    {
        if (!_untrimmed)
            return;
        _untrimmed = false;
        Sort();
        var (count, sum) = (0, 0L);
        while (count < _kept.Count && count < limit && (count == 0 || sum + SizeOf(_kept[count]) <= maxBytes))
            sum += SizeOf(_kept[count++]);

        if (count < _kept.Count)
        {
            Overflowed = true;
            _kept.RemoveRange(count, _kept.Count - count);
        }

        _bytes = sum;
        if (count > 0 && (Overflowed || IsFull))
            Bound = _kept[^1].Position;
    }

    /// <summary>The page, without what lies at or beyond <paramref name="end"/>, in ascending order.</summary>
    public List<StoredRecord> Page(RecordPosition? end)
    {
        Trim();
        if (end is { } limitPosition)
            _kept.RemoveAll(item => !Precedes(item.Position, limitPosition));
        if (descending)
            _kept.Reverse();
        return _kept;
    }

    private int SizeOf(in StoredRecord item) => item.Payload.Length + overheadBytes;

    private void Sort()
    {
        if (descending)
            _kept.Sort(static (left, right) => right.Position.CompareTo(left.Position));
        else
            _kept.Sort(static (left, right) => left.Position.CompareTo(right.Position));
    }
}
