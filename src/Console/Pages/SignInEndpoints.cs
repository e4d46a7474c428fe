using Estiba.Console.Sessions;
using Estiba.Console.Texts;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Estiba.Console.Pages;

/// <summary>
/// Signing in and out, and what a person prefers: plain forms, which work before anything is connected.
/// </summary>
internal static class SignInEndpoints
{
    private const string SignInPath = "/sign-in";

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sign-in", (RequestDelegate)ShowAsync);
        routes.MapPost("/sign-in", (RequestDelegate)(http => CheckedAsync(http, EnterAsync)));
        routes.MapPost("/sign-out", (RequestDelegate)(http => CheckedAsync(http, LeaveAsync)));
        routes.MapPost("/preferences", (RequestDelegate)(http => CheckedAsync(http, PreferAsync)));
    }

    private static async Task ShowAsync(HttpContext http)
    {
        if (http.Request.Query["link"].ToString() is not { Length: > 0 } link)
        {
            var fault = http.Request.Query["why"] == "ended" ? SignInFault.Ended : SignInFault.None;
            await PageAsync(http, fault);
            return;
        }

        await AttemptAsync(http, signIn => signIn.ByLinkAsync(link, http.RequestAborted), SignInFault.Link);
    }

    private static async Task EnterAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var (key, secret) = (form["key"].ToString().Trim(), form["secret"].ToString().Trim());
        if (key.Length == 0 || secret.Length == 0)
        {
            await PageAsync(http, SignInFault.Missing);
            return;
        }

        var token = form["token"].ToString().Trim();
        var credentials = new AwsCredentials(key, secret, token.Length == 0 ? null : token);
        await AttemptAsync(http, signIn => signIn.ByKeyAsync(credentials, http.RequestAborted), SignInFault.Key);
    }

    private static async Task AttemptAsync(
        HttpContext http,
        Func<SignIn, Task<Session?>> attempt,
        SignInFault whenRefused
    )
    {
        try
        {
            if (await attempt(http.RequestServices.Get<SignIn>()) is { } session)
            {
                await SessionCookie.WriteAsync(http, session);
                http.Response.Redirect(ReturnAddress.Of(http.Request));
                return;
            }
        }
        catch (Exception failure) when (failure is AwsException or HttpRequestException)
        {
            await PageAsync(http, SignInFault.Unavailable);
            return;
        }

        await PageAsync(http, whenRefused);
    }

    private static async Task LeaveAsync(HttpContext http)
    {
        if (SessionCookie.IdOf(http.User) is { } id)
            http.RequestServices.Get<SessionList>().End(id);
        await http.SignOutAsync(SessionCookie.Scheme);
        http.Response.Redirect(http.Request.PathBase + SignInPath);
    }

    private static async Task PreferAsync(HttpContext http)
    {
        Preferences.Of(await http.Request.ReadFormAsync(http.RequestAborted), http.Request).Write(http);
        var from = http.Request.Headers.Referer.ToString();
        var own = $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}/";
        http.Response.Redirect(from.StartsWith(own, StringComparison.Ordinal) ? from : ReturnAddress.Of(http.Request));
    }

    /// <summary>A form counts only with the token that its page was given, from a page of the console.</summary>
    private static async Task CheckedAsync(HttpContext http, RequestDelegate handle)
    {
        if (await http.RequestServices.Get<IAntiforgery>().IsRequestValidAsync(http))
            await handle(http);
        else
            await PageAsync(http, SignInFault.Form);
    }

    private static Task PageAsync(HttpContext http, SignInFault fault)
    {
        var page = new RazorComponentResult<SignInPage>(new { Fault = fault })
        {
            StatusCode = fault switch
            {
                SignInFault.None or SignInFault.Ended => StatusCodes.Status200OK,
                SignInFault.Unavailable => StatusCodes.Status503ServiceUnavailable,
                SignInFault.Form or SignInFault.Missing => StatusCodes.Status400BadRequest,
                _ => StatusCodes.Status401Unauthorized,
            },
            PreventStreamingRendering = true,
        };
        return page.ExecuteAsync(http);
    }

    private static T Get<T>(this IServiceProvider services)
        where T : notnull =>
        (T)(services.GetService(typeof(T)) ?? throw new InvalidOperationException($"There is no {typeof(T).Name}."));
}
