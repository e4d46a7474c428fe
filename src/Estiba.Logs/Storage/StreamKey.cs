namespace Estiba.Logs.Storage;

/// <summary>Names one log stream to the event store: the ids that the group and the stream got when they were created.</summary>
/// <remarks>A group or stream that is deleted and created again under the same name has another id, so old events can never show in it.</remarks>
internal readonly record struct StreamKey(long Group, long Stream);

/// <summary>An event as a caller hands it in: when it happened (milliseconds since 1970) and what it says.</summary>
internal readonly record struct NewEvent(long Timestamp, string Message);

/// <summary>An event as it is stored; the message is UTF-8.</summary>
internal readonly record struct StoredEvent(long Stream, EventPosition Position, long IngestionTime, ReadOnlyMemory<byte> Message)
{
    /// <summary>What CloudWatch Logs adds to every event's UTF-8 bytes when it counts sizes ("PutLogEvents", API reference).</summary>
    public const int OverheadBytes = 26;

    public int AccountedBytes => Message.Length + OverheadBytes;
}

/// <summary>What is known of a stream without reading its events. Times are milliseconds since 1970.</summary>
internal readonly record struct StreamStatistics(long FirstTimestamp, long LastTimestamp, long LastIngestionTime, long StoredBytes)
{
    public StreamStatistics Plus(in StreamStatistics other) => new(
        Math.Min(FirstTimestamp, other.FirstTimestamp),
        Math.Max(LastTimestamp, other.LastTimestamp),
        Math.Max(LastIngestionTime, other.LastIngestionTime),
        StoredBytes + other.StoredBytes);
}
