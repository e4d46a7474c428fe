using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Protocols;
using Estiba.Contracts.Signing;
using Estiba.Gateway.Authentication;
using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway.Bodies;

/// <summary>
/// Takes a body out of the chunks of <c>Content-Encoding: aws-chunked</c>, and the checksums out of the trailer behind
/// them. Bytes are given out before their chunk's signature is known: whoever reads keeps nothing before the end.
/// </summary>
/// <param name="reader">The body as it comes.</param>
/// <param name="checksums">Is told the values of the trailer.</param>
/// <param name="length">How many bytes the chunks have together.</param>
/// <param name="trailer">The names of the headers behind the last chunk.</param>
/// <param name="signatures">What each chunk and the trailer must be signed with; null where none is looked at.</param>
internal sealed class ChunkedBody(
    PipeReader reader,
    BodyChecksums checksums,
    long length,
    IReadOnlyCollection<string> trailer,
    ChunkSignatures? signatures
) : BodyStream
{
    /// <summary>The longest line between chunks.</summary>
    private const int LongestLine = 1024;

    /// <summary>"Chunk size must be at least 8 KB", but of the last one.</summary>
    private const long SmallestChunk = 8 * 1024;

    private const string ChunkSignature = "chunk-signature=";
    private const string TrailerSignature = "x-amz-trailer-signature";

    private string _signature = "";
    private long _size;
    private long _left;
    private long _rest = length;
    private bool _isAtEnd;

    /// <exception cref="AwsException">They are no chunks, end too early, or are not as long as was said.</exception>
    /// <exception cref="SignatureException">One of them, or the trailer, is not the one that was signed.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isAtEnd || buffer.IsEmpty)
            return 0;
        if (_left == 0 && !await BeginChunkAsync(cancellationToken))
            return 0;

        var read = await reader.ReadAsync(cancellationToken);
        if (read.Buffer.IsEmpty)
            throw Incomplete();
        var taken = read.Buffer.Slice(0, Math.Min(Math.Min(_left, buffer.Length), read.Buffer.Length));
        taken.CopyTo(buffer.Span);
        var count = (int)taken.Length;
        reader.AdvanceTo(taken.End);
        signatures?.Append(buffer.Span[..count]);
        _left -= count;
        return count;
    }

    // False when it is the last one, which is empty.
    private async ValueTask<bool> BeginChunkAsync(CancellationToken cancellation)
    {
        var before = _size;
        if (before > 0)
        {
            if (await LineAsync(cancellation) is not "")
                throw Incomplete();
            Check(_signature, signatures?.EndChunk());
        }

        var head = (await LineAsync(cancellation) ?? throw Incomplete()).Split(';', 2);
        if (
            !ulong.TryParse(head[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size)
            || size > (ulong)_rest
        )
            throw Incomplete();
        if (size > 0 && before is > 0 and < SmallestChunk)
            throw new AwsException(
                "InvalidChunkSizeError",
                $"Only the last chunk is allowed to have a size less than {SmallestChunk} bytes",
                StatusCodes.Status403Forbidden
            );
        _signature =
            head.Length == 2 && head[1].StartsWith(ChunkSignature, StringComparison.Ordinal)
                ? head[1][ChunkSignature.Length..]
                : "";
        _size = _left = (long)size;
        _rest -= _left;
        if (_size > 0)
            return true;

        if (_rest > 0)
            throw Incomplete();
        _isAtEnd = true;
        Check(_signature, signatures?.EndChunk());
        await ReadTrailerAsync(cancellation);
        return false;
    }

    private async ValueTask ReadTrailerAsync(CancellationToken cancellation)
    {
        var awaited = new HashSet<string>(trailer, StringComparer.OrdinalIgnoreCase);
        var signature = "";
        while (await LineAsync(cancellation) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || signature.Length > 0)
                throw Malformed();
            var (name, value) = (line[..colon].Trim().ToLowerInvariant(), line[(colon + 1)..].Trim());
            if (name == TrailerSignature)
            {
                signature = value;
                continue;
            }

            if (!awaited.Remove(name))
                throw Malformed();
            signatures?.Append(Encoding.ASCII.GetBytes($"{name}:{value}\n"));
            checksums.Tell(name, value);
        }

        if (awaited.Count > 0)
            throw Malformed();
        if (trailer.Count > 0)
            Check(signature, signatures?.EndTrailer());
    }

    private static void Check(string given, string? right)
    {
        if (
            right is not null
            && !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(given), Encoding.ASCII.GetBytes(right))
        )
            throw Authenticator.Wrong();
    }

    // A line without its end; null when the body has ended.
    private async ValueTask<string?> LineAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellation);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                if (read.Buffer.Slice(0, end).Length > LongestLine)
                    throw Incomplete();
                var line = Encoding.ASCII.GetString(read.Buffer.Slice(0, end)).TrimEnd('\r');
                reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }

            if (read.Buffer.Length > LongestLine)
                throw Incomplete();
            if (read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.End);
                return read.Buffer.IsEmpty ? null : throw Incomplete();
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static AwsException Incomplete() =>
        new("IncompleteBody", "The request body terminated unexpectedly or is not in the form that its encoding says.");

    private static AwsException Malformed() =>
        new(
            "MalformedTrailerError",
            "The headers behind the body are not those that x-amz-trailer names, or are none."
        );
}
