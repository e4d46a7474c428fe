using System.Text.Json.Serialization;
using Estiba.Ecr.Repositories;

namespace Estiba.Ecr.Layers;

/// <summary>
/// That a repository holds a layer, or a configuration: who may pull from the repository may read the blob.
/// </summary>
internal sealed record LayerRecord
{
    public required string AccountId { get; init; }

    public required string Region { get; init; }

    public required string Repository { get; init; }

    public required string Digest { get; init; }

    /// <summary>In bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The media type that the first image with this layer gives it.</summary>
    public string? MediaType { get; init; }

    /// <summary>How many images of the repository use it.</summary>
    public int Images { get; init; }

    /// <summary>Since when no image uses it, or when a push was last told that it need not be uploaded again.</summary>
    public DateTimeOffset? UnusedSince { get; init; }

    [JsonIgnore]
    public RepositoryId RepositoryId => new(AccountId, Region, Repository);
}
