namespace Estiba.Files.Segments;

/// <summary>A record as it is stored.</summary>
/// <param name="Stream">The stream that it belongs to.</param>
/// <param name="Position">When it happened, and where it stands among all records.</param>
/// <param name="IngestionTime">When it was stored. Milliseconds since 1970.</param>
/// <param name="Payload">What it says.</param>
public readonly record struct StoredRecord(
    long Stream,
    RecordPosition Position,
    long IngestionTime,
    ReadOnlyMemory<byte> Payload
);
