using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Estiba.LoadBalancing.Traffic.Forwarding;
using Microsoft.AspNetCore.Http;

namespace Estiba.LoadBalancing.Traffic.Plain;

/// <summary>What is thought of the bytes that a client has sent.</summary>
internal enum PlainVerdict
{
    /// <summary>They are the head of an ordinary request.</summary>
    Ordinary,

    /// <summary>They are the beginning of one.</summary>
    Incomplete,

    /// <summary>They are not, or it has something that is to be looked at more closely.</summary>
    Unusual,
}

/// <summary>A part of what a client has sent.</summary>
internal readonly record struct Part(int At, int Length)
{
    public bool IsEmpty => Length == 0;

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> received) => received.Slice(At, Length);
}

/// <summary>
/// The head of a request as most are. What could be understood in more than one way is none of these, so that no two
/// servers disagree where it ends: Kestrel decides what it is.
/// </summary>
internal readonly record struct PlainRequest
{
    private static readonly SearchValues<byte> TargetCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/?[]@!$&'()*+,;=:%"u8
    );

    private static readonly SearchValues<byte> HostCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"u8
    );

    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>What stands behind the method: path and query.</summary>
    public required Part Target { get; init; }

    /// <summary>Where its fields begin.</summary>
    public required int FieldsAt { get; init; }

    /// <summary>How long it is, with the empty line at its end.</summary>
    public required int Length { get; init; }

    /// <summary>The value of Host.</summary>
    public Part Host { get; private init; }

    /// <summary>The value of X-Forwarded-For; empty without.</summary>
    public Part ForwardedFor { get; private init; }

    /// <summary>The value of X-Amzn-Trace-Id; empty without.</summary>
    public Part TraceId { get; private init; }

    /// <summary>The length of its body, if it says one.</summary>
    public long? ContentLength { get; private init; }

    /// <summary>Whether the client wants no other answer on its connection.</summary>
    public bool Closes { get; private init; }

    /// <summary>Whether it has a body.</summary>
    public bool HasBody => ContentLength > 0;

    /// <summary>Reads a head.</summary>
    /// <param name="received">What was received.</param>
    /// <param name="request">What it is, where it is ordinary.</param>
    public static PlainVerdict Read(ReadOnlySpan<byte> received, out PlainRequest request)
    {
        request = default;
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return HasBareLineFeed(received) ? PlainVerdict.Unusual : PlainVerdict.Incomplete;
        return TryReadLine(received, end + 4, out request) && TryReadFields(received, ref request)
            ? PlainVerdict.Ordinary
            : PlainVerdict.Unusual;
    }

    // GET /path?query HTTP/1.1
    private static bool TryReadLine(ReadOnlySpan<byte> received, int length, out PlainRequest request)
    {
        request = default;
        var line = received[..received.IndexOf((byte)'\r')];
        if (line.Length + 2 > length || received[line.Length + 1] != '\n')
            return false;
        var space = line.IndexOf((byte)' ');
        if (space < 0 || MethodOf(line[..space]) is not { } method || !line.EndsWith(" HTTP/1.1"u8))
            return false;
        var part = new Part(space + 1, line.Length - space - 1 - " HTTP/1.1"u8.Length);
        if (part.Length <= 0)
            return false;
        var target = part.Of(line);
        if (
            target[0] != '/'
            || target.EndsWith("?"u8)
            || target.ContainsAnyExcept(TargetCharacters)
            || target.IndexOf("%00"u8) >= 0
        )
            return false;
        request = new PlainRequest
        {
            Method = method,
            Target = part,
            FieldsAt = line.Length + 2,
            Length = length,
        };
        return true;
    }

    private static bool TryReadFields(ReadOnlySpan<byte> received, ref PlainRequest request)
    {
        var (hasCookie, hasConnection) = (false, false);
        for (var at = request.FieldsAt; at < request.Length - 2; )
        {
            var length = received[at..].IndexOf((byte)'\r');
            var line = received.Slice(at, length);
            if (received[at + length + 1] != '\n' || !HeaderFields.TrySplit(line, out var name, out var value))
                return false;
            var part = new Part(at + OffsetOfValue(line), value.Length);
            at += length + 2;
            switch (name.Length)
            {
                case 4 when Is(name, "Host"u8):
                    if (!request.Host.IsEmpty || !IsHost(value))
                        return false;
                    request = request with { Host = part };
                    break;
                case 6 when Is(name, "Cookie"u8):
                    if (hasCookie)
                        return false;
                    hasCookie = true;
                    break;
                case 10 when Is(name, "Connection"u8):
                    request = request with { Closes = Is(value, "close"u8) };
                    if (hasConnection || (!request.Closes && !Is(value, "keep-alive"u8)))
                        return false;
                    hasConnection = true;
                    break;
                case 14 when Is(name, "Content-Length"u8):
                    if (request.ContentLength is not null || !TryParse(value, out var number))
                        return false;
                    request = request with { ContentLength = number };
                    break;
                case 15 when Is(name, "X-Forwarded-For"u8):
                    if (!request.ForwardedFor.IsEmpty || part.IsEmpty)
                        return false;
                    request = request with { ForwardedFor = part };
                    break;
                case 15 when Is(name, "X-Amzn-Trace-Id"u8):
                    if (!request.TraceId.IsEmpty || part.IsEmpty)
                        return false;
                    request = request with { TraceId = part };
                    break;
                case 12 when Is(name, "Content-Type"u8) && value.StartsWith("application/grpc"u8):
                case 6 when Is(name, "Expect"u8):
                case 7 when Is(name, "Upgrade"u8):
                case 16 when Is(name, "X-Content-Length"u8):
                case 17 when Is(name, "Transfer-Encoding"u8):
                    return false;
            }
        }
        return !request.Host.IsEmpty
            && !(request.HasBody && request.Method is "GET" or "HEAD")
            && ForwardedForIsShort(received, request);
    }

    private static bool ForwardedForIsShort(ReadOnlySpan<byte> received, PlainRequest request) =>
        request.ForwardedFor.Of(received).Count((byte)',') < Headers.ForwardedHeaders.MostAddresses;

    private static string? MethodOf(ReadOnlySpan<byte> method) =>
        method.SequenceEqual("GET"u8) ? HttpMethods.Get
        : method.SequenceEqual("POST"u8) ? HttpMethods.Post
        : method.SequenceEqual("PUT"u8) ? HttpMethods.Put
        : method.SequenceEqual("DELETE"u8) ? HttpMethods.Delete
        : method.SequenceEqual("HEAD"u8) ? HttpMethods.Head
        : method.SequenceEqual("PATCH"u8) ? HttpMethods.Patch
        : method.SequenceEqual("OPTIONS"u8) ? HttpMethods.Options
        : null;

    private static bool TryParse(ReadOnlySpan<byte> value, out long number)
    {
        number = 0;
        return value.Length is > 0 and <= 18
            && !value.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && Utf8Parser.TryParse(value, out number, out var count)
            && count == value.Length;
    }

    private static bool IsHost(ReadOnlySpan<byte> value)
    {
        var colon = value.IndexOf((byte)':');
        var port = colon < 0 ? [] : value[(colon + 1)..];
        var name = colon < 0 ? value : value[..colon];
        return !name.IsEmpty
            && !name.ContainsAnyExcept(HostCharacters)
            && (colon < 0 || (port.Length is > 0 and <= 5 && !port.ContainsAnyExceptInRange((byte)'0', (byte)'9')));
    }

    private static bool HasBareLineFeed(ReadOnlySpan<byte> received)
    {
        for (var rest = received; rest.IndexOf((byte)'\n') is >= 0 and var at; rest = rest[(at + 1)..])
        {
            if (at == 0 || rest[at - 1] != '\r')
                return true;
        }
        return false;
    }

    private static int OffsetOfValue(ReadOnlySpan<byte> line)
    {
        var rest = line[(line.IndexOf((byte)':') + 1)..];
        return line.Length - rest.TrimStart(" \t"u8).Length;
    }

    internal static bool Is(ReadOnlySpan<byte> value, ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(value, name);
}
