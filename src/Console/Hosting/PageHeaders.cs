using Microsoft.AspNetCore.Http.Features;

namespace Estiba.Console.Hosting;

/// <summary>What browsers are told of all answers: nothing from elsewhere, in nobody's frame, kept nowhere.</summary>
internal static class PageHeaders
{
    internal const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    private const int MostBytes = 64 * 1024;

    internal static Task SetAsync(HttpContext http, Func<Task> next)
    {
        // Forms are small, and may come from strangers.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = MostBytes;
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        http.Response.OnStarting(() =>
        {
            // Files say themselves how long they are good.
            if (headers.CacheControl.Count == 0)
                headers.CacheControl = "no-store";
            return Task.CompletedTask;
        });
        return next();
    }
}
