using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Estiba.Console.Hosting;

/// <summary>The files that pages load, all from the assembly itself.</summary>
internal sealed class Assets
{
    private readonly FrozenDictionary<string, Asset> _byPath = new Dictionary<string, Asset>
    {
        ["/_framework/blazor.web.js"] = Load("blazor.web.js", "text/javascript"),
        ["/console.js"] = Load("console.js", "text/javascript"),
        ["/console.css"] = Load("console.css", "text/css"),
        ["/favicon.svg"] = Load("favicon.svg", "image/svg+xml"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Answers a request for a file, and leaves all others to what comes next.</summary>
    internal Task AnswerAsync(HttpContext http, Func<Task> next)
    {
        if (
            !HttpMethods.IsGet(http.Request.Method)
            || !_byPath.TryGetValue(http.Request.Path.Value ?? "", out var asset)
        )
            return next();

        // The browser asks each time whether it has changed, which another version of the platform may have done.
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers.ETag = asset.Tag;
        if (http.Request.Headers.IfNoneMatch.ToString() == asset.Tag)
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        http.Response.ContentType = $"{asset.Type}; charset=utf-8";
        http.Response.ContentLength = asset.Content.Length;
        return http.Response.Body.WriteAsync(asset.Content, http.RequestAborted).AsTask();
    }

    private static Asset Load(string name, string type)
    {
        using var stream = typeof(Assets).Assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new Asset(content, type, $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 16))}\"");
    }

    private sealed record Asset(byte[] Content, string Type, string Tag);
}
