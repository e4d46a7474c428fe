using Estiba.Contracts;
using Estiba.Contracts.S3;
using Estiba.S3.Objects;
using Estiba.S3.Storage;
using Estiba.State;

namespace Estiba.S3;

/// <content>What puts objects.</content>
public sealed partial class S3Api
{
    private const long LargestCopy = 5L * 1024 * 1024 * 1024;

    /// <inheritdoc/>
    public async Task<PutObjectOutput> PutObjectAsync(
        PutObjectRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var bucket = Require(request.Bucket!, request.ExpectedBucketOwner, context);
        ObjectKeys.Check(request.Key!);
        CheckLength(request.ContentLength);
        ObjectRequests.CheckAcl(
            bucket,
            request.ACL,
            request.GrantFullControl,
            request.GrantRead,
            request.GrantReadACP,
            request.GrantWriteACP
        );
        ObjectRequests.RefuseCustomerKey(request.SSECustomerAlgorithm);
        ObjectRequests.RefuseLock(
            request.ObjectLockMode,
            request.ObjectLockRetainUntilDate,
            request.ObjectLockLegalHoldStatus,
            request.ObjectLockEventHold
        );
        if (request.WriteOffsetBytes is not null)
            throw S3Faults.NotImplemented("writing at an offset");
        var settings = ObjectRequests.SettingsOf(request, bucket);
        if (settings.Tags.Count > 0)
            await DemandAsync("s3:PutObjectTagging", bucket.Name, request.Key!, context, cancellation);
        Preconditions.CheckWrite(
            VersionChanges.Find(_store.Current, bucket.Name, request.Key!, versionId: null),
            request.IfMatch,
            request.IfNoneMatch
        );
        var given = request.Given();
        var content = await ReceiveAsync(
            request.Body,
            given?.Algorithm ?? AlgorithmOf(request.ChecksumAlgorithm),
            given,
            cancellation
        );
        var put = await KeepAsync(content, it => PutWhole(it, request, content, settings, context));
        return new PutObjectOutput
        {
            ETag = put.QuotedETag,
            VersionId = VersionIn(put),
            ServerSideEncryption = put.Settings.ServerSideEncryption,
            SSEKMSKeyId = put.Settings.KmsKeyId,
            BucketKeyEnabled = put.Settings.BucketKeyEnabled,
        }.With(new ContentChecksum(put.ChecksumAlgorithm, put.Checksum, put.ChecksumType));
    }

    /// <inheritdoc/>
    public async Task<CopyObjectOutput> CopyObjectAsync(
        CopyObjectRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var bucket = Require(request.Bucket!, request.ExpectedBucketOwner, context);
        ObjectKeys.Check(request.Key!);
        ObjectRequests.CheckAcl(
            bucket,
            request.ACL,
            request.GrantFullControl,
            request.GrantRead,
            request.GrantReadACP,
            request.GrantWriteACP
        );
        ObjectRequests.RefuseCustomerKey(request.SSECustomerAlgorithm, request.CopySourceSSECustomerAlgorithm);
        ObjectRequests.RefuseLock(
            request.ObjectLockMode,
            request.ObjectLockRetainUntilDate,
            request.ObjectLockLegalHoldStatus,
            request.ObjectLockEventHold
        );
        var source = await SourceAsync(
            request.CopySource!,
            request.ExpectedSourceBucketOwner,
            new Preconditions.OfRead(
                request.CopySourceIfMatch,
                request.CopySourceIfNoneMatch,
                request.CopySourceIfModifiedSince,
                request.CopySourceIfUnmodifiedSince
            ),
            context,
            cancellation
        );
        if (source.Size > LargestCopy)
            throw S3Errors.InvalidRequest(
                "The specified copy source is larger than the maximum allowable size for a copy source: "
                    + $"{LargestCopy}"
            );
        if (
            source.Bucket == bucket.Name
            && source.Key == request.Key
            && source.NoncurrentSince is null
            && request.MetadataDirective != MetadataDirective.Replace
            && request.StorageClass is null
            && request.ServerSideEncryption is null
            && request.WebsiteRedirectLocation is null
            && request.TaggingDirective != TaggingDirective.Replace
        )
            throw S3Errors.InvalidRequest(
                "This copy request is illegal because it is trying to copy an object to itself without changing the "
                    + "object's metadata, storage class, website redirect location or encryption attributes."
            );
        var settings = ObjectRequests.SettingsOf(request, bucket, source.Settings);
        if (settings.Tags.Count > 0)
            await DemandAsync("s3:PutObjectTagging", bucket.Name, request.Key!, context, cancellation);
        await using var stream = new ContentStream(_files, source.Parts, 0, source.Size);
        var content = await ReceiveAsync(
            stream,
            AlgorithmOf(request.ChecksumAlgorithm ?? source.ChecksumAlgorithm),
            given: null,
            cancellation
        );
        var put = await KeepAsync(content, it =>
        {
            var now = Require(it, bucket.Name, request.ExpectedBucketOwner, context);
            var latest = VersionChanges.Find(it, now.Name, request.Key!, versionId: null);
            Preconditions.CheckWrite(latest, request.IfMatch, request.IfNoneMatch);
            return VersionChanges.Put(it, now, Whole(now.Name, request.Key!, content, settings), NewId());
        });
        return new CopyObjectOutput
        {
            CopyObjectResult = new CopyObjectResult { ETag = put.QuotedETag, LastModified = put.LastModified }.With(
                new ContentChecksum(put.ChecksumAlgorithm, put.Checksum, put.ChecksumType)
            ),
            CopySourceVersionId = VersionIn(source),
            VersionId = VersionIn(put),
            ServerSideEncryption = put.Settings.ServerSideEncryption,
            SSEKMSKeyId = put.Settings.KmsKeyId,
            BucketKeyEnabled = put.Settings.BucketKeyEnabled,
        };
    }

