using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Estiba.Consoles;

/// <summary>The page that stands in for the console while it does not answer, in English or Spanish.</summary>
internal static class OutagePage
{
    internal static Task SendAsync(HttpContext http, Outage outage)
    {
        var response = http.Response;
        response.Clear();
        response.StatusCode =
            outage.Kind == OutageKind.Missing
                ? StatusCodes.Status501NotImplemented
                : StatusCodes.Status503ServiceUnavailable;
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
        response.Headers.XContentTypeOptions = "nosniff";
        int? seconds = outage.RetryAfter is { } wait ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) : null;
        if (seconds is { } after)
            response.Headers.RetryAfter = after.ToString(CultureInfo.InvariantCulture);
        var body = Encoding.UTF8.GetBytes(Html(outage, seconds, IsSpanish(http.Request)));
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(http.Request.Method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }

    // The console itself weighs what a browser prefers; here the first language decides.
    private static bool IsSpanish(HttpRequest request) =>
        request.Headers.AcceptLanguage.ToString().StartsWith("es", StringComparison.OrdinalIgnoreCase);

    private static string Html(Outage outage, int? seconds, bool spanish)
    {
        var (title, what, then) = spanish ? Spanish(outage, seconds) : English(outage, seconds);
        var refresh = seconds is { } after ? $"""<meta http-equiv="refresh" content="{after}">""" : "";
        return $$"""
            <!DOCTYPE html>
            <html lang="{{(spanish ? "es" : "en")}}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            {{refresh}}
            <title>{{title}} - Estiba</title>
            <style>
            :root { color-scheme: light dark }
            body { font: 1rem/1.5 system-ui, sans-serif; margin: 15vh auto; max-width: 36rem; padding: 0 1rem }
            h1 { font-size: 1.4rem }
            </style>
            </head>
            <body>
            <h1>{{title}}</h1>
            <p>{{WebUtility.HtmlEncode(what)}}</p>
            <p>{{WebUtility.HtmlEncode(then)}}</p>
            </body>
            </html>

            """;
    }

    private static (string Title, string What, string Then) English(Outage outage, int? seconds) =>
        outage.Kind switch
        {
            OutageKind.Missing => (
                "There is no console here",
                "This build of Estiba has come without its console: the program console/estiba-console is not beside "
                    + "estiba.",
                "Packages have it, and ./estiba builds it. Everything else works without."
            ),
            OutageKind.Stopping => (
                "Estiba is stopping",
                "The platform is being stopped, and its console with it.",
                "Containers go on running."
            ),
            OutageKind.Silent => (
                "The console does not answer",
                "Its program runs and has not answered this request.",
                Again(seconds)
            ),
            _ => (
                "The console is not running",
                $"Its program has ended: {outage.Detail}. The platform's log says more; everything else goes on.",
                Again(seconds)
            ),
        };

    private static (string Title, string What, string Then) Spanish(Outage outage, int? seconds) =>
        outage.Kind switch
        {
            OutageKind.Missing => (
                "Aquí no hay consola",
                "Esta compilación de Estiba ha venido sin su consola: el programa console/estiba-console no está junto "
                    + "a estiba.",
                "Los paquetes lo traen, y ./estiba lo compila. Todo lo demás funciona sin él."
            ),
            OutageKind.Stopping => (
                "Estiba se está deteniendo",
                "La plataforma se está deteniendo, y su consola con ella.",
                "Los contenedores siguen en marcha."
            ),
            OutageKind.Silent => (
                "La consola no responde",
                "Su programa está en marcha y no ha respondido a esta petición.",
                AgainInSpanish(seconds)
            ),
            _ => (
                "La consola no está en marcha",
                $"Su programa ha terminado: {outage.Detail}. El registro de la plataforma dice más; "
                    + "todo lo demás sigue.",
                AgainInSpanish(seconds)
            ),
        };

    private static string Again(int? seconds) =>
        $"This page asks again in {seconds} {(seconds == 1 ? "second" : "seconds")}, which starts it if need be.";

    private static string AgainInSpanish(int? seconds) =>
        $"Esta página vuelve a intentarlo en {seconds} {(seconds == 1 ? "segundo" : "segundos")}, lo que lo inicia "
        + "si hace falta.";
}
