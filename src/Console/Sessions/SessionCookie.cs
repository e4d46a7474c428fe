using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Estiba.Console.Sessions;

/// <summary>The cookie of a session: it holds the session's id, sealed, and no key.</summary>
internal static class SessionCookie
{
    internal const string Scheme = "console";
    private const string IdClaim = "session";

    internal static void Configure(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "estiba-console";
        options.Cookie.Path = ConsoleApplication.Path;
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.LoginPath = "/sign-in";
        options.ExpireTimeSpan = SessionList.Lifetime;
        options.SlidingExpiration = false;
        options.Events.OnValidatePrincipal = context =>
        {
            var sessions = context.HttpContext.RequestServices.GetRequiredService<SessionList>();
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
