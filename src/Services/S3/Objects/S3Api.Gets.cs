using Estiba.Contracts;
using Estiba.Contracts.S3;
using Estiba.S3.Objects;
using Estiba.S3.Storage;
using ContractChecksum = Estiba.Contracts.S3.Checksum;

namespace Estiba.S3;

/// <content>What reads objects.</content>
public sealed partial class S3Api
{
    private const int MostParts = 1000;

    /// <inheritdoc/>
    public async Task<GetObjectOutput> GetObjectAsync(
        GetObjectRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        ObjectRequests.RefuseCustomerKey(request.SSECustomerAlgorithm);
        var found = await FindAsync(
            (request.Bucket!, request.Key!, request.VersionId),
            request.ExpectedBucketOwner,
            "s3:GetObjectVersion",
            context,
            cancellation
        );
        Preconditions.Check(
            found,
            new Preconditions.OfRead(
                request.IfMatch,
                request.IfNoneMatch,
                request.IfModifiedSince,
                request.IfUnmodifiedSince
            )
        );
        var (range, partsCount) = RangeOf(found, request.Range, request.PartNumber);
        var (offset, length) = range is { } part ? (part.Offset, part.Length) : (0, found.Size);
        var settings = found.Settings;
        return new GetObjectOutput
        {
            Body = new ContentStream(_files, found.Parts, offset, length).Begin(),
            AcceptRanges = "bytes",
            LastModified = found.LastModified,
            ContentLength = length,
            ETag = found.QuotedETag,
            VersionId = VersionIn(found),
            CacheControl = Shown(request.ResponseCacheControl, settings.CacheControl),
            ContentDisposition = Shown(request.ResponseContentDisposition, settings.ContentDisposition),
            ContentEncoding = Shown(request.ResponseContentEncoding, settings.ContentEncoding),
            ContentLanguage = Shown(request.ResponseContentLanguage, settings.ContentLanguage),
            ContentRange = range?.Text(found.Size),
            ContentType = Shown(request.ResponseContentType, settings.ContentType) ?? "binary/octet-stream",
            Expires = request.ResponseExpires?.ToString("R") ?? Shown(asked: null, settings.Expires),
            WebsiteRedirectLocation = Shown(asked: null, settings.WebsiteRedirectLocation),
            ServerSideEncryption = settings.ServerSideEncryption,
            SSEKMSKeyId = settings.KmsKeyId,
            BucketKeyEnabled = settings.BucketKeyEnabled,
            Metadata = Shown(settings.Metadata),
            StorageClass = settings.StorageClass,
            PartsCount = partsCount,
            TagCount = settings.Tags.Count > 0 ? settings.Tags.Count : null,
        }.With(ChecksumIn(found, request.ChecksumMode, range));
    }

    /// <inheritdoc/>
    public async Task<HeadObjectOutput> HeadObjectAsync(
        HeadObjectRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        ObjectRequests.RefuseCustomerKey(request.SSECustomerAlgorithm);
        var found = await FindAsync(
            (request.Bucket!, request.Key!, request.VersionId),
            request.ExpectedBucketOwner,
            "s3:GetObjectVersion",
            context,
            cancellation
        );
        Preconditions.Check(
            found,
            new Preconditions.OfRead(
                request.IfMatch,
                request.IfNoneMatch,
                request.IfModifiedSince,
                request.IfUnmodifiedSince
            )
        );
        var (range, partsCount) = RangeOf(found, request.Range, request.PartNumber);
        var settings = found.Settings;
        return new HeadObjectOutput
        {
            AcceptRanges = "bytes",
            LastModified = found.LastModified,
            ContentLength = range?.Length ?? found.Size,
            ETag = found.QuotedETag,
            VersionId = VersionIn(found),
            CacheControl = Shown(request.ResponseCacheControl, settings.CacheControl),
            ContentDisposition = Shown(request.ResponseContentDisposition, settings.ContentDisposition),
            ContentEncoding = Shown(request.ResponseContentEncoding, settings.ContentEncoding),
            ContentLanguage = Shown(request.ResponseContentLanguage, settings.ContentLanguage),
            ContentRange = range?.Text(found.Size),
            ContentType = Shown(request.ResponseContentType, settings.ContentType) ?? "binary/octet-stream",
            Expires = request.ResponseExpires?.ToString("R") ?? Shown(asked: null, settings.Expires),
            WebsiteRedirectLocation = Shown(asked: null, settings.WebsiteRedirectLocation),
            ServerSideEncryption = settings.ServerSideEncryption,
            SSEKMSKeyId = settings.KmsKeyId,
            BucketKeyEnabled = settings.BucketKeyEnabled,
            Metadata = Shown(settings.Metadata),
            StorageClass = settings.StorageClass,
            PartsCount = partsCount,
            TagCount = settings.Tags.Count > 0 ? settings.Tags.Count : null,
        }.With(ChecksumIn(found, request.ChecksumMode, range));
    }

