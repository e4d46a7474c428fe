using Estiba.Contracts.S3;

namespace Estiba.S3.Objects;

/// <summary>What whoever puts an object says of it, beside its content.</summary>
internal sealed record ObjectSettings
{
    public string? ContentType { get; init; }

    public string? CacheControl { get; init; }

    public string? ContentDisposition { get; init; }

    public string? ContentEncoding { get; init; }

    public string? ContentLanguage { get; init; }

    public string? Expires { get; init; }

    public string? WebsiteRedirectLocation { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public IReadOnlyList<Tag> Tags { get; init; } = [];

    /// <summary>Null for the standard one.</summary>
    public string? StorageClass { get; init; }

    public string ServerSideEncryption { get; init; } = Contracts.S3.ServerSideEncryption.Aes256;

    public string? KmsKeyId { get; init; }

    public bool? BucketKeyEnabled { get; init; }
}
