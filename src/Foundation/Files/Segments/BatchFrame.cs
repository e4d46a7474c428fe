using System.Buffers;
using System.Buffers.Binary;

namespace Estiba.Files.Segments;

/// <summary>
/// One batch of records of one stream, as it lies in a journal: length and checksum, then who and when, then the
/// records. The timestamps are relative to the batch's earliest, the sequences count up from the first.
/// </summary>
internal static class BatchFrame
{
    /// <summary>Length (4 bytes) and CRC-32C (4 bytes) of what follows.</summary>
    public const int EnvelopeBytes = 8;

    /// <summary>
    /// Group, stream, ingestion time, first sequence, earliest and latest timestamp (8 bytes each), count (4 bytes).
    /// </summary>
    public const int PrefixBytes = EnvelopeBytes + 6 * sizeof(long) + sizeof(int);

    /// <summary>The longest that is accepted; a longer length is damage.</summary>
    public const int MaxBytes = 64 << 20;

    private const int SequenceAt = EnvelopeBytes + 3 * sizeof(long);

    /// <summary>
    /// Writes the frame into a rented buffer, still without sequence and checksum: <see cref="Seal"/> adds those.
    /// </summary>
    /// <exception cref="ArgumentException">There are no records, or too much of them to be read again.</exception>
    public static (byte[] Buffer, int Length) Encode<TRecord>(
        StreamKey key,
        long ingestionTime,
        IReadOnlyList<TRecord> records
    )
        where TRecord : IRecord
    {
        ArgumentOutOfRangeException.ThrowIfZero(records.Count);

        var (earliest, latest, size) = (long.MaxValue, long.MinValue, (long)PrefixBytes);
        foreach (var item in records)
        {
            earliest = Math.Min(earliest, item.Timestamp);
            latest = Math.Max(latest, item.Timestamp);
            size += 2 * Varint.MaxBytes + item.PayloadBytes;
        }

        if (size > MaxBytes)
            throw new ArgumentException($"A batch of {size} bytes is longer than {MaxBytes}.", nameof(records));
        var buffer = ArrayPool<byte>.Shared.Rent((int)size);
        var target = buffer.AsSpan();
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], key.Group);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], key.Stream);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], ingestionTime);
        BinaryPrimitives.WriteInt64LittleEndian(target[40..], earliest);
        BinaryPrimitives.WriteInt64LittleEndian(target[48..], latest);
        BinaryPrimitives.WriteInt32LittleEndian(target[56..], records.Count);

        var at = PrefixBytes;
        foreach (var item in records)
        {
            at += Varint.Write(target[at..], (ulong)(item.Timestamp - earliest));
            at += Varint.Write(target[at..], (ulong)item.PayloadBytes);
            at += item.WritePayload(target[at..]);
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
        if (data.Length < PrefixBytes)
            return 0;
        var length = BinaryPrimitives.ReadInt32LittleEndian(data);
        return length is < PrefixBytes - EnvelopeBytes or > MaxBytes ? 0 : length + EnvelopeBytes;
    }

    public static bool IsIntact(ReadOnlySpan<byte> frame) =>
        BinaryPrimitives.ReadUInt32LittleEndian(frame[4..]) == Checksum.Of(frame[EnvelopeBytes..]);

    public static BatchHeader Header(ReadOnlySpan<byte> frame) =>
        new(
            new StreamKey(
                BinaryPrimitives.ReadInt64LittleEndian(frame[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(frame[16..])
            ),
            BinaryPrimitives.ReadInt64LittleEndian(frame[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(frame[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(frame[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(frame[48..]),
            BinaryPrimitives.ReadInt32LittleEndian(frame[56..])
        );
}

/// <summary>What a frame says before its records.</summary>
internal readonly record struct BatchHeader(
    StreamKey Key,
    long IngestionTime,
    long FirstSequence,
    long FirstTimestamp,
    long LastTimestamp,
    int Count
);

/// <summary>Walks over the records of a frame.</summary>
internal ref struct BatchReader(ReadOnlySpan<byte> frame)
{
    private readonly ReadOnlySpan<byte> _frame = frame;
    private readonly BatchHeader _header = BatchFrame.Header(frame);
    private int _at = BatchFrame.PrefixBytes;
    private int _index = -1;

    public readonly BatchHeader Header => _header;

    public RecordPosition Position { get; private set; }

    /// <summary>Where in the frame the payload begins.</summary>
    public int PayloadAt { get; private set; }

    public ReadOnlySpan<byte> Payload { get; private set; }

    public bool MoveNext()
    {
        if (++_index >= _header.Count)
            return false;

        var timestamp = _header.FirstTimestamp + (long)Varint.Read(_frame, ref _at);
        var length = (int)Varint.Read(_frame, ref _at);
        Position = new RecordPosition(timestamp, _header.FirstSequence + _index);
        PayloadAt = _at;
        Payload = _frame.Slice(_at, length);
        _at += length;
        return true;
    }
}
