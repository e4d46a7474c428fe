using Estiba.Contracts.Protocols;
using Estiba.Gateway.Authentication;
using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway.Operations;

/// <summary>A received request as protocols see it.</summary>
internal sealed class HttpWireRequest(HttpContext http) : WireRequest
{
    private const string ContentEncoding = "Content-Encoding";
    private const string Chunked = "aws-chunked";

    private readonly SignedRequest _signed = new(http);
    private string? _path;
    private string? _query;

    public override string Method => http.Request.Method;

    public override string Path => _path ??= _signed.Path is { Length: > 1 } path ? path.ToString() : "/";

    public override string Query => _query ??= _signed.Query.ToString();

    public override IEnumerable<KeyValuePair<string, string>> Headers =>
        http.Request.Headers.Select(header => KeyValuePair.Create(header.Key, header.Value.ToString()));

    // How the body came is nothing of what it is: "aws-chunked" is left out of what a service keeps.
    public override string? Header(string name) =>
        name.Equals(ContentEncoding, StringComparison.OrdinalIgnoreCase) ? Encoding() : _signed.Header(name);

    private string? Encoding()
    {
        if (
            _signed.Header(ContentEncoding) is not { } all
            || !all.Contains(Chunked, StringComparison.OrdinalIgnoreCase)
        )
            return _signed.Header(ContentEncoding);
        var rest = all.Split(',', StringSplitOptions.TrimEntries)
            .Where(one => !one.Equals(Chunked, StringComparison.OrdinalIgnoreCase));
        return string.Join(',', rest) is { Length: > 0 } left ? left : null;
    }
}
