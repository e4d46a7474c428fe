using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway.Browsers;

/// <summary>
/// Keeps web pages out: no page that a browser has open may make a request, whatever its address claims to be.
/// </summary>
/// <remarks>
/// The gateway sends no CORS headers ever, so pages cannot read its answers either. Three headers betray a page: its
/// origin, the browser's own statement where a request comes from, and a host name that is not ours (DNS rebinding).
/// </remarks>
internal sealed class BrowserGuard(HostNames hosts)
{
    /// <summary>Why the request is refused; null when it may pass.</summary>
    public string? Refusal(HttpRequest request)
    {
        var headers = request.Headers;
        var host = headers.Host.ToString();
        if (!hosts.Allows(host))
            return $"The host name '{host}' is not one of this platform's. Use localhost or its address, or start "
                + "it with this name allowed.";

        if (headers.TryGetValue("Sec-Fetch-Site", out var site) && site.ToString() is not ("same-origin" or "none"))
            return "Requests from web pages of other sites are refused.";

        if (headers.Origin.ToString() is { Length: > 0 } origin && !IsOwn(origin, request.Scheme, host))
            return $"Requests from web pages are refused, and this one comes from '{origin}'.";

        return null;
    }

    // The platform's own pages, served under the very name that the request is addressed to.
    private static bool IsOwn(string origin, string scheme, string host) =>
        string.Equals(origin, $"{scheme}://{host}", StringComparison.OrdinalIgnoreCase);
}
