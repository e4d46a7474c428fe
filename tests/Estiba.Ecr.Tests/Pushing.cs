using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Estiba.Ecr.Images;
using Estiba.Ecr.Registry.Blobs;

namespace Estiba.Ecr.Tests;

/// <summary>What clients of a registry do, request by request.</summary>
internal static class Pushing
{
    public static byte[] RandomBytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static string DigestOf(byte[] content) => Digest.OfSha256(content).ToString();

    /// <summary>Starts an upload; the answer's Location is where it goes on.</summary>
    public static async Task<string> StartUploadAsync(this HttpClient http, string repository)
    {
        using var started = await http.PostAsync($"/v2/{repository}/blobs/uploads/", null);
        started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        return started.Headers.Location!.ToString();
    }

    public static async Task<HttpResponseMessage> PatchAsync(
        this HttpClient http,
        string location,
        byte[] chunk,
        string? range = null
    )
    {
        using var content = new ByteArrayContent(chunk);
        if (range is not null)
            content.Headers.TryAddWithoutValidation("Content-Range", range);
        return await http.PatchAsync(location, content);
    }

    public static Task<HttpResponseMessage> FinishAsync(this HttpClient http, string location, string digest) =>
        http.PutAsync($"{location}?digest={digest}", null);

    /// <summary>Pushes a layer in one POST and a PUT.</summary>
    public static async Task<string> PushBlobAsync(this HttpClient http, string repository, byte[] content)
    {
        var location = await http.StartUploadAsync(repository);
        using var body = new ByteArrayContent(content);
        using var done = await http.PutAsync($"{location}?digest={DigestOf(content)}", body);
        done.StatusCode.ShouldBe(HttpStatusCode.Created, await done.Content.ReadAsStringAsync());
        return DigestOf(content);
    }

    public static async Task<HttpResponseMessage> PutManifestAsync(
        this HttpClient http,
        string repository,
        string reference,
        JsonObject manifest
    )
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(manifest.ToJsonString()));
        content.Headers.ContentType = new MediaTypeHeaderValue(manifest["mediaType"]!.GetValue<string>());
        return await http.PutAsync($"/v2/{repository}/manifests/{reference}", content);
    }

    /// <summary>Pushes an image of one layer; the seed makes it one of its own.</summary>
    /// <returns>Its digest.</returns>
    public static async Task<string> PushImageAsync(
        this HttpClient http,
        string repository,
        string reference,
        int seed = 1
    )
    {
        var (config, layer) = (RandomBytes(50, seed + 1000), RandomBytes(200, seed));
        await http.PushBlobAsync(repository, config);
        await http.PushBlobAsync(repository, layer);
        using var pushed = await http.PutManifestAsync(repository, reference, Manifest(config, layer));
        pushed.StatusCode.ShouldBe(HttpStatusCode.Created, await pushed.Content.ReadAsStringAsync());
        return pushed.Headers.GetValues("Docker-Content-Digest").Single();
    }

    public static JsonObject Manifest(byte[] config, params byte[][] layers) =>
        new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ImageManifest.DockerManifest,
            ["config"] = Descriptor("application/vnd.docker.container.image.v1+json", config),
            ["layers"] = new JsonArray([
                .. layers.Select(layer => Descriptor("application/vnd.docker.image.rootfs.diff.tar.gzip", layer)),
            ]),
        };

    public static JsonObject Index(params (string Digest, long Size)[] images) =>
        new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ImageManifest.OciIndex,
            ["manifests"] = new JsonArray([
                .. images.Select(image => new JsonObject
                {
                    ["mediaType"] = ImageManifest.DockerManifest,
                    ["digest"] = image.Digest,
                    ["size"] = image.Size,
                }),
            ]),
        };

    public static JsonObject Descriptor(string type, byte[] content) =>
        new()
        {
            ["mediaType"] = type,
            ["size"] = content.Length,
            ["digest"] = DigestOf(content),
        };

    /// <summary>The code and the message of the only error in an answer.</summary>
    public static async Task<(string Code, string Message)> ErrorAsync(this HttpResponseMessage response)
    {
        using var body = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync());
        var error = body.RootElement.GetProperty("errors").EnumerateArray().Single();
        return (error.GetProperty("code").GetString()!, error.GetProperty("message").GetString()!);
    }
}
