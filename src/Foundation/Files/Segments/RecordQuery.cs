namespace Estiba.Files.Segments;

/// <summary>Which records of a group are asked for, and how many.</summary>
public sealed record RecordQuery
{
    /// <summary>The group that is read.</summary>
    public required long Group { get; init; }

    /// <summary>Null: all streams of the group.</summary>
    public StreamSet? Streams { get; init; }

    /// <summary>The earliest timestamp, inclusive.</summary>
    public long From { get; init; } = long.MinValue;

    /// <summary>The latest timestamp, inclusive.</summary>
    public long Through { get; init; } = long.MaxValue;

    /// <summary>Only what lies beyond this position, in the query's direction.</summary>
    public RecordPosition? Beyond { get; init; }

    /// <summary>True: the latest records first are taken. The page itself is always in ascending order.</summary>
    public bool Descending { get; init; }

    /// <summary>At most this many records.</summary>
    public int Limit { get; init; } = 10_000;

    /// <summary>
    /// At most this many bytes, counted with each record's <see cref="RecordKind.OverheadBytes"/>; one record is always
    /// given.
    /// </summary>
    public int MaxBytes { get; init; } = 1 << 20;

    /// <summary>
    /// After reading this many bytes the page ends early, and <see cref="RecordPage.Next"/> says where to go on.
    /// </summary>
    public long ScanBytes { get; init; } = long.MaxValue;

    /// <summary>
    /// Asked between two pieces: once it says true, the page ends early, as with <see cref="ScanBytes"/>.
    /// </summary>
    public Func<bool>? OutOfTime { get; init; }

    public IRecordFilter? Filter { get; init; }
}

/// <summary>Decides over one record; must be quick and may be called from several threads at once.</summary>
public interface IRecordFilter
{
    bool Matches(ReadOnlySpan<byte> payload);
}

/// <summary>
/// Records in ascending order; with <c>Next</c> there may be more beyond that position, in the query's direction.
/// </summary>
public sealed record RecordPage(IReadOnlyList<StoredRecord> Records, RecordPosition? Next);
