using Estiba.Contracts;
using Estiba.Contracts.S3;
using Estiba.S3.Listing;
using Estiba.S3.Multipart;
using Estiba.S3.Objects;
using Estiba.S3.Storage;
using Estiba.State;

namespace Estiba.S3;

/// <content>Multipart uploads.</content>
public sealed partial class S3Api
{
    private const int LargestPartNumber = 10_000;

    /// <inheritdoc/>
    public async Task<CreateMultipartUploadOutput> CreateMultipartUploadAsync(
        CreateMultipartUploadRequest request,
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
        ObjectRequests.RefuseCustomerKey(request.SSECustomerAlgorithm);
        ObjectRequests.RefuseLock(
            request.ObjectLockMode,
            request.ObjectLockRetainUntilDate,
            request.ObjectLockLegalHoldStatus,
            request.ObjectLockEventHold
        );
        var settings = ObjectRequests.SettingsOf(request, bucket);
        if (settings.Tags.Count > 0)
            await DemandAsync("s3:PutObjectTagging", bucket.Name, request.Key!, context, cancellation);
        var algorithm = AlgorithmOf(request.ChecksumAlgorithm);
        var type = request.ChecksumType
            ?? (algorithm == ChecksumAlgorithm.Crc64nvme ? ChecksumType.FullObject : ChecksumType.Composite);
        if (
            (type == ChecksumType.FullObject && !Crc.Combines(algorithm))
            || (type == ChecksumType.Composite && algorithm == ChecksumAlgorithm.Crc64nvme)
        )
            throw S3Errors.InvalidRequest(
                $"The {type} checksum type cannot be used with the {algorithm.ToLowerInvariant()} checksum algorithm."
            );
        var upload = new UploadRecord
        {
            Bucket = bucket.Name,
            Key = request.Key!,
            UploadId = NewId(),
            Initiated = _time.GetUtcNow(),
            InitiatorArn = context.PrincipalArn,
            ChecksumAlgorithm = algorithm,
            ChecksumType = type,
            Settings = settings,
        };
        await _store.CommitAsync(
            it =>
            {
                Require(it, bucket.Name, request.ExpectedBucketOwner, context);
                it.Put(S3Tables.Uploads, upload);
            },
            cancellation
        );
        return new CreateMultipartUploadOutput
        {
            Bucket = bucket.Name,
            Key = request.Key,
            UploadId = upload.UploadId,
            ServerSideEncryption = settings.ServerSideEncryption,
            SSEKMSKeyId = settings.KmsKeyId,
            BucketKeyEnabled = settings.BucketKeyEnabled,
            ChecksumAlgorithm = request.ChecksumAlgorithm is null ? null : algorithm,
            ChecksumType = request.ChecksumAlgorithm is null ? null : type,
        };
    }

    /// <inheritdoc/>
    public async Task<UploadPartOutput> UploadPartAsync(
        UploadPartRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        Require(request.Bucket!, request.ExpectedBucketOwner, context);
        ObjectRequests.RefuseCustomerKey(request.SSECustomerAlgorithm);
        var upload = Require(_store.Current, request.Bucket!, request.Key!, request.UploadId!);
        CheckPartNumber(request.PartNumber!.Value);
        CheckLength(request.ContentLength);
        var given = request.Given();
        var actual = given?.Algorithm ?? request.ChecksumAlgorithm;
        if (
            actual is not null
            && actual != upload.ChecksumAlgorithm
            && upload.ChecksumAlgorithm != ChecksumAlgorithm.Crc64nvme
        )
            throw S3Errors.InvalidRequest(
                "Checksum Type mismatch occurred, expected checksum Type: "
                    + $"{upload.ChecksumAlgorithm.ToLowerInvariant()}, "
                    + $"actual checksum Type: {actual.ToLowerInvariant()}"
            );
        var content = await ReceiveAsync(
            request.Body,
            upload.ChecksumAlgorithm,
            actual == upload.ChecksumAlgorithm ? given : null,
            cancellation
        );
        var part = await KeepPartAsync(upload, request.PartNumber.Value, content);
        return new UploadPartOutput
        {
            ETag = $"\"{part.ETag}\"",
            ServerSideEncryption = upload.Settings.ServerSideEncryption,
            SSEKMSKeyId = upload.Settings.KmsKeyId,
            BucketKeyEnabled = upload.Settings.BucketKeyEnabled,
        }.With(new ContentChecksum(upload.ChecksumAlgorithm, part.Content.Checksum!));
    }

