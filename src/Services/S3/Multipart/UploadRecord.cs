using Estiba.S3.Objects;
using Estiba.S3.Storage;

namespace Estiba.S3.Multipart;

/// <summary>A multipart upload that is under way.</summary>
internal sealed record UploadRecord
{
    public required string Bucket { get; init; }

    public required string Key { get; init; }

    public required string UploadId { get; init; }

    public required DateTimeOffset Initiated { get; init; }

    public required string InitiatorArn { get; init; }

    public required string ChecksumAlgorithm { get; init; }

    public required string ChecksumType { get; init; }

    public ObjectSettings Settings { get; init; } = new();

    public static string KeyOf(string bucket, string key, string uploadId) =>
        ObjectRecord.VersionsOf(bucket, key) + uploadId;
}

/// <summary>A part of a multipart upload.</summary>
internal sealed record PartRecord
{
    public required string UploadId { get; init; }

    public required ContentFile Content { get; init; }

    /// <summary>For whoever checks the file.</summary>
    public required string ChecksumAlgorithm { get; init; }

    /// <summary>Without quotation marks.</summary>
    public required string ETag { get; init; }

    public required DateTimeOffset LastModified { get; init; }

    public static string KeyOf(string uploadId, int number) => $"{uploadId}/{number:D5}";
}
