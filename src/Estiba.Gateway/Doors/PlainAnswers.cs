using System.Text;
using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway.Doors;

/// <summary>The few answers of the gateway itself, for whoever looks with a browser, and for whoever watches that it runs.</summary>
internal sealed class PlainAnswers(string version)
{
    public const string HealthPath = "/_estiba/health";

    public Task HealthAsync(HttpContext http) => AnswerAsync(http, 200, "application/json", $$"""{"status":"ok","version":"{{version}}"}""" + "\n");

    public Task WelcomeAsync(HttpContext http) => AnswerAsync(http, 200, "text/plain; charset=utf-8",
        $"""
        Estiba {version}: a container platform that speaks the AWS APIs.

        This is the address for AWS clients. In a shell:

          eval "$(estiba env)"
          aws ecs list-clusters

        """);

    public static Task RefusedAsync(HttpContext http, string reason) => AnswerAsync(http, 403, "text/plain; charset=utf-8", reason + "\n");

    public static Task NotFoundAsync(HttpContext http) => AnswerAsync(http, 404, "text/plain; charset=utf-8", "There is nothing at this address.\n");

    private static async Task AnswerAsync(HttpContext http, int status, string type, string text)
    {
        var body = Encoding.UTF8.GetBytes(text);
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        http.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted);
    }
}
