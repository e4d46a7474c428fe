using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Estiba.LoadBalancing.Traffic.Forwarding;

/// <summary>How the end of a response's body is found (RFC 9112, 6.3).</summary>
internal enum BodyEnd
{
    /// <summary>By its length.</summary>
    Length,

    /// <summary>By its last chunk.</summary>
    Chunk,

    /// <summary>By that of the connection.</summary>
    Connection,
}

/// <summary>What the head of a response says. It has no part of the bytes that it was read from.</summary>
internal readonly record struct ResponseHead
{
    /// <summary>The status.</summary>
    public required int Status { get; init; }

    /// <summary>What stands behind the status; null where it is what always does.</summary>
    public required string? Reason { get; init; }

    /// <summary>Where in the head its fields begin.</summary>
    public required int FieldsAt { get; init; }

    /// <summary>How long it is, with the empty line at its end.</summary>
    public required int Length { get; init; }

    /// <summary>How its body ends.</summary>
    public required BodyEnd BodyEnd { get; init; }

    /// <summary>The length that it tells, of a body that it has or would have; null where it tells none.</summary>
    public required long? ContentLength { get; init; }

    /// <summary>Whether another request may follow on its connection.</summary>
    public required bool KeepsConnection { get; init; }

    /// <summary>Whether the real response follows this one.</summary>
    public bool IsInterim => Status < 200;

    /// <summary>Whether it has a body, and which end that has.</summary>
    /// <param name="method">The request's method.</param>
    /// <returns>The length of the body where it ends by that.</returns>
    public (BodyEnd End, long Length) BodyOf(string method) =>
        HttpMethods.IsHead(method) || Status is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified
            ? (BodyEnd.Length, 0)
            : (BodyEnd, ContentLength ?? 0);

    /// <summary>Where a head ends.</summary>
    /// <param name="received">All that was received of it.</param>
    /// <param name="known">So many bytes were there the last time.</param>
    /// <returns>The length with the empty line; -1 where that has not come yet.</returns>
    public static int EndOf(ReadOnlySpan<byte> received, int known)
    {
        for (var at = Math.Max(0, known - 2); ; )
        {
            var line = received[at..].IndexOf((byte)'\n');
            if (line < 0)
                return -1;
            at += line + 1;
            var rest = received[at..];
            if (rest.StartsWith("\n"u8))
                return at + 1;
            if (rest.StartsWith("\r\n"u8))
                return at + 2;
        }
    }

    /// <summary>Reads a whole head.</summary>
    /// <param name="head">As long as <see cref="EndOf"/> says; continued lines become one.</param>
    /// <exception cref="HttpIOException">It is none, or does not say clearly where the body ends.</exception>
    public static ResponseHead Parse(Span<byte> head)
    {
        Unfold(head);
        var fieldsAt = head.IndexOf((byte)'\n') + 1;
        var line = (ReadOnlySpan<byte>)head[..(fieldsAt - 1)];
        if (line.EndsWith("\r"u8))
            line = line[..^1];
        // HTTP/1.1 200 OK
        if (
            line.Length < 12
            || !line.StartsWith("HTTP/1."u8)
            || line[7] is not ((byte)'0' or (byte)'1')
            || line[8] != ' '
            || !Utf8Parser.TryParse(line.Slice(9, 3), out int status, out var digits)
            || digits != 3
            || status < 100
            || (line.Length > 12 && line[12] != ' ')
        )
            throw HeaderFields.Malformed("no status");
        var framing = Framing.Of(head[fieldsAt..], isHttp10: line[7] == '0');
        return new ResponseHead
        {
            Status = status,
            Reason = ReasonOf(status, line.Length > 13 ? line[13..] : []),
            FieldsAt = fieldsAt,
            Length = head.Length,
            BodyEnd = framing.End,
            ContentLength = framing.ContentLength,
            KeepsConnection = framing.KeepsConnection,
        };
    }

    private static string? ReasonOf(int status, ReadOnlySpan<byte> reason)
    {
        if (reason.ContainsAnyInRange((byte)0, (byte)0x1f))
            throw HeaderFields.Malformed("a control character in its status");
        return Ascii.Equals(reason, ReasonPhrases.GetReasonPhrase(status)) ? null : Encoding.Latin1.GetString(reason);
    }

    /// <summary>Lines that begin with white space continue the one before (RFC 9112, 5.2).</summary>
    private static void Unfold(Span<byte> head)
    {
        for (var at = 0; head[at..].IndexOf((byte)'\n') is var line && at + line + 1 < head.Length; at += line + 1)
        {
            var next = at + line + 1;
            if (head[next] is not ((byte)' ' or (byte)'\t'))
                continue;
            head[next - 1] = (byte)' ';
            if (next > 1 && head[next - 2] == '\r')
                head[next - 2] = (byte)' ';
        }
    }

    /// <summary>What the fields of a head say of its body and its connection.</summary>
    private readonly record struct Framing(BodyEnd End, long? ContentLength, bool KeepsConnection)
    {
        public static Framing Of(ReadOnlySpan<byte> lines, bool isHttp10)
        {
            long? length = null;
            bool isChunked = false,
                closes = isHttp10;
            for (var fields = new HeaderFields(lines); fields.MoveNext(); )
            {
                if (fields.Is("Content-Length"u8))
                    length = LengthOf(fields.Value, length);
                else if (fields.Is("Transfer-Encoding"u8))
                {
                    if (isChunked || !IsCoding(fields.Value, out isChunked))
                        throw HeaderFields.Malformed("an encoding that nobody has asked for");
                }
                else if (fields.Is("Connection"u8))
                    closes = Closes(fields.Value) ?? closes;
            }
            return isChunked ? new Framing(BodyEnd.Chunk, ContentLength: null, !closes && !isHttp10)
                : length is not null ? new Framing(BodyEnd.Length, length, !closes)
                : new Framing(BodyEnd.Connection, ContentLength: null, !closes);
        }

        /// <summary>One length; said more than once, also with commas, it must be the same.</summary>
        private static long LengthOf(ReadOnlySpan<byte> value, long? known)
        {
            foreach (var part in value.Split((byte)','))
            {
                var digits = value[part].Trim(" \t"u8);
                if (
                    digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')
                    || !Utf8Parser.TryParse(digits, out long length, out var count)
                    || count != digits.Length
                    || (known is { } other && other != length)
                )
                    throw HeaderFields.Malformed("no clear length");
                known = length;
            }
            return known!.Value;
        }

        private static bool IsCoding(ReadOnlySpan<byte> value, out bool isChunked)
        {
            isChunked = Ascii.EqualsIgnoreCase(value, "chunked"u8);
            return isChunked || Ascii.EqualsIgnoreCase(value, "identity"u8);
        }

        private static bool? Closes(ReadOnlySpan<byte> value)
        {
            bool? closes = null;
            foreach (var part in value.Split((byte)','))
            {
                var option = value[part].Trim(" \t"u8);
                if (Ascii.EqualsIgnoreCase(option, "close"u8))
                    return true;
                if (Ascii.EqualsIgnoreCase(option, "keep-alive"u8))
                    closes = false;
            }
            return closes;
        }
    }
}
