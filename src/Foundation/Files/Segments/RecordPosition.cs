namespace Estiba.Files.Segments;

/// <summary>
/// Where a record stands among all records: first by its timestamp, then by the order of arrival. The sequence is
/// unique in the whole store and never given twice, so a position is also a record's identity and a cursor that new
/// arrivals cannot move.
/// </summary>
/// <param name="Timestamp">When it happened. Milliseconds since 1970.</param>
/// <param name="Sequence">Counts up with every record that is stored.</param>
public readonly record struct RecordPosition(long Timestamp, long Sequence) : IComparable<RecordPosition>
{
    /// <summary>Before every record of that millisecond; sequences are above 0.</summary>
    public static RecordPosition Before(long timestamp) => new(timestamp, 0);

    /// <summary>After every record of that millisecond.</summary>
    public static RecordPosition After(long timestamp) => new(timestamp, long.MaxValue);

    /// <inheritdoc/>
    public int CompareTo(RecordPosition other)
    {
        var byTime = Timestamp.CompareTo(other.Timestamp);
        return byTime != 0 ? byTime : Sequence.CompareTo(other.Sequence);
    }

    /// <summary>Stands before.</summary>
    public static bool operator <(RecordPosition left, RecordPosition right) => left.CompareTo(right) < 0;

    /// <summary>Stands after.</summary>
    public static bool operator >(RecordPosition left, RecordPosition right) => left.CompareTo(right) > 0;

    /// <summary>Stands before, or is the same.</summary>
    public static bool operator <=(RecordPosition left, RecordPosition right) => left.CompareTo(right) <= 0;

    /// <summary>Stands after, or is the same.</summary>
    public static bool operator >=(RecordPosition left, RecordPosition right) => left.CompareTo(right) >= 0;
}
