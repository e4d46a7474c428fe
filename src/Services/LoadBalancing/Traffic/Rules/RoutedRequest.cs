using System.Net;
using Microsoft.AspNetCore.Http;

namespace Estiba.LoadBalancing.Traffic.Rules;

/// <summary>What rules look at in a request.</summary>
/// <param name="Method">The method, as sent.</param>
/// <param name="Host">The host that the client asked for, without a port.</param>
/// <param name="Path">The path as sent, with its leading slash.</param>
/// <param name="Query">The query as sent, without the question mark; empty where there is none.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Source">The address at the other end of the connection.</param>
public sealed record RoutedRequest(
    string Method,
    string Host,
    string Path,
    string Query,
    IHeaderDictionary Headers,
    IPAddress Source
)
{
    /// <summary>Splits what stands in a request line behind the method.</summary>
    /// <param name="target">The request target: <c>/path?query</c>, or a whole URL as proxies are sent it.</param>
    /// <returns>Path and query; null where the target is neither of both.</returns>
    public static (string Path, string Query)? Split(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (!target.StartsWith('/'))
        {
            var scheme = target.IndexOf("://", StringComparison.Ordinal);
            if (scheme < 0)
                return null;
            var slash = target.AsSpan(scheme + 3).IndexOfAny('/', '?');
            target = slash < 0 ? "/" : target[(scheme + 3 + slash)..];
            if (target[0] == '?')
                target = "/" + target;
        }
        var mark = target.IndexOf('?');
        return mark < 0 ? (target, "") : (target[..mark], target[(mark + 1)..]);
    }

    /// <summary>The host of a Host header, without its port.</summary>
    public static string HostOf(string header)
    {
        ArgumentNullException.ThrowIfNull(header);
        var colon = header.LastIndexOf(':');
        return colon < 0 || header.IndexOf(']', colon) >= 0 ? header : header[..colon];
    }
}
