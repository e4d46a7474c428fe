namespace Estiba.Files.Segments;

/// <summary>
/// Names one stream of records to the store: the ids that the group and the stream got when they were created.
/// </summary>
/// <remarks>
/// A group or stream that is deleted and created again under the same name has another id, so old records can never
/// show in it.
/// </remarks>
/// <param name="Group">The group's id.</param>
/// <param name="Stream">The stream's id, in all groups.</param>
public readonly record struct StreamKey(long Group, long Stream);

/// <summary>What is known of a stream without reading its records. Times are milliseconds since 1970.</summary>
/// <param name="FirstTimestamp">The earliest record's.</param>
/// <param name="LastTimestamp">The latest record's.</param>
/// <param name="LastIngestionTime">When a record was stored last.</param>
/// <param name="StoredBytes">The payloads' bytes, and each record's overhead.</param>
public readonly record struct StreamStatistics(
    long FirstTimestamp,
    long LastTimestamp,
    long LastIngestionTime,
    long StoredBytes
)
{
    /// <summary>Of two parts of a stream together.</summary>
    public StreamStatistics Plus(in StreamStatistics other) =>
        new(
            Math.Min(FirstTimestamp, other.FirstTimestamp),
            Math.Max(LastTimestamp, other.LastTimestamp),
            Math.Max(LastIngestionTime, other.LastIngestionTime),
            StoredBytes + other.StoredBytes
        );
}
