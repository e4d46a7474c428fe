using System.Text;
using Estiba.LoadBalancing.Traffic.Rules;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Estiba.LoadBalancing.Traffic;

/// <summary>What a load balancer says itself, in the form in which AWS's do.</summary>
internal static class Answers
{
    /// <summary>What its answers say they come from.</summary>
    internal const string Server = "awselb/2.0";

    /// <summary>A client has closed its connection; nobody reads the answer.</summary>
    public const int ClientClosed = 460;

    /// <summary>The client's version of HTTP is not the target group's.</summary>
    public const int IncompatibleProtocol = 464;

    /// <summary>A page that only has the status and its name.</summary>
    public static Task StatusAsync(HttpContext http, int status)
    {
        var name = NameOf(status);
        return name.Length == 0
            ? SendAsync(http, status, name, contentType: null, body: "")
            : SendAsync(http, status, name, "text/html", Page(status, name));
    }

    public static Task RedirectAsync(HttpContext http, int status, string location)
    {
        http.Response.Headers.Location = location;
        return StatusAsync(http, status);
    }

    public static Task FixedAsync(HttpContext http, FixedResponseAction action) =>
        SendAsync(
            http,
            action.StatusCode,
            NameOf(action.StatusCode),
            action.MessageBody is null ? null : $"{action.ContentType ?? "text/plain"}; charset=utf-8",
            action.MessageBody ?? ""
        );

    private static async Task SendAsync(HttpContext http, int status, string name, string? contentType, string body)
    {
        var response = http.Response;
        response.StatusCode = status;
        if (name.Length > 0 && http.Features.Get<IHttpResponseFeature>() is { } feature)
            feature.ReasonPhrase = name;
        response.Headers.Server = Server;
        response.ContentType = contentType;
        if (status is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified)
            return;
        var bytes = Encoding.UTF8.GetBytes(body);
        response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    private static string Page(int status, string name) =>
        $"<html>\r\n<head><title>{status} {name}</title></head>\r\n<body>\r\n"
        + $"<center><h1>{status} {name}</h1></center>\r\n</body>\r\n</html>\r\n";

    private static string NameOf(int status) =>
        status switch
        {
            301 => "Moved Permanently",
            302 => "Found",
            400 => "Bad Request",
            405 => "Not Allowed",
            408 => "Request Time-out",
            414 => "Request-URI Too Large",
            500 => "Internal Server Error",
            502 => "Bad Gateway",
            503 => "Service Temporarily Unavailable",
            504 => "Gateway Time-out",
            _ => "",
        };
}