    /// <inheritdoc/>
    public async Task<UploadPartCopyOutput> UploadPartCopyAsync(
        UploadPartCopyRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        Require(request.Bucket!, request.ExpectedBucketOwner, context);
        ObjectRequests.RefuseCustomerKey(request.SSECustomerAlgorithm, request.CopySourceSSECustomerAlgorithm);
        var upload = Require(_store.Current, request.Bucket!, request.Key!, request.UploadId!);
        CheckPartNumber(request.PartNumber!.Value);
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
        var range = request.CopySourceRange is { } text
            ? ByteRange.Of(text, source.Size)
                ?? throw S3Faults.InvalidArgument(
                    "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are "
                        + "the zero-based offsets of the first and last bytes to copy"
                )
            : new ByteRange(0, source.Size);
        await using var stream = new ContentStream(_files, source.Parts, range.Offset, range.Length);
        var content = await ReceiveAsync(stream, upload.ChecksumAlgorithm, given: null, cancellation);
        var part = await KeepPartAsync(upload, request.PartNumber.Value, content);
        return new UploadPartCopyOutput
        {
            CopySourceVersionId = VersionIn(source),
            CopyPartResult = new CopyPartResult { ETag = $"\"{part.ETag}\"", LastModified = part.LastModified }.With(
                new ContentChecksum(upload.ChecksumAlgorithm, part.Content.Checksum!)
            ),
            ServerSideEncryption = upload.Settings.ServerSideEncryption,
            SSEKMSKeyId = upload.Settings.KmsKeyId,
            BucketKeyEnabled = upload.Settings.BucketKeyEnabled,
        };
    }

    /// <inheritdoc/>
    public async Task<CompleteMultipartUploadOutput> CompleteMultipartUploadAsync(
        CompleteMultipartUploadRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        ObjectRequests.RefuseCustomerKey(request.SSECustomerAlgorithm);
        var put = await _store.CommitAsync(it => Complete(it, request, context), cancellation);
        return new CompleteMultipartUploadOutput
        {
            Location = LocationOf(put, context),
            Bucket = put.Bucket,
            Key = put.Key,
            ETag = put.QuotedETag,
            VersionId = VersionIn(put),
            ServerSideEncryption = put.Settings.ServerSideEncryption,
            SSEKMSKeyId = put.Settings.KmsKeyId,
            BucketKeyEnabled = put.Settings.BucketKeyEnabled,
        }.With(new ContentChecksum(put.ChecksumAlgorithm, put.Checksum, put.ChecksumType));
    }

    /// <inheritdoc/>
    public async Task<AbortMultipartUploadOutput> AbortMultipartUploadAsync(
        AbortMultipartUploadRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await _store.CommitAsync(
            it =>
            {
                Require(it, request.Bucket!, request.ExpectedBucketOwner, context);
                var upload = Require(it, request.Bucket!, request.Key!, request.UploadId!);
                if (
                    request.IfMatchInitiatedTime is { } initiated
                    && initiated.ToUnixTimeSeconds() != upload.Initiated.ToUnixTimeSeconds()
                )
                    throw S3Faults.PreconditionFailed;
                EndUpload(it, upload, []);
            },
            cancellation
        );
        return new AbortMultipartUploadOutput();
    }

    /// <inheritdoc/>
    public Task<ListPartsOutput> ListPartsAsync(
        ListPartsRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        ObjectRequests.RefuseCustomerKey(request.SSECustomerAlgorithm);
        var bucket = Require(request.Bucket!, request.ExpectedBucketOwner, context);
        var upload = Require(_store.Current, request.Bucket!, request.Key!, request.UploadId!);
        var most = PageSize(request.MaxParts, "max-parts");
        var after = request.PartNumberMarker ?? 0;
        var rest = _store
            .Current.Range(S3Tables.Parts, upload.UploadId + "/", PartRecord.KeyOf(upload.UploadId, after))
            .Take(most + 1)
            .ToList();
        return Task.FromResult(
            new ListPartsOutput
            {
                Bucket = bucket.Name,
                Key = upload.Key,
                UploadId = upload.UploadId,
                PartNumberMarker = after,
                NextPartNumberMarker = rest.Take(most).LastOrDefault()?.Content.PartNumber ?? 0,
                MaxParts = most,
                IsTruncated = rest.Count > most,
                Parts =
                [
                    .. rest.Take(most)
                        .Select(part =>
                            new Part
                            {
                                PartNumber = part.Content.PartNumber,
                                LastModified = part.LastModified,
                                ETag = $"\"{part.ETag}\"",
                                Size = part.Content.Size,
                            }.With(new ContentChecksum(upload.ChecksumAlgorithm, part.Content.Checksum!))
                        ),
                ],
                Initiator = new Initiator { ID = upload.InitiatorArn },
                Owner = OwnerOf(bucket.AccountId),
                StorageClass = upload.Settings.StorageClass ?? StorageClass.Standard,
                ChecksumAlgorithm = upload.ChecksumAlgorithm,
                ChecksumType = upload.ChecksumType,
            }
        );
    }

