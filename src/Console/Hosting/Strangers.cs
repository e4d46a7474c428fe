using System.Net;
using System.Net.Sockets;

namespace Estiba.Console.Hosting;

/// <summary>
/// Refuses requests that pages of others had a browser send. Behind the platform's socket it looks at what the platform
/// tells of them.
/// </summary>
internal static class Strangers
{
    internal static Task RefuseAsync(HttpContext http, Func<Task> next)
    {
        var isForwarded = http.Connection.LocalIpAddress is null;
        if (isForwarded && http.Request.Headers["X-Forwarded-Proto"] == "https")
            http.Request.Scheme = "https";

        // A name that somebody else's name server leads to this machine gives his pages away.
        var isKnown = (isForwarded || IsOwn(http.Request.Host.Host)) && IsSame(http.Request);
        if (isKnown)
            return next();
        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        return http.Response.WriteAsync("This request comes from a page of somebody else.", http.RequestAborted);
    }

    /// <summary>Whether the page that sends a request, where the browser tells it, is one of this console.</summary>
    internal static bool IsSame(HttpRequest request) =>
        request.Headers.Origin.ToString() is not { Length: > 0 } origin
        || (Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority == WithoutUsualPort(request));

    /// <summary>Whether a host's name can only mean this machine.</summary>
    internal static bool IsOwn(string host) =>
        host == "localhost"
        || host.EndsWith(".localhost", StringComparison.Ordinal)
        || (
            IPAddress.TryParse(host.Trim('[', ']'), out var address)
            && address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6
        );

    private static string WithoutUsualPort(HttpRequest request) =>
        Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var own) ? own.Authority : "";
}
