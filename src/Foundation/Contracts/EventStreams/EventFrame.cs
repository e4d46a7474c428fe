using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Estiba.Contracts.EventStreams;

/// <summary>
/// One message of <c>application/vnd.amazon.eventstream</c>: two lengths and their CRC-32, headers, a payload, and the
/// CRC-32 of all.
/// </summary>
internal static class EventFrame
{
    private const int PreludeLength = 8;
    private const int ChecksumLength = 4;
    private const byte Text = 7;
    private const string Initial = "initial-response";

    /// <summary>"The maximum size of a message is 16 MB": more is not one.</summary>
    private const int LongestMessage = 16 * 1024 * 1024;

    /// <summary>The headers of the answer itself, which protocols without bindings send as the first event.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> InitialResponse(string contentType) =>
        Event(Initial, contentType);

    /// <summary>The headers of an event.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Event(string type, string? contentType) =>
        Headers("event", ":event-type", type, contentType);

    /// <summary>The headers of an error that ends a stream.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Exception(string type, string? contentType) =>
        Headers("exception", ":exception-type", type, contentType);

    /// <summary>Writes a message.</summary>
    public static void Write(
        IBufferWriter<byte> output,
        IReadOnlyList<KeyValuePair<string, string>> headers,
        ReadOnlySpan<byte> payload
    )
    {
        var head = new ArrayBufferWriter<byte>();
        foreach (var (name, value) in headers)
            Write(head, name, value);

        var length = PreludeLength + ChecksumLength + head.WrittenCount + payload.Length + ChecksumLength;
        var frame = output.GetSpan(length)[..length];
        BinaryPrimitives.WriteInt32BigEndian(frame, length);
        BinaryPrimitives.WriteInt32BigEndian(frame[4..], head.WrittenCount);
        BinaryPrimitives.WriteUInt32BigEndian(frame[PreludeLength..], Crc32.HashToUInt32(frame[..PreludeLength]));
        head.WrittenSpan.CopyTo(frame[(PreludeLength + ChecksumLength)..]);
        payload.CopyTo(frame[(PreludeLength + ChecksumLength + head.WrittenCount)..]);
        BinaryPrimitives.WriteUInt32BigEndian(frame[^ChecksumLength..], Crc32.HashToUInt32(frame[..^ChecksumLength]));
        output.Advance(length);
    }

    /// <summary>Reads the next message; null at the end.</summary>
    /// <exception cref="InvalidDataException">What comes is no message, or a damaged one.</exception>
    /// <exception cref="EndOfStreamException">It ends in the middle of one.</exception>
    public static async ValueTask<Received?> ReadAsync(Stream input, CancellationToken cancellation)
    {
        var prelude = new byte[PreludeLength + ChecksumLength];
        var read = await input.ReadAtLeastAsync(prelude, prelude.Length, throwOnEndOfStream: false, cancellation);
        if (read == 0)
            return null;
        if (read < prelude.Length)
            throw new EndOfStreamException();
        var length = BinaryPrimitives.ReadInt32BigEndian(prelude);
        var headersLength = BinaryPrimitives.ReadInt32BigEndian(prelude.AsSpan(4));
        if (
            Crc32.HashToUInt32(prelude.AsSpan(0, PreludeLength))
                != BinaryPrimitives.ReadUInt32BigEndian(prelude.AsSpan(PreludeLength))
            || length is < PreludeLength + 2 * ChecksumLength or > LongestMessage
            || headersLength < 0
            || headersLength > length - PreludeLength - 2 * ChecksumLength
        )
            throw Damaged();

        var frame = new byte[length];
        prelude.CopyTo(frame, 0);
        await input.ReadExactlyAsync(frame.AsMemory(prelude.Length), cancellation);
        if (
            Crc32.HashToUInt32(frame.AsSpan(..^ChecksumLength))
            != BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(^ChecksumLength..))
        )
            throw Damaged();
        var payload = prelude.Length + headersLength;
        return new Received(
            Headers(frame.AsSpan(prelude.Length, headersLength)),
            frame.AsMemory(payload..^ChecksumLength)
        );
    }

    /// <summary>A message as it came.</summary>
    /// <param name="Headers">Its headers that are text.</param>
    /// <param name="Payload">Its payload.</param>
    public sealed record Received(IReadOnlyList<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte> Payload)
    {
        /// <summary>Which event it is; empty for none.</summary>
        public string EventType => Header(":event-type") ?? "";

        /// <summary>Whether it is the answer itself.</summary>
        public bool IsInitialResponse => EventType == Initial;

        /// <summary>The code of the error that it is; null for none.</summary>
        public string? ErrorCode =>
            Header(":message-type") switch
            {
                "event" => null,
                "exception" => Header(":exception-type") ?? "UnknownError",
                _ => Header(":error-code") ?? "UnknownError",
            };

        /// <summary>What is wrong, where the headers tell.</summary>
        public string? ErrorMessage => Header(":error-message");

        /// <summary>A header's value; null when there is none.</summary>
        public string? Header(string name) => Headers.FirstOrDefault(header => header.Key == name).Value;
    }

    private static List<KeyValuePair<string, string>> Headers(ReadOnlySpan<byte> rest)
    {
        var headers = new List<KeyValuePair<string, string>>();
        while (rest.Length > 0)
        {
            var name = Encoding.UTF8.GetString(Take(ref rest, Take(ref rest, 1)[0]));
            var type = Take(ref rest, 1)[0];
            // "Event stream encoding", Amazon Transcribe's developer guide.
            var length = type switch
            {
                0 or 1 => 0,
                2 => 1,
                3 => 2,
                4 => 4,
                5 or 8 => 8,
                6 or Text => BinaryPrimitives.ReadUInt16BigEndian(Take(ref rest, 2)),
                9 => 16,
                _ => throw Damaged(),
            };
            var value = Take(ref rest, length);
            if (type == Text)
                headers.Add(new(name, Encoding.UTF8.GetString(value)));
        }

        return headers;
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, int length)
    {
        if (length > rest.Length)
            throw Damaged();
        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }

    private static InvalidDataException Damaged() => new("A message of a stream of events is damaged.");

    private static List<KeyValuePair<string, string>> Headers(
        string kind,
        string typeName,
        string type,
        string? contentType
    )
    {
        var headers = new List<KeyValuePair<string, string>> { new(typeName, type) };
        if (contentType is not null)
            headers.Add(new(":content-type", contentType));
        headers.Add(new(":message-type", kind));
        return headers;
    }

    private static void Write(ArrayBufferWriter<byte> output, string name, string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        var span = output.GetSpan(1 + name.Length + 1 + 2 + length);
        span[0] = (byte)name.Length;
        var written = 1 + Encoding.UTF8.GetBytes(name, span[1..]);
        span[written++] = Text;
        BinaryPrimitives.WriteUInt16BigEndian(span[written..], (ushort)length);
        written += 2;
        written += Encoding.UTF8.GetBytes(value, span[written..]);
        output.Advance(written);
    }
}
