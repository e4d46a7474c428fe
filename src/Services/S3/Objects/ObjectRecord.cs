using System.Globalization;
using System.Text.Json.Serialization;
using Estiba.S3.Storage;

namespace Estiba.S3.Objects;

/// <summary>A version of an object, or a delete marker, which has no content.</summary>
internal sealed record ObjectRecord
{
    /// <summary>The id of what is put where versions are not kept.</summary>
    public const string NullVersion = "null";

    public required string Bucket { get; init; }

    public required string Key { get; init; }

    public required string VersionId { get; init; }

    /// <summary>Orders the versions of a key: a later one has a larger number.</summary>
    public required long Sequence { get; init; }

    public required DateTimeOffset LastModified { get; init; }

    public bool IsDeleteMarker { get; init; }

    /// <summary>Since when another version is the latest; null for the latest.</summary>
    public DateTimeOffset? NoncurrentSince { get; init; }

    /// <summary>Without quotation marks.</summary>
    public string ETag { get; init; } = "";

    public long Size { get; init; }

    public IReadOnlyList<ContentFile> Parts { get; init; } = [];

    public string ChecksumAlgorithm { get; init; } = "";

    public string Checksum { get; init; } = "";

    public string ChecksumType { get; init; } = "";

    /// <summary>The multipart upload that it was made of; null for none.</summary>
    public string? UploadId { get; init; }

    public ObjectSettings Settings { get; init; } = new();

    [JsonIgnore]
    public string QuotedETag => $"\"{ETag}\"";

    /// <summary>The key of the latest version.</summary>
    public static string KeyOf(string bucket, string key) => $"{bucket}/{KeyText.Of(key)}";

    /// <summary>What the keys of all other versions begin with, the newest first.</summary>
    public static string VersionsOf(string bucket, string key) => KeyOf(bucket, key) + KeyText.End;

    /// <summary>The key of a version that is not the latest.</summary>
    public static string VersionKeyOf(ObjectRecord version) =>
        VersionsOf(version.Bucket, version.Key)
        + (long.MaxValue - version.Sequence).ToString("D19", CultureInfo.InvariantCulture);
}
