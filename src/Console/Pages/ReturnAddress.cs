using Microsoft.AspNetCore.Authentication.Cookies;

namespace Estiba.Console.Pages;

/// <summary>The page that somebody wanted to see, and sees after signing in.</summary>
internal static class ReturnAddress
{
    private const string Home = "/clusters";

    private static readonly string Parameter = CookieAuthenticationDefaults.ReturnUrlParameter;

    /// <summary>Where signing in leads to; to the clusters where no page of this console was wanted.</summary>
    internal static string Of(HttpRequest request) => Wanted(request) ?? request.PathBase + Home;

    /// <summary>The address of a form that leads there too.</summary>
    /// <param name="request">The request that the form answers.</param>
    /// <param name="form">The form's own address.</param>
    internal static string Keep(HttpRequest request, string form) =>
        Wanted(request) is { } wanted ? $"{form}?{Parameter}={Uri.EscapeDataString(wanted)}" : form;

    // Nobody is led elsewhere: browsers take two slashes, of either kind, for another host.
    private static string? Wanted(HttpRequest request) =>
        request.Query[Parameter].ToString() is { Length: > 1 } wanted
        && wanted.StartsWith(request.PathBase + "/", StringComparison.Ordinal)
        && wanted[1] is not ('/' or '\\')
        && !wanted.Any(char.IsControl)
            ? wanted
            : null;
}
