using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;

namespace Estiba.Console.Sessions;

/// <summary>The cookie that names a session: sealed, for this console alone, and without a key in it.</summary>
internal sealed class SessionCookie(ConsoleSettings settings, SessionList sessions)
    : IConfigureNamedOptions<CookieAuthenticationOptions>
{
    internal const string Scheme = "session";
    private const string IdClaim = "session";

    /// <inheritdoc />
    public void Configure(CookieAuthenticationOptions options) => Configure(Scheme, options);

    /// <inheritdoc />
    public void Configure(string? name, CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "estiba-console";
        options.Cookie.Path = settings.BasePath;
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.LoginPath = "/sign-in";
        options.ExpireTimeSpan = SessionList.Lifetime;
        options.SlidingExpiration = false;
        options.Events.OnValidatePrincipal = context =>
        {
            if (sessions.Find(IdOf(context.Principal)) is null)
                context.RejectPrincipal();
            return Task.CompletedTask;
        };
    }

    /// <summary>Which session the cookie of a request or of a connection names.</summary>
    internal static string? IdOf(ClaimsPrincipal? principal) => principal?.FindFirst(IdClaim)?.Value;

    internal static Task WriteAsync(HttpContext http, Session session) =>
        http.SignInAsync(
            Scheme,
            new ClaimsPrincipal(
                new ClaimsIdentity(
                    [new Claim(IdClaim, session.Id), new Claim(ClaimTypes.Name, session.PrincipalArn)],
                    Scheme
                )
            )
        );
}
