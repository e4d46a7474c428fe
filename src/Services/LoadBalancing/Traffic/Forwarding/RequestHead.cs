using System.Buffers;
using System.Globalization;
using Estiba.LoadBalancing.Traffic.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Estiba.LoadBalancing.Traffic.Forwarding;

/// <summary>Writes the head of a request as HTTP/1.1 has it (RFC 9112, 2.1).</summary>
internal static class RequestHead
{
    /// <summary>Most heads are shorter.</summary>
    private const int UsualLength = 2 << 10;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    );

    private static readonly SearchValues<char> EndsOfLines = SearchValues.Create("\r\n\0");

    /// <summary>Writes it.</summary>
    /// <param name="http">The client's request.</param>
    /// <param name="request">What becomes of it.</param>
    /// <param name="body">How its body is framed.</param>
    public static PooledWriter Write(HttpContext http, ForwardedRequest request, RequestBody body)
    {
        var received = http.Request.Headers;
        var own = request.OwnHeaders(http);
        var head = new PooledWriter(UsualLength);
        head.Write(http.Request.Method);
        head.Write(" "u8);
        head.Write(request.Url);
        head.Write(" HTTP/1.1\r\n"u8);
        foreach (var (name, values) in received)
        {
            if (CanBePassed(name) && request.IsPassed(name) && !IsAmong(own, name))
                Write(head, name, values);
        }
        foreach (var (name, value) in own)
        {
            if (value is not null)
                Write(head, name, value);
        }
        if (request.Host.Length == 0)
            Write(head, "Host", request.Target.ToString());
        if (HttpProtocol.IsHttp2(http.Request.Protocol) && AcceptsTrailers(received.TE))
            Write(head, "TE", "trailers");
        Write(head, http.Request, body);
        head.Write("\r\n"u8);
        return head;
    }

    /// <summary>How the body of a request is framed for its target.</summary>
    public static RequestBody BodyOf(HttpContext http) =>
        http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false ? RequestBody.None
        : http.Request.ContentLength is not null ? RequestBody.Length
        : RequestBody.Chunks;

    private static void Write(PooledWriter head, HttpRequest request, RequestBody body)
    {
        if (body == RequestBody.Chunks)
            Write(head, "Transfer-Encoding", "chunked");
        else if (request.ContentLength is { } length)
            Write(head, "Content-Length", length.ToString(CultureInfo.InvariantCulture));
        else if (
            HttpMethods.IsPost(request.Method)
            || HttpMethods.IsPut(request.Method)
            || HttpMethods.IsPatch(request.Method)
        )
            Write(head, "Content-Length", "0");
    }

    private static void Write(PooledWriter head, string name, StringValues values)
    {
        if (values.Count == 1)
            Write(head, name, values.ToString());
        else if (values.Count > 1)
            Write(
                head,
                name,
                string.Join(name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) ? "; " : ", ", values.ToArray())
            );
    }

    private static void Write(PooledWriter head, string name, string value)
    {
        // A client that speaks HTTP/2 can put into a value what would begin a line of its own here.
        if (value.AsSpan().ContainsAny(EndsOfLines))
            return;
        head.Write(name);
        head.Write(": "u8);
        head.Write(value);
        head.Write("\r\n"u8);
    }

    private static bool CanBePassed(string name) =>
        !HopByHop.Has(name)
        && !name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
        && !name.AsSpan().ContainsAnyExcept(NameCharacters);

    private static bool IsAmong(IReadOnlyList<KeyValuePair<string, string?>> headers, string name)
    {
        foreach (var header in headers)
        {
            if (header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    private static bool AcceptsTrailers(StringValues accepted)
    {
        foreach (var value in accepted)
        foreach (var part in (value ?? "").Split(','))
        {
            if (part.Trim().Equals("trailers", StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }
}

/// <summary>How a request tells the target where its body ends.</summary>
internal enum RequestBody
{
    /// <summary>It has none.</summary>
    None,

    /// <summary>By its length.</summary>
    Length,

    /// <summary>In chunks.</summary>
    Chunks,
}
