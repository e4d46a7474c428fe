using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Estiba.Compute.Networking;

/// <summary>What Docker Engine answered.</summary>
internal readonly record struct DockerAnswer(HttpStatusCode Status, string Body)
{
    public bool Succeeded => (int)Status is >= 200 and < 300;

    public bool NotFound => Status == HttpStatusCode.NotFound;

    /// <summary>The engine's own words about what went wrong.</summary>
    public string Message
    {
        get
        {
            try
            {
                return JsonNode.Parse(Body)?["message"]?.GetValue<string>() ?? Body;
            }
            catch (Exception failure) when (failure is System.Text.Json.JsonException or InvalidOperationException)
            {
                return Body;
            }
        }
    }

    public JsonNode Json => JsonNode.Parse(Body) ?? throw new NetworkException("Docker Engine answered with an empty document");
}

/// <summary>
/// The few requests that the instance network makes of Docker Engine. Paths carry no version, so the engine uses its newest:
/// engines drop old versions, and what is used here has not changed in any.
/// </summary>
internal sealed class DockerSocket : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _path;

    public DockerSocket(string path, TimeSpan timeout)
    {
        _path = path;
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync })
        {
            BaseAddress = new Uri("http://docker"),
            Timeout = timeout,
        };
    }

    /// <summary>Whether an engine answers.</summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            return (await SendAsync(HttpMethod.Get, "/_ping", null, cancellation)).Succeeded;
        }
        catch (NetworkException)
        {
            return false;
        }
    }

    /// <exception cref="NetworkException">Nothing answers at the socket.</exception>
    public async Task<DockerAnswer> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        try
        {
            using var response = await _http.SendAsync(request, cancellation);
            return new DockerAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(cancellation));
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new NetworkException($"Docker Engine does not answer at {_path}: {(failure.InnerException ?? failure).Message}", failure);
        }
    }

    public Task<DockerAnswer> GetAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Get, path, null, cancellation);

    public Task<DockerAnswer> DeleteAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Delete, path, null, cancellation);

    public Task<DockerAnswer> PostAsync(string path, JsonObject? body, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, path, body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"), cancellation);

    public Task<DockerAnswer> SendArchiveAsync(HttpMethod method, string path, byte[] archive, CancellationToken cancellation) =>
        SendAsync(
            method,
            path,
            new ByteArrayContent(archive) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-tar") } },
            cancellation);

    public void Dispose() => _http.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
