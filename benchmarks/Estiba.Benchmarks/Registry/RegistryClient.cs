using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Estiba.Benchmarks.Registry;

/// <summary>
/// Pushes and pulls as Docker Engine does: HEAD, POST, PATCH with an unknown length, PUT; five layers at a time up,
/// three down.
/// </summary>
internal sealed class RegistryClient : IDisposable
{
    private const string Manifest = "application/vnd.docker.distribution.manifest.v2+json";
    private const int Uploads = 5;
    private const int Downloads = 3;

    private readonly HttpClient _http;

    public RegistryClient(RegistryServer server)
    {
        _http = new HttpClient { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(5) };
        if (server.Password is { } password)
            _http.DefaultRequestHeaders.Authorization = new(
                "Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes($"AWS:{password}"))
            );
    }

    public static string DigestOf(byte[] content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";

    public Task PushAsync(IReadOnlyList<(string Digest, byte[] Content)> layers, string tag) =>
        PushAsync(layers, ManifestOf(layers), tag);

    public async Task PullAsync(string tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v2/{RegistryServer.Repository}/manifests/{tag}");
        request.Headers.Accept.ParseAdd(Manifest);
        using var answer = await SendAsync(request);
        var digests = (await answer.Content.ReadAsStringAsync())
            .Split('"')
            .Where(text => text.StartsWith("sha256:", StringComparison.Ordinal));
        await Parallel.ForEachAsync(
            digests,
            new ParallelOptions { MaxDegreeOfParallelism = Downloads },
            async (digest, _) => await PullLayerAsync(digest)
        );
    }

    public void Dispose() => _http.Dispose();

    private async Task PushAsync(IReadOnlyList<(string Digest, byte[] Content)> layers, string manifest, string tag)
    {
        await Parallel.ForEachAsync(
            layers,
            new ParallelOptions { MaxDegreeOfParallelism = Uploads },
            async (layer, _) => await PushLayerAsync(layer.Digest, layer.Content)
        );
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/v2/{RegistryServer.Repository}/manifests/{tag}")
        {
            Content = new StringContent(manifest),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(Manifest);
        using var answer = await SendAsync(request);
    }

    private async Task PushLayerAsync(string digest, byte[] content)
    {
        using var asked = await _http.SendAsync(
            new HttpRequestMessage(HttpMethod.Head, $"/v2/{RegistryServer.Repository}/blobs/{digest}")
        );
        using var started = await SendAsync(
            new HttpRequestMessage(HttpMethod.Post, $"/v2/{RegistryServer.Repository}/blobs/uploads/")
        );
        using var chunk = new HttpRequestMessage(HttpMethod.Patch, started.Headers.Location)
        {
            Content = new ByteArrayContent(content),
        };
        chunk.Headers.TransferEncodingChunked = true;
        using var received = await SendAsync(chunk);
        var location = received.Headers.Location!.ToString();
        var end = $"{location}{(location.Contains('?', StringComparison.Ordinal) ? '&' : '?')}digest={digest}";
        using var done = await SendAsync(new HttpRequestMessage(HttpMethod.Put, end));
    }

    private async Task PullLayerAsync(string digest)
    {
        using var answer = await SendAsync(
            new HttpRequestMessage(HttpMethod.Get, $"/v2/{RegistryServer.Repository}/blobs/{digest}")
        );
        await answer.Content.CopyToAsync(Stream.Null);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return answer.EnsureSuccessStatusCode();
    }

    private static string ManifestOf(IReadOnlyList<(string Digest, byte[] Content)> layers)
    {
        var descriptors = layers
            .Select(layer =>
                $$"""{"mediaType":"application/octet-stream","size":{{layer.Content.Length}},"digest":"{{layer.Digest}}"}"""
            )
            .ToList();
        return $$"""{"schemaVersion":2,"mediaType":"{{Manifest}}","config":{{descriptors[0]}},"layers":[{{string.Join(',', descriptors.Skip(1))}}]}""";
    }
}
