using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Estiba.Messaging.Tests.Delivery;

/// <summary>A web server that notes what is posted to it.</summary>
internal sealed class Subscriber : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<Post> _posts = new();
    private readonly ConcurrentQueue<int> _answers = new();

    private Subscriber()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(AnswerAsync);
    }

    /// <summary>What a subscriber got.</summary>
    public sealed record Post(string Path, IReadOnlyDictionary<string, string> Headers, string Body)
    {
        public JsonElement Json => JsonDocument.Parse(Body).RootElement;

        public string Text(string name) => Json.GetProperty(name).GetString()!;
    }

    public string Url => _server.Urls.Single();

    public IReadOnlyList<Post> Posts => [.. _posts];

    /// <summary>Never answers, until the request is given up.</summary>
    public bool Hangs { get; set; }

    public static async Task<Subscriber> StartAsync()
    {
        var subscriber = new Subscriber();
        await subscriber._server.StartAsync();
        return subscriber;
    }

    /// <summary>The next requests are answered so; all that follow well.</summary>
    public void AnswerWith(params int[] statuses)
    {
        foreach (var status in statuses)
            _answers.Enqueue(status);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        _posts.Enqueue(
            new Post(
                http.Request.Path,
                http.Request.Headers.ToDictionary(
                    header => header.Key,
                    header => header.Value.ToString(),
                    StringComparer.OrdinalIgnoreCase
                ),
                body
            )
        );
        if (Hangs)
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        if (_answers.TryDequeue(out var status))
            http.Response.StatusCode = status;
        if (status == StatusCodes.Status302Found)
            http.Response.Headers.Location = "/elsewhere";
    }
}
