using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Estiba.LoadBalancing.Traffic.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Estiba.LoadBalancing.Traffic.Http1;

/// <summary>The head of a request as a target gets it.</summary>
internal static class RequestHead
{
    /// <summary>What concerns one connection alone, and what the load balancer says itself.</summary>
    private static readonly FrozenSet<string> NotCopied = FrozenSet.ToFrozenSet(
        [
            HeaderNames.Connection,
            HeaderNames.KeepAlive,
            "Proxy-Connection",
            HeaderNames.TransferEncoding,
            HeaderNames.ContentLength,
            HeaderNames.Upgrade,
            HeaderNames.TE,
            HeaderNames.Expect,
            "HTTP2-Settings",
            HeaderNames.Host,
            "X-Forwarded-For",
            "X-Forwarded-Proto",
            "X-Forwarded-Port",
            TraceId.Header,
            RequestChecks.LengthBesideChunks,
        ],
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>Writes it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="request">The client's.</param>
    /// <param name="forwarded">What is changed of it.</param>
    /// <param name="chunked">Whether a body follows whose length nobody knows.</param>
    public static void Write(
        ArrayBufferWriter<byte> output,
        HttpRequest request,
        ForwardedRequest forwarded,
        bool chunked
    )
    {
        Append(output, request.Method);
        output.Write(" "u8);
        Append(output, forwarded.Url);
        output.Write(" HTTP/1.1\r\n"u8);
        if (forwarded.Host.Length > 0)
            Append(output, HeaderNames.Host, forwarded.Host);
        var attributes = forwarded.Listener.Attributes;
        foreach (var (name, values) in request.Headers)
        {
            if (NotCopied.Contains(name) || name[0] == ':')
                continue;
            if (attributes.DropInvalidHeaderFields && !RequestChecks.IsValidName(name))
                continue;
            // HTTP/2 lets clients take cookies apart; HTTP/1.1 knows one header of them.
            if (values.Count > 1 && name.Equals(HeaderNames.Cookie, StringComparison.OrdinalIgnoreCase))
                Append(output, name, string.Join("; ", values.ToArray()));
            else
                foreach (var value in values)
                    Append(output, name, value ?? "");
        }

        var addresses = ForwardedHeaders.For(
            attributes.ForwardedFor,
            request.Headers["X-Forwarded-For"],
            forwarded.Client,
            attributes.ForwardClientPort
        );
        if (addresses.Count > 0)
            Append(output, "X-Forwarded-For", addresses.ToString());
        Append(output, "X-Forwarded-Proto", forwarded.Listener.Certificates is null ? "http" : "https");
        Append(output, "X-Forwarded-Port", forwarded.Listener.Port);
        Append(output, TraceId.Header, forwarded.TraceId);
        if (chunked)
            output.Write("Transfer-Encoding: chunked\r\n"u8);
        else if (request.ContentLength is { } length)
            Append(output, HeaderNames.ContentLength, length);
        output.Write("\r\n"u8);
    }

    private static void Append(ArrayBufferWriter<byte> output, string name, string value)
    {
        Append(output, name);
        output.Write(": "u8);
        Append(output, value);
        output.Write("\r\n"u8);
    }

    private static void Append(ArrayBufferWriter<byte> output, string name, long value)
    {
        Append(output, name);
        output.Write(": "u8);
        value.TryFormat(output.GetSpan(20), out var length, provider: CultureInfo.InvariantCulture);
        output.Advance(length);
        output.Write("\r\n"u8);
    }

    // Kestrel has read headers as Latin-1: each character is the byte that the client sent.
    private static void Append(ArrayBufferWriter<byte> output, string text) =>
        output.Advance(Encoding.Latin1.GetBytes(text, output.GetSpan(text.Length)));
}
