using System.Text.Json.Serialization;
using Estiba.Ecr.Repositories;

namespace Estiba.Ecr.Images;

/// <summary>An image of a repository: what its manifest says. The manifest's bytes are a blob.</summary>
internal sealed record ImageRecord
{
    public required string AccountId { get; init; }

    public required string Region { get; init; }

    public required string Repository { get; init; }

    public required string Digest { get; init; }

    public required string MediaType { get; init; }

    public string? ArtifactType { get; init; }

    /// <summary>The size of the manifest, in bytes.</summary>
    public required long ManifestSize { get; init; }

    /// <summary>
    /// The size of configuration and layers together, in bytes; of an index, that of its largest image.
    /// </summary>
    public required long ImageSize { get; init; }

    public required DateTimeOffset PushedAt { get; init; }

    public DateTimeOffset? LastPulledAt { get; init; }

    /// <summary>Whether it is in the archive, from where it cannot be pulled.</summary>
    public bool IsArchived { get; init; }

    /// <summary>When it last went into the archive.</summary>
    public DateTimeOffset? LastArchivedAt { get; init; }

    /// <summary>When it last came back from the archive.</summary>
    public DateTimeOffset? LastActivatedAt { get; init; }

    /// <summary>The digests of the configuration and the layers that the repository holds, each once.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>Of an index: the digests of its images, each once.</summary>
    public IReadOnlyList<string> Manifests { get; init; } = [];

    /// <summary>How many indexes of the repository hold this image.</summary>
    public int Indexes { get; init; }

    /// <summary>The digest of the image that this one is about.</summary>
    public string? Subject { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    [JsonIgnore]
    public RepositoryId RepositoryId => new(AccountId, Region, Repository);
}

/// <summary>A tag of a repository, and the image that it names now.</summary>
internal sealed record TagRecord
{
    public required string AccountId { get; init; }

    public required string Region { get; init; }

    public required string Repository { get; init; }

    public required string Tag { get; init; }

    public required string Digest { get; init; }

    [JsonIgnore]
    public RepositoryId RepositoryId => new(AccountId, Region, Repository);
}
