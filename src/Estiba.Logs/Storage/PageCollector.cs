namespace Estiba.Logs.Storage;

/// <summary>Keeps, of the events offered in any order, the first ones that fit a page. Holds at most about two pages.</summary>
internal sealed class PageCollector(int limit, int maxBytes, bool descending)
{
    private readonly List<StoredEvent> kept = [];
    private long bytes;
    private bool untrimmed;

    /// <summary>True once something was turned away because the page is full.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>The last position that still fits, once the page has been full.</summary>
    public EventPosition? Bound { get; private set; }

    public bool IsFull => kept.Count >= limit || bytes >= maxBytes;

    /// <summary>True if <paramref name="left"/> comes before <paramref name="right"/> in the page's direction.</summary>
    public bool Precedes(EventPosition left, EventPosition right) => descending ? left > right : left < right;

    public bool Accepts(EventPosition position)
    {
        if (Bound is not { } bound || Precedes(position, bound)) return true;
        Overflowed = true;
        return false;
    }

    public void Add(in StoredEvent item)
    {
        kept.Add(item);
        bytes += item.AccountedBytes;
        untrimmed = true;
        if (kept.Count >= 2L * limit || bytes >= 2L * maxBytes) Trim();
    }

    /// <summary>Drops what does not fit.</summary>
    public void Trim()
    {
        if (!untrimmed) return;
        untrimmed = false;
        Sort();
        var (count, sum) = (0, 0L);
        while (count < kept.Count && count < limit && (count == 0 || sum + kept[count].AccountedBytes <= maxBytes))
            sum += kept[count++].AccountedBytes;

        if (count < kept.Count)
        {
            Overflowed = true;
            kept.RemoveRange(count, kept.Count - count);
        }

        bytes = sum;
        if (count > 0 && (Overflowed || IsFull)) Bound = kept[^1].Position;
    }

    /// <summary>The page, without what lies at or beyond <paramref name="end"/>, in ascending order.</summary>
    public List<StoredEvent> Page(EventPosition? end)
    {
        Trim();
        if (end is { } limitPosition) kept.RemoveAll(item => !Precedes(item.Position, limitPosition));
        if (descending) kept.Reverse();
        return kept;
    }

    private void Sort()
    {
        if (descending) kept.Sort(static (left, right) => right.Position.CompareTo(left.Position));
        else kept.Sort(static (left, right) => left.Position.CompareTo(right.Position));
    }
}
