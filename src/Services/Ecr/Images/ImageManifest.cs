using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Estiba.Contracts;
using Estiba.Ecr.Registry.Blobs;

namespace Estiba.Ecr.Images;

/// <summary>A content that a manifest refers to.</summary>
internal sealed record Descriptor(string MediaType, Digest Digest, long Size)
{
    /// <summary>True if the content may be somewhere else than in the repository, and usually is.</summary>
    public bool IsForeign { get; init; }
}

/// <summary>
/// What a registry must know of a manifest: its type, what it refers to, and how it describes itself.
/// </summary>
/// <remarks>
/// Docker's image manifest version 2 schema 2 and manifest list, the OCI image manifest, index and artifact manifest.
/// The bytes are kept exactly as they were pushed; this is only a reading of them.
/// </remarks>
internal sealed record ImageManifest
{
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string OciArtifact = "application/vnd.oci.artifact.manifest.v1+json";

    /// <summary>The largest manifest that is accepted, in bytes.</summary>
    public const int MaximumSize = 4 * 1024 * 1024;

    public required string MediaType { get; init; }

    /// <summary>The type of artifact: what the manifest says, else its configuration's media type.</summary>
    public string? ArtifactType { get; init; }

    public Descriptor? Config { get; init; }

    /// <summary>Layers of an image, or blobs of an artifact.</summary>
    public IReadOnlyList<Descriptor> Layers { get; init; } = [];

    /// <summary>The manifests of an index.</summary>
    public IReadOnlyList<Descriptor> Manifests { get; init; } = [];

    /// <summary>The manifest that this one is about; it need not exist.</summary>
    public Digest? Subject { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    public bool IsIndex => MediaType is DockerList or OciIndex;

    public static bool IsSupported(string mediaType) =>
        mediaType is DockerManifest or DockerList or OciManifest or OciIndex or OciArtifact;

    /// <summary>Reads a manifest.</summary>
    /// <param name="content">The bytes, at most <see cref="MaximumSize"/>.</param>
    /// <param name="declaredType">The media type that came beside it, if any; it must agree with the one
    /// inside.</param>
    /// <param name="manifest">The manifest.</param>
    /// <param name="fault">What is wrong with it, as a sentence.</param>
    public static bool TryParse(
        ReadOnlyMemory<byte> content,
        string? declaredType,
        [NotNullWhen(true)] out ImageManifest? manifest,
        [NotNullWhen(false)] out string? fault
    )
    {
        manifest = null;
        try
        {
            using var document = EmbeddedJson.Parse(content);
            manifest = Read(document.RootElement, declaredType);
            fault = null;
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The latter is for half of a surrogate pair, which no string can have.
            fault = "Invalid JSON syntax";
        }
        catch (FormatException exception)
        {
            fault = exception.Message;
        }
        return false;
    }

    private static ImageManifest Read(JsonElement root, string? declaredType)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new FormatException("A manifest is a JSON object.");
        var ownType = Text(root, "mediaType");
        var type = ownType
            ?? declaredType
            ?? GuessType(root)
            ?? throw new FormatException("The manifest does not say its mediaType.");
        if (declaredType is not null && ownType is not null && declaredType != ownType)
            throw new FormatException(
                $"The manifest says that its mediaType is '{ownType}', and was sent as '{declaredType}'."
            );
        if (!IsSupported(type))
            throw new FormatException($"Manifests of type '{type}' are not supported.");
        if (
            type != OciArtifact
            && (
                !root.TryGetProperty("schemaVersion", out var version)
                || version.ValueKind != JsonValueKind.Number
                || version.GetDouble() != 2
            )
        )
            throw new FormatException("The manifest's schemaVersion must be 2.");

        var isIndex = type is DockerList or OciIndex;
        var config = type is DockerManifest or OciManifest
            ? One(root, "config") ?? throw new FormatException("The manifest has no config.")
            : null;
        var layers = isIndex ? [] : Many(root, type == OciArtifact ? "blobs" : "layers", required: type != OciArtifact);
        if (layers.Aggregate((decimal)(config?.Size ?? 0), (sum, layer) => sum + layer.Size) > long.MaxValue)
            throw new FormatException("The sizes in the manifest are more than can be.");
        return new ImageManifest
        {
            MediaType = type,
            ArtifactType = Text(root, "artifactType") ?? config?.MediaType,
            Config = config,
            Layers = layers,
            Manifests = isIndex ? Many(root, "manifests", required: true) : [],
            Subject = One(root, "subject")?.Digest,
            Annotations = ReadAnnotations(root),
        };
    }

    // An OCI manifest need not say its type ("image-spec: manifest, mediaType").
    private static string? GuessType(JsonElement root) =>
        root.TryGetProperty("manifests", out _) ? OciIndex
        : root.TryGetProperty("config", out _) ? OciManifest
        : null;

    private static string? Text(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind != JsonValueKind.String)
            throw new FormatException($"'{name}' must be a string.");
        return value.GetString() is { Length: > 0 } text ? text : null;
    }

    private static Descriptor? One(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? ReadDescriptor(value, name)
            : null;

    private static Descriptor[] Many(JsonElement element, string name, bool required)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return required ? throw new FormatException($"The manifest has no {name}.") : [];
        if (value.ValueKind != JsonValueKind.Array)
            throw new FormatException($"'{name}' must be a list.");
        return [.. value.EnumerateArray().Select(item => ReadDescriptor(item, name))];
    }

    private static Descriptor ReadDescriptor(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new FormatException($"'{name}' must hold descriptors.");
        if (!Digest.TryParse(Text(element, "digest"), out var digest))
            throw new FormatException($"A descriptor in '{name}' has no valid digest.");
        if (
            !element.TryGetProperty("size", out var size)
            || size.ValueKind != JsonValueKind.Number
            || !size.TryGetInt64(out var bytes)
            || bytes < 0
        )
            throw new FormatException($"A descriptor in '{name}' has no valid size.");
        var type = Text(element, "mediaType") ?? "";
        return new Descriptor(type, digest, bytes)
        {
            IsForeign =
                type.Contains("nondistributable", StringComparison.Ordinal)
                || type.Contains("foreign", StringComparison.Ordinal),
        };
    }

    private static Dictionary<string, string>? ReadAnnotations(JsonElement root)
    {
        if (!root.TryGetProperty("annotations", out var value) || value.ValueKind != JsonValueKind.Object)
            return null;
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var annotation in value.EnumerateObject())
            annotations[annotation.Name] =
                annotation.Value.ValueKind == JsonValueKind.String
                    ? annotation.Value.GetString()!
                    : throw new FormatException("Annotations must be strings.");
        return annotations;
    }
}