    /// <inheritdoc/>
    public Task<ListMultipartUploadsOutput> ListMultipartUploadsAsync(
        ListMultipartUploadsRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var bucket = Require(request.Bucket!, request.ExpectedBucketOwner, context);
        var most = PageSize(request.MaxUploads, "max-uploads");
        var (prefix, marker) = (request.Prefix ?? "", NullIfEmpty(request.KeyMarker));
        var view = _store.Current;
        var page = KeyPage<UploadRecord>.Take(
            start => UploadsFrom(view, bucket.Name, prefix, start, marker, NullIfEmpty(request.UploadIdMarker)),
            upload => upload.Key,
            bucket.Name,
            prefix,
            request.Delimiter,
            marker,
            most
        );
        var owner = OwnerOf(bucket.AccountId);
        var text = Encoder(request.EncodingType);
        var endsWithPrefix = page.Prefixes.Count > 0 && page.Prefixes[^1] == page.Last;
        return Task.FromResult(
            new ListMultipartUploadsOutput
            {
                Bucket = bucket.Name,
                Prefix = text(prefix),
                KeyMarker = text(request.KeyMarker ?? ""),
                UploadIdMarker = request.UploadIdMarker ?? "",
                NextKeyMarker = page.IsTruncated ? text(page.Last) : null,
                NextUploadIdMarker = page.IsTruncated && !endsWithPrefix ? page.Items[^1].UploadId : null,
                Delimiter = request.Delimiter is { } delimiter ? text(delimiter) : null,
                MaxUploads = most,
                IsTruncated = page.IsTruncated,
                EncodingType = request.EncodingType,
                Uploads =
                [
                    .. page.Items.Select(upload => new MultipartUpload
                    {
                        UploadId = upload.UploadId,
                        Key = text(upload.Key),
                        Initiated = upload.Initiated,
                        StorageClass = upload.Settings.StorageClass ?? StorageClass.Standard,
                        Owner = owner,
                        Initiator = new Initiator { ID = upload.InitiatorArn },
                        ChecksumAlgorithm = upload.ChecksumAlgorithm,
                        ChecksumType = upload.ChecksumType,
                    }),
                ],
                CommonPrefixes = PrefixesOf(page, text),
            }
        );
    }

    /// <summary>Ends an upload, and releases what it has received and the object does not take over.</summary>
    internal static void EndUpload(
        Transaction transaction,
        UploadRecord upload,
        IReadOnlyCollection<PartRecord> taken,
        DateTimeOffset now
    )
    {
        var kept = taken.Select(part => part.Content.File).ToHashSet(StringComparer.Ordinal);
        foreach (var part in transaction.Range(S3Tables.Parts, upload.UploadId + "/").ToList())
        {
            if (!kept.Contains(part.Content.File))
                S3Tables.Release(transaction, [part.Content], now);
            transaction.Delete(S3Tables.Parts, PartRecord.KeyOf(upload.UploadId, part.Content.PartNumber));
        }

        transaction.Delete(S3Tables.Uploads, UploadRecord.KeyOf(upload.Bucket, upload.Key, upload.UploadId));
    }

    private void EndUpload(Transaction transaction, UploadRecord upload, IReadOnlyCollection<PartRecord> taken) =>
        EndUpload(transaction, upload, taken, _time.GetUtcNow());

    private static string LocationOf(ObjectRecord put, CallContext context)
    {
        var scheme = context.Origin is { IsSecure: true } ? "https" : "http";
        return $"{scheme}://{context.Origin?.Host ?? "localhost"}/{put.Bucket}/{Uri.EscapeDataString(put.Key)}";
    }

