using System.Buffers;
using System.Buffers.Binary;

namespace Estiba.Files.Segments;

/// <summary>
/// Builds the uncompressed form of a block: count and length of the numbers (4 bytes each), the numbers of all records,
/// the payloads of all records. Numbers and payloads apart compress better than mixed.
/// </summary>
internal sealed class RecordBlock
{
    private const int HeaderBytes = 8;

    private readonly ArrayBufferWriter<byte> _numbers = new();
    private readonly ArrayBufferWriter<byte> _payloads = new();
    private (long Stream, RecordPosition Position) _previous;
    private int _count;

    public int RawLength => HeaderBytes + _numbers.WrittenCount + _payloads.WrittenCount;

    public bool IsEmpty => _count == 0;

    public void Add(long stream, RecordPosition position, long ingestionTime, ReadOnlySpan<byte> payload)
    {
        Varint.WriteSigned(_numbers, stream - _previous.Stream);
        Varint.WriteSigned(_numbers, position.Timestamp - _previous.Position.Timestamp);
        Varint.WriteSigned(_numbers, position.Sequence - _previous.Position.Sequence);
        Varint.WriteSigned(_numbers, ingestionTime - position.Timestamp);
        Varint.Write(_numbers, (ulong)payload.Length);
        _payloads.Write(payload);
        _previous = (stream, position);
        _count++;
    }

    public void CopyTo(Span<byte> target)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, _count);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], _numbers.WrittenCount);
        _numbers.WrittenSpan.CopyTo(target[HeaderBytes..]);
        _payloads.WrittenSpan.CopyTo(target[(HeaderBytes + _numbers.WrittenCount)..]);
    }

    public void Clear()
    {
        _numbers.ResetWrittenCount();
        _payloads.ResetWrittenCount();
        _previous = default;
        _count = 0;
    }

    /// <summary>Walks over the records of an uncompressed block.</summary>
    public struct Reader(byte[] raw, int length)
    {
        private readonly int _count = BinaryPrimitives.ReadInt32LittleEndian(raw);
        private int _index = -1;
        private int _numberAt = HeaderBytes;
        private int _payloadAt = HeaderBytes + BinaryPrimitives.ReadInt32LittleEndian(raw.AsSpan(4));
        private int _payloadLength;

        public long Stream { get; private set; }

        public RecordPosition Position { get; private set; }

        public long IngestionTime { get; private set; }

        public readonly ReadOnlySpan<byte> Payload => raw.AsSpan(_payloadAt, _payloadLength);

        public bool MoveNext()
        {
            if (++_index >= _count)
                return false;

            var source = raw.AsSpan(0, length);
            _payloadAt += _payloadLength;
            Stream += Varint.ReadSigned(source, ref _numberAt);
            var timestamp = Position.Timestamp + Varint.ReadSigned(source, ref _numberAt);
            Position = new RecordPosition(timestamp, Position.Sequence + Varint.ReadSigned(source, ref _numberAt));
            IngestionTime = timestamp + Varint.ReadSigned(source, ref _numberAt);
            _payloadLength = (int)Varint.Read(source, ref _numberAt);
            return true;
        }
    }
}
