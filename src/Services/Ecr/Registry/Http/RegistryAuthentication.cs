using System.Text;
using Estiba.Ecr.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Estiba.Ecr.Registry.Http;

/// <summary>
/// Finds out who sends a request: the user <c>AWS</c> with a token from GetAuthorizationToken, or a signed download
/// URL.
/// </summary>
internal sealed class RegistryAuthentication(RegistryTokens tokens, EcrOptions options, TimeProvider time)
{
    /// <summary>The query parameter that carries the token of a download URL.</summary>
    public const string DownloadToken = "estiba-download-token";

    private const string User = "AWS";

    /// <exception cref="RegistryException">There is no token, or it is not good here, or no longer.</exception>
    public RegistryLogin Authenticate(HttpContext context, RegistryRoute route)
    {
        if (context.Request.Query[DownloadToken] is [{ } download, ..])
            return ForDownload(download, context.Request.Method, route);

        var password = ReadPassword(context.Request.Headers.Authorization)
            ?? throw RegistryException.Unauthorized("no basic auth credentials");
        var login = tokens.Read(password);
        if (login is null or { LayerDigest: not null })
            throw RegistryException.Unauthorized(
                "The authorization token is not one of this registry. Get one with 'aws ecr get-login-password'."
            );
        if (login.ExpiresAt <= time.GetUtcNow())
            throw RegistryException.Denied("Your authorization token has expired. Reauthenticate and try again.");
        return IsThere(login)
            ? login
            : throw RegistryException.Unauthorized("The security token included in the request is invalid.");
    }

    /// <summary>
    /// Whether whoever asked for a token is still there, with the key that it was asked for with. A token that does not
    /// tell is of an older version.
    /// </summary>
    private bool IsThere(RegistryLogin login) =>
        options.Credentials is null || options.Credentials.Find(login.AccessKeyId) is not null;

    /// <summary>Tells a client how to log in.</summary>
    public void Challenge(HttpResponse response) =>
        response.Headers[HeaderNames.WWWAuthenticate] =
            $"Basic realm=\"{options.Endpoint.GetLeftPart(UriPartial.Authority)}/\",service=\"ecr.amazonaws.com\"";

    private RegistryLogin ForDownload(string token, string method, RegistryRoute route)
    {
        var login = tokens.Read(token);
        var isForThis =
            route.Resource == RegistryResource.Blob
            && IsRead(method)
            && login?.LayerDigest == route.Reference
            && login.Repository == route.Repository;
        if (login is null || !isForThis)
            throw RegistryException.Denied("The download URL is not valid.");
        if (login.ExpiresAt <= time.GetUtcNow())
            throw RegistryException.Denied("The download URL has expired.");
        return IsThere(login) ? login : throw RegistryException.Denied("The download URL is not valid.");
    }

    private static bool IsRead(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);

    private static string? ReadPassword(string? header)
    {
        const string Scheme = "Basic ";
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return null;

        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[Scheme.Length..].Trim(), bytes, out var count))
            return null;
        var pair = Encoding.UTF8.GetString(bytes, 0, count);
        return pair.StartsWith(User + ":", StringComparison.Ordinal) ? pair[(User.Length + 1)..] : null;
    }
}
