using Estiba.Contracts.S3;

namespace Estiba.S3.Buckets;

/// <summary>A bucket. Its name is its own in all accounts and regions of the platform.</summary>
internal sealed record BucketRecord
{
    public required string Name { get; init; }

    public required string AccountId { get; init; }

    public required string Region { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary><c>Enabled</c> or <c>Suspended</c>; null for neither.</summary>
    public string? Versioning { get; init; }

    public IReadOnlyList<Tag> Tags { get; init; } = [];

    public string? Policy { get; init; }

    public ServerSideEncryptionConfiguration? Encryption { get; init; }

    public PublicAccessBlockConfiguration? PublicAccessBlock { get; init; }

    public OwnershipControls? Ownership { get; init; }

    public IReadOnlyList<CORSRule> Cors { get; init; } = [];

    public IReadOnlyList<LifecycleRule> Lifecycle { get; init; } = [];

    public string? TransitionMinimum { get; init; }

    /// <summary>Whether only policies say who may what, and access control lists nothing.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IgnoresAcls =>
        Ownership?.Rules is [{ ObjectOwnership: { } ownership }] && ownership == ObjectOwnership.BucketOwnerEnforced;
}
