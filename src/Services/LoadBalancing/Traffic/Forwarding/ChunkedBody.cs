using System.Buffers;
using System.Buffers.Text;

namespace Estiba.LoadBalancing.Traffic.Forwarding;

/// <summary>Reads a chunked body out of what is received of it (RFC 9112, 7.1).</summary>
internal struct ChunkedBody
{
    /// <summary>How long the line may be that a chunk begins with.</summary>
    private const int LongestLine = 4 << 10;

    /// <summary>A longer number is no size of anything.</summary>
    private const int MostDigits = 15;

    private long _left;
    private bool _isInChunk;

    /// <summary>Whether the last chunk has been read, behind which come the trailers.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Reads as much as there is.</summary>
    /// <param name="received">What follows on what was read the last time.</param>
    /// <param name="output">Gets what the chunks have in them.</param>
    /// <returns>How much was read, and how much of it was written.</returns>
    /// <exception cref="HttpIOException">These are no chunks.</exception>
    public (int Read, int Written) Read(ReadOnlySpan<byte> received, IBufferWriter<byte> output)
    {
        var rest = received;
        var written = 0;
        while (!HasEnded)
        {
            if (_left > 0 && !rest.IsEmpty)
            {
                var data = rest[..(int)Math.Min(_left, rest.Length)];
                data.CopyTo(output.GetSpan(data.Length));
                output.Advance(data.Length);
                written += data.Length;
                _left -= data.Length;
                rest = rest[data.Length..];
            }
            if (_left > 0 || !TryReadLine(ref rest, out var line))
                break;
            if (_isInChunk)
            {
                if (!line.IsEmpty)
                    throw HeaderFields.Malformed("a chunk that is longer than it says");
                _isInChunk = false;
                continue;
            }
            _left = SizeOf(line);
            _isInChunk = _left > 0;
            HasEnded = _left == 0;
        }
        return (received.Length - rest.Length, written);
    }

    /// <summary>Where the trailers end that come behind the last chunk, with the empty line; -1 where that has not come
    /// yet.</summary>
    /// <inheritdoc cref="ResponseHead.EndOf"/>
    public static int EndOfTrailers(ReadOnlySpan<byte> received, int known) =>
        received.StartsWith("\n"u8) ? 1
        : received.StartsWith("\r\n"u8) ? 2
        : ResponseHead.EndOf(received, known);

    private static bool TryReadLine(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        var end = rest.IndexOf((byte)'\n');
        line = end < 0 ? rest : rest[..end];
        if (line.Length > LongestLine)
            throw HeaderFields.Malformed("a chunk without a size");
        if (end < 0)
            return false;
        if (line.EndsWith("\r"u8))
            line = line[..^1];
        rest = rest[(end + 1)..];
        return true;
    }

    private static long SizeOf(ReadOnlySpan<byte> line)
    {
        var extension = line.IndexOf((byte)';');
        var digits = (extension < 0 ? line : line[..extension]).TrimEnd(" \t"u8);
        return
            digits.Length <= MostDigits
            && Utf8Parser.TryParse(digits, out long size, out var count, 'x')
            && count == digits.Length
            ? size
            : throw HeaderFields.Malformed("a chunk without a size");
    }
}
