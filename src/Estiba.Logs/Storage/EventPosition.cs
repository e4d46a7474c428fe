namespace Estiba.Logs.Storage;

/// <summary>
/// Where an event stands among all events: first by its timestamp, then by the order of arrival. The sequence is unique in the whole
/// store and never given twice, so a position is also an event's identity and a cursor that new arrivals cannot move.
/// </summary>
internal readonly record struct EventPosition(long Timestamp, long Sequence) : IComparable<EventPosition>
{
    /// <summary>Before every event of that millisecond; sequences are above 0.</summary>
    public static EventPosition Before(long timestamp) => new(timestamp, 0);

    /// <summary>After every event of that millisecond.</summary>
    public static EventPosition After(long timestamp) => new(timestamp, long.MaxValue);

    public int CompareTo(EventPosition other)
    {
        var byTime = Timestamp.CompareTo(other.Timestamp);
        return byTime != 0 ? byTime : Sequence.CompareTo(other.Sequence);
    }

    public static bool operator <(EventPosition left, EventPosition right) => left.CompareTo(right) < 0;

    public static bool operator >(EventPosition left, EventPosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(EventPosition left, EventPosition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(EventPosition left, EventPosition right) => left.CompareTo(right) >= 0;
}
