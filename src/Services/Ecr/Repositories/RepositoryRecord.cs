using System.Text.Json.Serialization;
using Estiba.Contracts.Ecr;

namespace Estiba.Ecr.Repositories;

/// <summary>A repository: its settings and policies. What is in it are records of their own.</summary>
internal sealed record RepositoryRecord
{
    public required string AccountId { get; init; }

    public required string Region { get; init; }

    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string ImageTagMutability { get; init; }

    public IReadOnlyList<ImageTagMutabilityExclusionFilter>? ImageTagMutabilityExclusionFilters { get; init; }

    public required bool ScanOnPush { get; init; }

    public required EncryptionConfiguration Encryption { get; init; }

    public IReadOnlyList<Tag> Tags { get; init; } = [];

    public string? PolicyText { get; init; }

    public string? LifecyclePolicyText { get; init; }

    /// <summary>When the lifecycle policy was last applied.</summary>
    public DateTimeOffset? LifecycleEvaluatedAt { get; init; }

    /// <summary>The lifecycle policy that was last previewed.</summary>
    public string? LifecyclePreviewText { get; init; }

    [JsonIgnore]
    public RepositoryId Id => new(AccountId, Region, Name);
}
