using System.Buffers;
using System.Buffers.Binary;

namespace Estiba.Logs.Storage;

/// <summary>
/// Builds the uncompressed form of a block: count and length of the numbers (4 bytes each), the numbers of all events, the messages of all
/// events. Numbers and messages apart compress better than mixed.
/// </summary>
internal sealed class EventBlock
{
    private const int HeaderBytes = 8;

    private readonly ArrayBufferWriter<byte> numbers = new();
    private readonly ArrayBufferWriter<byte> messages = new();
    private (long Stream, EventPosition Position) previous;
    private int count;

    public int RawLength => HeaderBytes + numbers.WrittenCount + messages.WrittenCount;

    public bool IsEmpty => count == 0;

    public void Add(long stream, EventPosition position, long ingestionTime, ReadOnlySpan<byte> message)
    {
        Varint.WriteSigned(numbers, stream - previous.Stream);
        Varint.WriteSigned(numbers, position.Timestamp - previous.Position.Timestamp);
        Varint.WriteSigned(numbers, position.Sequence - previous.Position.Sequence);
        Varint.WriteSigned(numbers, ingestionTime - position.Timestamp);
        Varint.Write(numbers, (ulong)message.Length);
        messages.Write(message);
        previous = (stream, position);
        count++;
    }

    public void CopyTo(Span<byte> target)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, count);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], numbers.WrittenCount);
        numbers.WrittenSpan.CopyTo(target[HeaderBytes..]);
        messages.WrittenSpan.CopyTo(target[(HeaderBytes + numbers.WrittenCount)..]);
    }

    public void Clear()
    {
        numbers.ResetWrittenCount();
        messages.ResetWrittenCount();
        previous = default;
        count = 0;
    }

    /// <summary>Walks over the events of an uncompressed block.</summary>
    public struct Reader(byte[] raw, int length)
    {
        private readonly int count = BinaryPrimitives.ReadInt32LittleEndian(raw);
        private int index = -1;
        private int numberAt = HeaderBytes;
        private int messageAt = HeaderBytes + BinaryPrimitives.ReadInt32LittleEndian(raw.AsSpan(4));
        private int messageLength;

        public long Stream { get; private set; }

        public EventPosition Position { get; private set; }

        public long IngestionTime { get; private set; }

        public readonly ReadOnlySpan<byte> Message => raw.AsSpan(messageAt, messageLength);

        public bool MoveNext()
        {
            if (++index >= count) return false;

            var source = raw.AsSpan(0, length);
            messageAt += messageLength;
            Stream += Varint.ReadSigned(source, ref numberAt);
            var timestamp = Position.Timestamp + Varint.ReadSigned(source, ref numberAt);
            Position = new EventPosition(timestamp, Position.Sequence + Varint.ReadSigned(source, ref numberAt));
            IngestionTime = timestamp + Varint.ReadSigned(source, ref numberAt);
            messageLength = (int)Varint.Read(source, ref numberAt);
            return true;
        }
    }
}
