using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Estiba.LoadBalancing.Traffic.Http1;

/// <summary>The head of a target's answer: its status, and where its body ends.</summary>
/// <remarks>Strict: what other servers may read otherwise is no answer, so that none can hide in another.</remarks>
internal readonly struct ResponseHead
{
    /// <summary>How long it may be ("Quotas": response headers).</summary>
    public const int Longest = 32 * 1024;

    private static readonly SearchValues<byte> NameBytes = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8
    );

    /// <summary>The names that most answers have, so that each is one text.</summary>
    private static readonly string[] UsualNames =
    [
        HeaderNames.Date,
        HeaderNames.ETag,
        HeaderNames.Vary,
        HeaderNames.Server,
        HeaderNames.Location,
        HeaderNames.SetCookie,
        HeaderNames.ContentType,
        HeaderNames.AcceptRanges,
        HeaderNames.CacheControl,
        HeaderNames.LastModified,
        HeaderNames.ContentEncoding,
    ];

    private ResponseHead(int status, BodyFraming framing, long length, bool keepsAlive) =>
        (Status, Framing, Length, KeepsAlive) = (status, framing, length, keepsAlive);

    public int Status { get; }

    /// <summary>How its body ends.</summary>
    public BodyFraming Framing { get; }

    /// <summary>The body's length, where it is told.</summary>
    public long Length { get; }

    /// <summary>Whether the connection can take another request then.</summary>
    public bool KeepsAlive { get; }

    /// <summary>Whether it only announces another head.</summary>
    public bool IsInterim => Status < StatusCodes.Status200OK;

    /// <summary>The length of a head; -1 as long as its end has not come.</summary>
    public static int Find(ReadOnlySpan<byte> bytes) => bytes.IndexOf("\r\n\r\n"u8) is >= 0 and var end ? end + 4 : -1;

    /// <summary>Reads a head, and writes what a client gets of it into its response.</summary>
    /// <param name="bytes">The head, with the empty line at its end.</param>
    /// <param name="isToHead">Whether the request was HEAD, whose answer has no body.</param>
    /// <param name="response">The client's; left alone by a head that is interim.</param>
    /// <exception cref="BadResponseException">It is none.</exception>
    public static ResponseHead Read(ReadOnlySpan<byte> bytes, bool isToHead, HttpResponse response)
    {
        var rest = bytes[..^2];
        var line = NextLine(ref rest);
        if (
            line.Length < "HTTP/1.1 200".Length
            || !line.StartsWith("HTTP/1."u8)
            || line[7] is not ((byte)'0' or (byte)'1')
            || line[8] != ' '
            || !Utf8Parser.TryParse(line[9..12], out int status, out var digits)
            || digits != 3
            || status < 100
            || (line.Length > 12 && line[12] != ' ')
        )
            throw new BadResponseException("The status line is none.");
        if (status == StatusCodes.Status101SwitchingProtocols)
            throw new BadResponseException("It changes the protocol, which nobody asked for.");
        var interim = status < 200;
        var keepsAlive = line[7] == '1';
        var chunked = false;
        long? length = null;
        if (!interim)
            Answer(response, status, line.Length > 13 ? line[13..] : default);
        while (!rest.IsEmpty)
        {
            var field = NextLine(ref rest);
            var colon = field.IndexOf((byte)':');
            if (colon <= 0 || field[..colon].ContainsAnyExcept(NameBytes))
                throw new BadResponseException("A header has no name, or a name that is none.");
            var name = field[..colon];
            var value = Trim(field[(colon + 1)..]);
            if (value.ContainsAnyInRange((byte)0, (byte)8) || value.ContainsAnyInRange((byte)10, (byte)31))
                throw new BadResponseException("A header has control characters.");
            if (Is(name, "Content-Length"u8))
            {
                if (
                    value.IsEmpty
                    || value.ContainsAnyExceptInRange((byte)'0', (byte)'9')
                    || !Utf8Parser.TryParse(value, out long its, out _)
                )
                    throw new BadResponseException("The length is none.");
                if (length is { } other && other != its)
                    throw new BadResponseException("It has two lengths.");
                length = its;
            }
            else if (Is(name, "Transfer-Encoding"u8))
            {
                if (chunked || !Is(value, "chunked"u8))
                    throw new BadResponseException("Its transfer coding is not known.");
                chunked = true;
            }
            else if (Is(name, "Connection"u8))
            {
                keepsAlive &= !Contains(value, "close"u8);
            }
            else if (!interim && !IsOfConnection(name))
            {
                response.Headers.Append(NameOf(name), Encoding.Latin1.GetString(value));
            }
        }

        if (interim)
            return new ResponseHead(status, BodyFraming.None, 0, keepsAlive);
        var isEmpty = isToHead || status is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified;
        // With two ways to find the end, another might go the other way: nothing comes after it on this connection.
        keepsAlive &= !(chunked && length is not null);
        if (!chunked && length is not null && status != StatusCodes.Status204NoContent)
            response.ContentLength = length;
        return isEmpty ? new ResponseHead(status, BodyFraming.None, 0, keepsAlive)
            : chunked ? new ResponseHead(status, BodyFraming.Chunked, 0, keepsAlive)
            : length is { } known ? new ResponseHead(status, BodyFraming.Length, known, keepsAlive)
            : new ResponseHead(status, BodyFraming.UntilClosed, 0, keepsAlive: false);
    }

    private static void Answer(HttpResponse response, int status, ReadOnlySpan<byte> reason)
    {
        response.StatusCode = status;
        if (
            !reason.IsEmpty
            && !Ascii.Equals(reason, ReasonPhrases.GetReasonPhrase(status))
            && !reason.ContainsAnyInRange((byte)0, (byte)31)
            && response.HttpContext.Features.Get<IHttpResponseFeature>() is { } feature
        )
            feature.ReasonPhrase = Encoding.Latin1.GetString(reason);
    }

    /// <summary>Takes the next line off; a bare CR or LF in it is refused as a control character.</summary>
    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf("\r\n"u8);
        var line = rest[..end];
        rest = rest[(end + 2)..];
        return line;
    }

    private static bool IsOfConnection(ReadOnlySpan<byte> name) =>
        Is(name, "Keep-Alive"u8) || Is(name, "Proxy-Connection"u8) || Is(name, "Upgrade"u8);

    private static string NameOf(ReadOnlySpan<byte> name)
    {
        foreach (var usual in UsualNames)
            if (usual.Length == name.Length && Ascii.EqualsIgnoreCase(name, usual))
                return usual;
        return Encoding.ASCII.GetString(name);
    }

    private static bool Contains(ReadOnlySpan<byte> list, ReadOnlySpan<byte> token)
    {
        foreach (var range in list.Split((byte)','))
            if (Is(Trim(list[range]), token))
                return true;
        return false;
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> other) =>
        text.Length == other.Length && Ascii.EqualsIgnoreCase(text, other);

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> value) => value.Trim(" \t"u8);
}

/// <summary>How the end of a body is found.</summary>
internal enum BodyFraming
{
    /// <summary>There is no body.</summary>
    None,

    /// <summary>By its length.</summary>
    Length,

    /// <summary>By an empty chunk.</summary>
    Chunked,

    /// <summary>It ends with the connection.</summary>
    UntilClosed,
}

/// <summary>What a target sends is no answer.</summary>
internal sealed class BadResponseException(string message) : IOException(message);