    /// <inheritdoc/>
    public async Task<GetObjectAttributesOutput> GetObjectAttributesAsync(
        GetObjectAttributesRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        ObjectRequests.RefuseCustomerKey(request.SSECustomerAlgorithm);
        var found = await FindAsync(
            (request.Bucket!, request.Key!, request.VersionId),
            request.ExpectedBucketOwner,
            "s3:GetObjectVersionAttributes",
            context,
            cancellation
        );
        var wanted = request.ObjectAttributes!;
        var after = request.PartNumberMarker ?? 0;
        var most = Math.Clamp(request.MaxParts ?? MostParts, 0, MostParts);
        var rest = found.Parts.Where(part => part.PartNumber > after).ToList();
        return new GetObjectAttributesOutput
        {
            LastModified = found.LastModified,
            VersionId = VersionIn(found),
            ETag = wanted.Contains(ObjectAttributes.ETag) ? found.ETag : null,
            Checksum = wanted.Contains(ObjectAttributes.Checksum)
                ? new ContractChecksum().With(
                    new ContentChecksum(found.ChecksumAlgorithm, found.Checksum, found.ChecksumType)
                )
                : null,
            ObjectParts =
                wanted.Contains(ObjectAttributes.ObjectParts) && found.UploadId is not null
                    ? new GetObjectAttributesParts
                    {
                        TotalPartsCount = found.Parts.Count,
                        PartNumberMarker = after,
                        NextPartNumberMarker = rest.Take(most).LastOrDefault()?.PartNumber ?? 0,
                        MaxParts = most,
                        IsTruncated = rest.Count > most,
                        Parts =
                        [
                            .. rest.Take(most)
                                .Select(part =>
                                    new ObjectPart { PartNumber = part.PartNumber, Size = part.Size }.With(
                                        new ContentChecksum(found.ChecksumAlgorithm, part.Checksum!)
                                    )
                                ),
                        ],
                    }
                    : null,
            StorageClass = wanted.Contains(ObjectAttributes.StorageClass)
                ? found.Settings.StorageClass ?? StorageClass.Standard
                : null,
            ObjectSize = wanted.Contains(ObjectAttributes.ObjectSize) ? found.Size : null,
        };
    }

    /// <summary>The object that a reader means.</summary>
    /// <exception cref="AwsException">There is none.</exception>
    private async ValueTask<ObjectRecord> FindAsync(
        (string Bucket, string Key, string? VersionId) wanted,
        string? expectedOwner,
        string actionOfVersions,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (name, key, versionId) = wanted;
        var bucket = Require(name, expectedOwner, context);
        if (versionId is not null)
            await DemandAsync(actionOfVersions, bucket.Name, key, context, cancellation);
        return Existing(VersionChanges.Find(_store.Current, bucket.Name, key, versionId), versionId);
    }

    private static ObjectRecord Existing(ObjectRecord? found, string? versionId)
    {
        if (found is null)
            throw versionId is null ? S3Faults.NoSuchKey : S3Faults.NoSuchVersion;
        if (!found.IsDeleteMarker)
            return found;
        List<KeyValuePair<string, string>> headers =
        [
            new("x-amz-delete-marker", "true"),
            new("x-amz-version-id", found.VersionId),
        ];
        throw versionId is null
            ? new AwsException("NoSuchKey", "The specified key does not exist.", 404) { Headers = headers }
            : new AwsException("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)
            {
                Headers = [.. headers, new("Allow", "DELETE")],
            };
    }

    private static (ByteRange? Range, int? PartsCount) RangeOf(ObjectRecord found, string? header, int? number)
    {
        if (number is not { } wanted)
            return (ByteRange.Of(header, found.Size), null);
        if (header is not null)
            throw S3Errors.InvalidRequest("Cannot specify both Range header and partNumber query parameter");
        if (found.UploadId is null)
            return wanted == 1 ? (found.Size == 0 ? null : new ByteRange(0, found.Size), null) : throw NoSuchPart();
        long offset = 0;
        foreach (var part in found.Parts)
        {
            if (part.PartNumber == wanted)
                return (new ByteRange(offset, part.Size), found.Parts.Count);
            offset += part.Size;
        }

        throw NoSuchPart();

        static AwsException NoSuchPart() =>
            new("InvalidPartNumber", "The requested partnumber is not satisfiable", 416);
    }

    private static ContentChecksum? ChecksumIn(ObjectRecord found, string? mode, ByteRange? range) =>
        mode == ChecksumMode.Enabled && (range is null || range.Value.Length == found.Size)
            ? new ContentChecksum(found.ChecksumAlgorithm, found.Checksum, found.ChecksumType)
            : null;

    // What is asked for becomes a header of the answer, and must not become two.
    private static string? Shown(string? asked, string? kept)
    {
        if (asked is null)
            return kept is null ? null : ObjectRequests.HeaderText(kept);
        return asked.Any(char.IsControl)
            ? throw S3Faults.InvalidArgument("Header value cannot be represented using ISO-8859-1.")
            : ObjectRequests.HeaderText(asked);
    }

    private static Dictionary<string, string>? Shown(IReadOnlyDictionary<string, string>? metadata) =>
        metadata?.ToDictionary(one => one.Key, one => ObjectRequests.HeaderText(one.Value), StringComparer.Ordinal);
}
