using System.Text.Json.Serialization;
using Estiba.Ecr.GarbageCollection;
using Estiba.Ecr.Images;
using Estiba.Ecr.Layers;
using Estiba.Ecr.Repositories;
using Estiba.Ecr.Settings;
using Estiba.State;

namespace Estiba.Ecr;

/// <summary>
/// The state of this room. Keys begin with account, region and repository; see <see cref="RepositoryId"/>.
/// </summary>
internal static class EcrTables
{
    /// <summary>Registries, one for each account and region that has set something.</summary>
    internal static readonly Table<RegistryRecord> Registries = new(
        "ecr.registries",
        registry => RegistryKey(new Scope(registry.AccountId, registry.Region)),
        EcrStateJson.Default
    );

    internal static readonly Table<RepositoryRecord> Repositories = new(
        "ecr.repositories",
        repository => repository.Id.Key,
        EcrStateJson.Default
    );

    /// <summary>The images that are about another one ("referrers"), by that one's key.</summary>
    internal static readonly Index<ImageRecord> ImagesBySubject = new("subject", image =>
        image.Subject is { } subject ? image.RepositoryId.ContentKey(subject) : null
    );

    /// <summary>The images of all repositories by digest: whether a manifest's bytes are still in use.</summary>
    internal static readonly Index<ImageRecord> ImagesByDigest = new("digest", image => image.Digest);

    internal static readonly Table<ImageRecord> Images = new(
        "ecr.images",
        image => image.RepositoryId.ContentKey(image.Digest),
        EcrStateJson.Default,
        ImagesBySubject,
        ImagesByDigest
    );

    internal static readonly Index<TagRecord> TagsByImage = new("image", tag =>
        tag.RepositoryId.ContentKey(tag.Digest)
    );

    internal static readonly Table<TagRecord> Tags = new(
        "ecr.tags",
        tag => tag.RepositoryId.TagKey(tag.Tag),
        EcrStateJson.Default,
        TagsByImage
    );

    /// <summary>The layers of all repositories by digest: whether a blob is still in use.</summary>
    internal static readonly Index<LayerRecord> LayersByDigest = new("digest", layer => layer.Digest);

    /// <summary>The layers that no image uses, under one key.</summary>
    internal static readonly Index<LayerRecord> UnusedLayers = new("unused", layer =>
        layer.Images == 0 ? UnusedKey : null
    );

    internal static readonly Table<LayerRecord> Layers = new(
        "ecr.layers",
        layer => layer.RepositoryId.ContentKey(layer.Digest),
        EcrStateJson.Default,
        LayersByDigest,
        UnusedLayers
    );

    /// <summary>
    /// Blobs that the last link was taken from, and that are not deleted yet; those of all accounts and regions.
    /// </summary>
    internal static readonly Table<UnlinkedBlobRecord> UnlinkedBlobs = new(
        "ecr.unlinked-blobs",
        blob => blob.Digest,
        EcrStateJson.Default
    );

    internal const string UnusedKey = "unused";

    /// <summary>The key of a registry: its account and region.</summary>
    internal static string RegistryKey(Scope scope) => scope.Prefix[..^1];
}

/// <summary>How the records of this room are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(RegistryRecord))]
[JsonSerializable(typeof(RepositoryRecord))]
[JsonSerializable(typeof(ImageRecord))]
[JsonSerializable(typeof(TagRecord))]
[JsonSerializable(typeof(LayerRecord))]
[JsonSerializable(typeof(UnlinkedBlobRecord))]
internal sealed partial class EcrStateJson : JsonSerializerContext;
