using System.Text;
using System.Text.Json;
using Estiba.Contracts.Protocols;
using Estiba.Gateway.Health;
using Estiba.Hosting.Health;
using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway.Doors;

/// <summary>
/// The few answers of the gateway itself, for whoever looks with a browser, and for whoever watches that it runs.
/// </summary>
internal sealed class PlainAnswers(string version, HealthMonitor health)
{
    /// <summary>Whether the platform is ready for requests, and what is wrong where it is not.</summary>
    public const string HealthPath = "/_estiba/health";

    /// <summary>The same under the name that those know who ask for liveness too.</summary>
    public const string ReadyPath = "/_estiba/health/ready";

    /// <summary>
    /// Whether the process answers at all. Nothing is tried for it: a process is not to be killed because its disk is
    /// full.
    /// </summary>
    public const string LivePath = "/_estiba/health/live";

    public Task LiveAsync(HttpContext http) =>
        AnswerAsync(http, 200, "application/json", $$"""{"status":"ok","version":"{{version}}"}""" + "\n");

    public async Task HealthAsync(HttpContext http)
    {
        var report = await health.ReportAsync();
        http.Response.Headers.CacheControl = "no-store";
        await AnswerAsync(http, report.Status == HealthStatus.Failed ? 503 : 200, "application/json", Json(report));
    }

    private string Json(HealthReport report)
    {
        using var output = new PooledBuffer();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("status", Word(report.Status));
            json.WriteString("version", version);
            json.WriteStartArray("checks");
            foreach (var (name, result) in report.Findings)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteString("status", Word(result.Status));
                if (result.Reason is { } reason)
                    json.WriteString("reason", reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.Written.Span) + "\n";
    }

    private static string Word(HealthStatus status) =>
        status switch
        {
            HealthStatus.Ok => "ok",
            HealthStatus.Degraded => "degraded",
            _ => "failed",
        };

    public Task WelcomeAsync(HttpContext http) =>
        AnswerAsync(
            http,
            200,
            "text/plain; charset=utf-8",
            $"""
            Estiba {version}: a container platform that speaks the AWS APIs.

            This is the address for AWS clients. In a shell:

              eval "$(estiba env)"
              aws ecs list-clusters

            """
        );

    public static Task RefusedAsync(HttpContext http, string reason) =>
        AnswerAsync(http, 403, "text/plain; charset=utf-8", reason + "\n");

    public static Task TooManySocketsAsync(HttpContext http) =>
        AnswerAsync(http, 503, "text/plain; charset=utf-8", "Too many web sockets are open.\n");

    public static Task NotFoundAsync(HttpContext http) =>
        AnswerAsync(http, 404, "text/plain; charset=utf-8", "There is nothing at this address.\n");

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
