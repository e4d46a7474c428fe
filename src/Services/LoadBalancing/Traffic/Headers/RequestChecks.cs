using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Estiba.LoadBalancing.Traffic.Headers;

/// <summary>What a load balancer refuses or leaves out of a request.</summary>
public static class RequestChecks
{
    /// <summary>The longest request line, and the longest header ("Quotas for your Application Load
    /// Balancers").</summary>
    public const int LongestLine = 16 * 1024;

    /// <summary>How long all headers may be together.</summary>
    public const int LongestHeaders = 64 * 1024;

    /// <summary>Where Kestrel keeps the length of a request that is chunked all the same.</summary>
    private const string LengthBesideChunks = "X-Content-Length";

    private const string NameCharacters = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly SearchValues<char> InNames = SearchValues.Create(NameCharacters);

    private static readonly SearchValues<byte> BytesInNames = SearchValues.Create(
        Encoding.ASCII.GetBytes(NameCharacters)
    );

    /// <summary>The status by which a request is refused; null where it is not.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="target">What it asks for, as sent.</param>
    /// <param name="headers">Its headers.</param>
    /// <param name="mode">How strict the load balancer is.</param>
    public static int? Refusal(string method, string target, IHeaderDictionary headers, DesyncMitigationMode mode)
    {
        ArgumentNullException.ThrowIfNull(headers);
        if (HttpMethods.IsTrace(method))
            return StatusCodes.Status405MethodNotAllowed;
        if (method.Length + target.Length + " HTTP/1.1 ".Length > LongestLine)
            return StatusCodes.Status414UriTooLong;
        var all = 0;
        foreach (var (name, values) in headers)
        foreach (var value in values)
        {
            var length = name.Length + (value?.Length ?? 0) + ": ".Length;
            if (length > LongestLine || (all += length) > LongestHeaders)
                return StatusCodes.Status400BadRequest;
        }
        if (ForwardedHeaders.Count(headers["X-Forwarded-For"]) > ForwardedHeaders.MostAddresses)
            return 463;
        return mode == DesyncMitigationMode.Strictest && IsAmbiguous(method, headers)
            ? StatusCodes.Status400BadRequest
            : null;
    }

    /// <summary>
    /// Whether servers may disagree where the request ends: it has two lengths, or a body where none is meant
    /// ("Desync mitigation mode"). What else is ambiguous, or worse, never gets this far.
    /// </summary>
    public static bool IsAmbiguous(string method, IHeaderDictionary headers) =>
        AmbiguityOf(method, headers) is not null;

    /// <summary>Why it is ambiguous, in the words of access logs ("Classification reasons"); null where it is
    /// not.</summary>
    public static string? AmbiguityOf(string method, IHeaderDictionary headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        if (headers.ContainsKey(LengthBesideChunks))
            return "BothTeClPresent";
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method))
            return null;
        return headers.ContentLength > 0 ? "UndefinedContentLengthSemantics"
            : headers.ContainsKey(HeaderNames.TransferEncoding) ? "UndefinedTransferEncodingSemantics"
            : null;
    }

    /// <summary>Whether <c>routing.http.drop_invalid_header_fields.enabled</c> lets a header pass.</summary>
    public static bool IsValidName(string name) => !name.AsSpan().ContainsAnyExcept(InNames);

    /// <inheritdoc cref="IsValidName(string)"/>
    public static bool IsValidName(ReadOnlySpan<byte> name) => !name.ContainsAnyExcept(BytesInNames);
}

/// <summary><c>routing.http.desync_mitigation_mode</c>.</summary>
public enum DesyncMitigationMode
{
    /// <summary>What is ambiguous passes, and its connection ends with it.</summary>
    Defensive,

    /// <summary>Everything passes.</summary>
    Monitor,

    /// <summary>What is ambiguous is refused.</summary>
    Strictest,
}