    private ObjectRecord PutWhole(
        Transaction transaction,
        PutObjectRequest request,
        ReceivedContent content,
        ObjectSettings settings,
        CallContext context
    )
    {
        var bucket = Require(transaction, request.Bucket!, request.ExpectedBucketOwner, context);
        var latest = VersionChanges.Find(transaction, bucket.Name, request.Key!, versionId: null);
        Preconditions.CheckWrite(latest, request.IfMatch, request.IfNoneMatch);
        return VersionChanges.Put(transaction, bucket, Whole(bucket.Name, request.Key!, content, settings), NewId());
    }

    private ObjectRecord Whole(string bucket, string key, ReceivedContent content, ObjectSettings settings) =>
        new()
        {
            Bucket = bucket,
            Key = key,
            VersionId = "",
            Sequence = 0,
            LastModified = _time.GetUtcNow(),
            ETag = content.Md5,
            Size = content.File.Size,
            Parts = [content.File],
            ChecksumAlgorithm = content.Algorithm,
            Checksum = content.File.Checksum!,
            ChecksumType = ChecksumType.FullObject,
            Settings = settings,
        };

    // A body in chunks has a little more than it says; it is counted while it comes.
    private void CheckLength(long? length)
    {
        if (length > _options.LargestUpload + _options.LargestUpload / 100)
            throw S3Faults.EntityTooLarge;
    }

    /// <summary>Receives a content, which must be the one that the request tells of.</summary>
    private async Task<ReceivedContent> ReceiveAsync(
        Stream? body,
        string algorithm,
        ContentChecksum? given,
        CancellationToken cancellation
    )
    {
        var content = await _files.ReceiveAsync(body, algorithm, _options.LargestUpload, cancellation);
        if (given is null || given.By(algorithm) == content.File.Checksum)
            return content;
        _files.Discard(content.File.File);
        throw new AwsException("BadDigest", $"The {algorithm} you specified did not match the calculated checksum.");
    }

    /// <summary>Commits what names a content, and gives the content its place; or deletes it.</summary>
    private async Task<T> KeepAsync<T>(ReceivedContent content, Func<Transaction, T> commit)
    {
        T result;
        try
        {
            result = await _store.CommitAsync(commit, CancellationToken.None);
        }
        catch
        {
            _files.Discard(content.File.File);
            throw;
        }

        _files.Keep(content.File.File);
        return result;
    }

    /// <summary>What is copied.</summary>
    private async Task<ObjectRecord> SourceAsync(
        string text,
        string? expectedOwner,
        Preconditions.OfRead demanded,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (name, key, versionId) = ObjectKeys.Source(text);
        var bucket = Require(name, expectedOwner, context);
        await DemandAsync(
            versionId is null ? "s3:GetObject" : "s3:GetObjectVersion",
            bucket.Name,
            key,
            context,
            cancellation
        );
        var found = VersionChanges.Find(_store.Current, bucket.Name, key, versionId);
        if (found is null)
            throw versionId is null ? S3Faults.NoSuchKey : S3Faults.NoSuchVersion;
        if (found.IsDeleteMarker)
            throw versionId is null
                ? S3Faults.NoSuchKey
                : S3Errors.InvalidRequest(
                    "The source of a copy request may not specifically refer to a delete marker by version id."
                );
        Preconditions.CheckSource(found, demanded);
        return found;
    }

    private static string AlgorithmOf(string? given) =>
        given is null or "" ? ChecksumAlgorithm.Crc64nvme
        : given
            is ChecksumAlgorithm.Crc32
                or ChecksumAlgorithm.Crc32c
                or ChecksumAlgorithm.Crc64nvme
                or ChecksumAlgorithm.Sha1
                or ChecksumAlgorithm.Sha256
                or ChecksumAlgorithm.Sha512
                or ChecksumAlgorithm.Md5
                or ChecksumAlgorithm.Xxhash64
                or ChecksumAlgorithm.Xxhash3
                or ChecksumAlgorithm.Xxhash128
            ? given
        : throw S3Errors.InvalidRequest(
            "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
                + "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]"
        );

    /// <summary>The id of a version as answers have it: none where versions were never kept.</summary>
    private string? VersionIn(ObjectRecord version) =>
        version.VersionId != ObjectRecord.NullVersion
        || _store.Current.Find(S3Tables.Buckets, version.Bucket)?.Versioning is not null
            ? version.VersionId
            : null;
}
