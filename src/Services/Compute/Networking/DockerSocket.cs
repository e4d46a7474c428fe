using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Estiba.Engines;
using Estiba.Engines.Docker;

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

    public JsonNode Json =>
        JsonNode.Parse(Body) ?? throw new NetworkException("Docker Engine answered with an empty document");
}

/// <summary>
/// The few requests that the instance network makes of Docker Engine. Paths carry no version, so the engine uses its
/// newest: engines drop old versions, and what is used here has not changed in any.
/// </summary>
internal sealed class DockerSocket(string path, TimeSpan timeout) : IDisposable
{
    private readonly DockerConnection _docker = new(path);

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
    public async Task<DockerAnswer> SendAsync(
        HttpMethod method,
        string request,
        HttpContent? content,
        CancellationToken cancellation
    )
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(timeout);
        try
        {
            using var response = await _docker.SendUnversionedAsync(method, request, content, patience.Token);
            return new DockerAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(patience.Token));
        }
        catch (Exception failure)
            when (failure is EngineException
                || (DockerConnection.IsBroken(failure) && !cancellation.IsCancellationRequested)
            )
        {
            throw new NetworkException(
                $"Docker Engine does not answer at {path}: {failure.GetBaseException().Message}",
                failure
            );
        }
    }

    public Task<DockerAnswer> GetAsync(string request, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, request, null, cancellation);

    public Task<DockerAnswer> DeleteAsync(string request, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Delete, request, null, cancellation);

    public Task<DockerAnswer> PostAsync(string request, JsonObject? body, CancellationToken cancellation) =>
        SendAsync(
            HttpMethod.Post,
            request,
            body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
            cancellation
        );

    public Task<DockerAnswer> SendArchiveAsync(
        HttpMethod method,
        string request,
        byte[] archive,
        CancellationToken cancellation
    ) =>
        SendAsync(
            method,
            request,
            new ByteArrayContent(archive) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-tar") } },
            cancellation
        );

    public void Dispose() => _docker.Dispose();
}
