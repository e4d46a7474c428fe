using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Estiba.Logs.Storage;

/// <summary>
/// One batch of events of one stream, as it lies in a journal: length and checksum, then who and when, then the events. The timestamps
/// are relative to the batch's earliest, the sequences count up from the first.
/// </summary>
internal static class BatchFrame
{
    /// <summary>Length (4 bytes) and CRC-32C (4 bytes) of what follows.</summary>
    public const int EnvelopeBytes = 8;

    /// <summary>Group, stream, ingestion time, first sequence, earliest and latest timestamp (8 bytes each), count (4 bytes).</summary>
    public const int PrefixBytes = EnvelopeBytes + 6 * sizeof(long) + sizeof(int);

    /// <summary>No batch that the API accepts comes near; a longer length is damage.</summary>
    public const int MaxBytes = 64 << 20;

    private const int SequenceAt = EnvelopeBytes + 3 * sizeof(long);

    /// <summary>Writes the frame into a rented buffer, still without sequence and checksum: <see cref="Seal"/> adds those.</summary>
    public static (byte[] Buffer, int Length) Encode(StreamKey key, long ingestionTime, IReadOnlyList<NewEvent> events)
    {
        ArgumentOutOfRangeException.ThrowIfZero(events.Count);

        var (earliest, latest, size) = (long.MaxValue, long.MinValue, PrefixBytes);
        foreach (var item in events)
        {
            earliest = Math.Min(earliest, item.Timestamp);
            latest = Math.Max(latest, item.Timestamp);
            size += 2 * Varint.MaxBytes + Encoding.UTF8.GetByteCount(item.Message);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(size);
        var target = buffer.AsSpan();
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], key.Group);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], key.Stream);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], ingestionTime);
        BinaryPrimitives.WriteInt64LittleEndian(target[40..], earliest);
        BinaryPrimitives.WriteInt64LittleEndian(target[48..], latest);
        BinaryPrimitives.WriteInt32LittleEndian(target[56..], events.Count);

        var at = PrefixBytes;
        foreach (var item in events)
        {
            at += Varint.Write(target[at..], (ulong)(item.Timestamp - earliest));
            at += Varint.Write(target[at..], (ulong)Encoding.UTF8.GetByteCount(item.Message));
            at += Encoding.UTF8.GetBytes(item.Message, target[at..]);
        }

        BinaryPrimitives.WriteInt32LittleEndian(target, at - EnvelopeBytes);
        return (buffer, at);
    }

    public static void Seal(Span<byte> frame, long firstSequence)
    {
        BinaryPrimitives.WriteInt64LittleEndian(frame[SequenceAt..], firstSequence);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Checksum.Of(frame[EnvelopeBytes..]));
    }

    /// <summary>The length of the frame that starts here, 0 where none can start or it is not whole.</summary>
    public static int WholeLength(ReadOnlySpan<byte> data)
    {
        if (data.Length < PrefixBytes) return 0;
        var length = BinaryPrimitives.ReadInt32LittleEndian(data);
        return length is < PrefixBytes - EnvelopeBytes or > MaxBytes ? 0 : length + EnvelopeBytes;
    }

    public static bool IsIntact(ReadOnlySpan<byte> frame) =>
        BinaryPrimitives.ReadUInt32LittleEndian(frame[4..]) == Checksum.Of(frame[EnvelopeBytes..]);

    public static BatchHeader Header(ReadOnlySpan<byte> frame) => new(
        new StreamKey(BinaryPrimitives.ReadInt64LittleEndian(frame[8..]), BinaryPrimitives.ReadInt64LittleEndian(frame[16..])),
        BinaryPrimitives.ReadInt64LittleEndian(frame[24..]),
        BinaryPrimitives.ReadInt64LittleEndian(frame[32..]),
        BinaryPrimitives.ReadInt64LittleEndian(frame[40..]),
        BinaryPrimitives.ReadInt64LittleEndian(frame[48..]),
        BinaryPrimitives.ReadInt32LittleEndian(frame[56..]));
}

/// <summary>What a frame says before its events.</summary>
internal readonly record struct BatchHeader(
    StreamKey Key, long IngestionTime, long FirstSequence, long FirstTimestamp, long LastTimestamp, int Count);

/// <summary>Walks over the events of a frame.</summary>
internal ref struct BatchReader(ReadOnlySpan<byte> frame)
{
    private readonly ReadOnlySpan<byte> frame = frame;
    private readonly BatchHeader header = BatchFrame.Header(frame);
    private int at = BatchFrame.PrefixBytes;
    private int index = -1;

    public readonly BatchHeader Header => header;

    public EventPosition Position { get; private set; }

    /// <summary>Where in the frame the message begins.</summary>
    public int MessageAt { get; private set; }

    public ReadOnlySpan<byte> Message { get; private set; }

    public bool MoveNext()
    {
        if (++index >= header.Count) return false;

        var timestamp = header.FirstTimestamp + (long)Varint.Read(frame, ref at);
        var length = (int)Varint.Read(frame, ref at);
        Position = new EventPosition(timestamp, header.FirstSequence + index);
        MessageAt = at;
        Message = frame.Slice(at, length);
        at += length;
        return true;
    }
}
