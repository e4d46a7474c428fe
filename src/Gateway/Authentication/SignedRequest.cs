using Estiba.Contracts.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Estiba.Gateway.Authentication;

/// <summary>A received request as its signature covers it: the target as it was on the wire, undecoded.</summary>
internal readonly struct SignedRequest : ISignableRequest
{
    private readonly HttpRequest _request;
    private readonly string _target;
    private readonly int _query;

    public SignedRequest(HttpContext http)
    {
        _request = http.Request;
        _target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        _query = _target.IndexOf('?', StringComparison.Ordinal);
    }

    public string Method => _request.Method;

    public ReadOnlySpan<char> Path
    {
        get
        {
            var path = _query < 0 ? _target : _target.AsSpan(0, _query);
            return path.StartsWith("/", StringComparison.Ordinal) ? path : AbsoluteFormPath(path);
        }
    }

    public ReadOnlySpan<char> Query => _query < 0 ? [] : _target.AsSpan(_query + 1);

    public string? Header(string name) => _request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>
    /// A header of Amazon's that is there and not among those that are signed, in lower case; null when all are.
    /// </summary>
    public string? UnsignedHeader(ReadOnlySpan<string> signed)
    {
        foreach (var name in _request.Headers.Keys)
        {
            if (name.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase) && !Contains(signed, name))
                return name.ToLowerInvariant();
        }

        return null;
    }

    private static bool Contains(ReadOnlySpan<string> signed, string name)
    {
        foreach (var candidate in signed)
        {
            if (candidate.Equals(name, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    // A client behind a proxy may send the whole address as the target (RFC 9112, 3.2.2).
    private static ReadOnlySpan<char> AbsoluteFormPath(ReadOnlySpan<char> target)
    {
        var authority = target.IndexOf("://", StringComparison.Ordinal);
        if (authority < 0)
            return target;
        var rest = target[(authority + 3)..];
        var path = rest.IndexOf('/');
        return path < 0 ? [] : rest[path..];
    }
}
