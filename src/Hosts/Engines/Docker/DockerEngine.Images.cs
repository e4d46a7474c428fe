using System.Net;
using System.Text;
using System.Text.Json;

namespace Estiba.Engines.Docker;

public sealed partial class DockerEngine
{
    /// <inheritdoc/>
    public async Task PullImageAsync(
        string image,
        RegistryCredentials? credentials,
        IProgress<PullProgress>? progress,
        CancellationToken cancellation
    )
    {
        // A reference without tag or digest would pull every tag of the repository.
        var reference = ImageReference.Parse(image).WithDefaultTag();
        var path = $"images/create?fromImage={Uri.EscapeDataString(reference.ToString())}";

        using var response = await _docker.SendAsync(HttpMethod.Post, path, content: null, cancellation, message =>
        {
            if (credentials is not null)
                message.Headers.TryAddWithoutValidation("X-Registry-Auth", RegistryAuth(credentials));
        });
        await using var stream = await _docker.OpenAsync(response, cancellation);
        await foreach (var message in ReadJsonAsync(stream, DockerJson.Default.DockerPullMessage, cancellation))
        {
            if ((message.ErrorDetail?.Message ?? message.Error) is { } error)
                throw new EngineException(error);

            progress?.Report(
                new PullProgress(
                    message.Id ?? "",
                    message.Status ?? "",
                    message.ProgressDetail?.Current ?? 0,
                    message.ProgressDetail?.Total ?? 0
                )
            );
        }
    }

    /// <inheritdoc/>
    public async Task<ImageInspection?> FindImageAsync(string image, CancellationToken cancellation)
    {
        var found = await _docker.FindAsync(
            $"images/{Escape(image)}/json",
            DockerJson.Default.DockerImage,
            cancellation
        );
        return found is null
            ? null
            : new ImageInspection
            {
                Id = found.Id,
                Tags = found.RepoTags ?? [],
                Digests = found.RepoDigests ?? [],
                Size = found.Size,
                ExposedPorts = found.Config?.ExposedPorts is { } ports ? [.. ports.Keys] : [],
            };
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ImageSummary>> ListImagesAsync(CancellationToken cancellation)
    {
        var images = await _docker.GetAsync("images/json", DockerJson.Default.ListDockerImageSummary, cancellation);
        return
        [
            .. images.Select(image => new ImageSummary(
                image.Id,
                [.. (image.RepoTags ?? []).Where(tag => tag != "<none>:<none>")],
                [.. (image.RepoDigests ?? []).Where(digest => digest != "<none>@<none>")],
                DateTimeOffset.FromUnixTimeSeconds(image.Created),
                image.Size
            )),
        ];
    }

    /// <inheritdoc/>
    public async Task TagImageAsync(string image, string target, CancellationToken cancellation)
    {
        var name = ImageReference.Parse(target).WithDefaultTag();
        var path =
            $"images/{Escape(image)}/tag?repo={Uri.EscapeDataString(name.Repository)}&tag="
            + $"{Uri.EscapeDataString(name.Tag ?? "")}";
        await _docker.DoAsync(HttpMethod.Post, path, content: null, cancellation);
    }

    /// <inheritdoc/>
    public Task RemoveImageAsync(string image, CancellationToken cancellation) =>
        _docker.DoAsync(
            HttpMethod.Delete,
            $"images/{Escape(image)}",
            content: null,
            cancellation,
            HttpStatusCode.NotFound
        );

    private static string RegistryAuth(RegistryCredentials credentials)
    {
        var auth = new DockerRegistryAuth(credentials.Username, credentials.Password, credentials.ServerAddress);
        // Docker reads base64 with the alphabet for addresses, padding included.
        return Convert
            .ToBase64String(JsonSerializer.SerializeToUtf8Bytes(auth, DockerJson.Default.DockerRegistryAuth))
            .Replace('+', '-')
            .Replace('/', '_');
    }

    /// <summary>Escapes a name for a path, but not the slashes that belong to repository names.</summary>
    private static string Escape(string name)
    {
        var escaped = new StringBuilder(name.Length);
        foreach (var part in name.Split('/'))
            escaped.Append(escaped.Length > 0 ? "/" : "").Append(Uri.EscapeDataString(part));
        return escaped.ToString();
    }
}
