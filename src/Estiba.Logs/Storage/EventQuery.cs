namespace Estiba.Logs.Storage;

/// <summary>Which events of a group are asked for, and how many.</summary>
internal sealed record EventQuery
{
    public required long Group { get; init; }

    /// <summary>Null: all streams of the group.</summary>
    public StreamSet? Streams { get; init; }

    /// <summary>The earliest timestamp, inclusive.</summary>
    public long From { get; init; } = long.MinValue;

    /// <summary>The latest timestamp, inclusive.</summary>
    public long Through { get; init; } = long.MaxValue;

    /// <summary>Only what lies beyond this position, in the query's direction.</summary>
    public EventPosition? Beyond { get; init; }

    /// <summary>True: the latest events first are taken. The page itself is always in ascending order.</summary>
    public bool Descending { get; init; }

    /// <summary>At most this many events.</summary>
    public int Limit { get; init; } = 10_000;

    /// <summary>At most this many bytes, as CloudWatch Logs counts them; one event is always given.</summary>
    public int MaxBytes { get; init; } = 1 << 20;

    /// <summary>After reading this many bytes the page ends early, and <see cref="EventPage.Next"/> says where to go on.</summary>
    public long ScanBytes { get; init; } = long.MaxValue;

    /// <summary>Asked between two pieces: once it says true, the page ends early, as with <see cref="ScanBytes"/>.</summary>
    public Func<bool>? OutOfTime { get; init; }

    public IEventFilter? Filter { get; init; }
}

/// <summary>Decides over one event; must be quick and may be called from several threads at once.</summary>
internal interface IEventFilter
{
    bool Matches(ReadOnlySpan<byte> message);
}

/// <summary>Events in ascending order; with <c>Next</c> there may be more beyond that position, in the query's direction.</summary>
internal sealed record EventPage(IReadOnlyList<StoredEvent> Events, EventPosition? Next);