    private ObjectRecord Complete(Transaction transaction, CompleteMultipartUploadRequest request, CallContext context)
    {
        var bucket = Require(transaction, request.Bucket!, request.ExpectedBucketOwner, context);
        var latest = VersionChanges.Find(transaction, bucket.Name, request.Key!, versionId: null);
        var key = UploadRecord.KeyOf(bucket.Name, request.Key!, request.UploadId!);
        if (transaction.Find(S3Tables.Uploads, key) is not { } upload)
        {
            // The answer was lost, and whoever did not get it asks again.
            return latest?.UploadId == request.UploadId && latest is not null ? latest : throw S3Faults.NoSuchUpload;
        }

        var uploaded = transaction
            .Range(S3Tables.Parts, upload.UploadId + "/")
            .ToDictionary(part => part.Content.PartNumber);
        var parts = Assembly.Choose(
            request.MultipartUpload?.Parts,
            uploaded,
            _options.SmallestPart,
            upload.ChecksumAlgorithm
        );
        Preconditions.CheckWrite(latest, request.IfMatch, request.IfNoneMatch);
        var size = parts.Sum(part => part.Content.Size);
        if (request.MpuObjectSize is { } expected && expected != size)
            throw S3Errors.InvalidRequest(
                $"The provided 'x-amz-mp-object-size' header value {expected} does not match what was computed: {size}"
            );
        if (request.ChecksumType is { } type && type != upload.ChecksumType)
            throw S3Errors.InvalidRequest(
                $"The upload was created using the {upload.ChecksumType} checksum mode. The complete request must use "
                    + "the same checksum mode."
            );
        var checksum = Assembly.ChecksumOf(upload, parts);
        if (request.Given() is { } given && given.By(checksum.Algorithm) != checksum.Value.Split('-')[0])
            throw new AwsException(
                "BadDigest",
                $"The {given.Algorithm.ToLowerInvariant()} you specified did not match the calculated checksum."
            );
        EndUpload(transaction, upload, parts);
        return VersionChanges.Put(
            transaction,
            bucket,
            new ObjectRecord
            {
                Bucket = bucket.Name,
                Key = upload.Key,
                VersionId = "",
                Sequence = 0,
                LastModified = _time.GetUtcNow(),
                ETag = Assembly.ETagOf(parts),
                Size = size,
                Parts = [.. parts.Select(part => part.Content)],
                ChecksumAlgorithm = checksum.Algorithm,
                Checksum = checksum.Value,
                ChecksumType = checksum.Type!,
                UploadId = upload.UploadId,
                Settings = upload.Settings,
            },
            NewId()
        );
    }

    private Task<PartRecord> KeepPartAsync(UploadRecord upload, int number, ReceivedContent content)
    {
        var part = new PartRecord
        {
            UploadId = upload.UploadId,
            Content = content.File with { PartNumber = number },
            ChecksumAlgorithm = content.Algorithm,
            ETag = content.Md5,
            LastModified = _time.GetUtcNow(),
        };
        return KeepAsync(content, it =>
        {
            Require(it, upload.Bucket, upload.Key, upload.UploadId);
            if (it.Find(S3Tables.Parts, PartRecord.KeyOf(upload.UploadId, number)) is { } former)
                S3Tables.Release(it, [former.Content], part.LastModified);
            it.Put(S3Tables.Parts, part);
            return part;
        });
    }

    private static UploadRecord Require(View view, string bucket, string key, string uploadId) =>
        view.Find(S3Tables.Uploads, UploadRecord.KeyOf(bucket, key, uploadId)) ?? throw S3Faults.NoSuchUpload;

    private static void CheckPartNumber(int number)
    {
        if (number is < 1 or > LargestPartNumber)
            throw S3Faults.InvalidArgument("Part number must be an integer between 1 and 10000, inclusive");
    }

    private static IEnumerable<UploadRecord> UploadsFrom(
        View view,
        string bucket,
        string prefix,
        string? start,
        string? marker,
        string? uploadIdMarker
    )
    {
        var from = start;
        if (marker is not null && start == ObjectRecord.KeyOf(bucket, marker))
            from = uploadIdMarker is null
                ? ObjectRecord.VersionsOf(bucket, marker) + KeyText.Last
                : UploadRecord.KeyOf(bucket, marker, uploadIdMarker);
        return view.Range(S3Tables.Uploads, ObjectRecord.KeyOf(bucket, prefix), from);
    }
}
