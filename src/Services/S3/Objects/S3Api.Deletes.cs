using Estiba.Contracts;
using Estiba.Contracts.S3;
using Estiba.S3.Buckets;
using Estiba.S3.Objects;
using Estiba.State;

namespace Estiba.S3;

/// <content>What deletes objects.</content>
public sealed partial class S3Api
{
    private const int MostDeleted = 1000;

    /// <inheritdoc/>
    public async Task<DeleteObjectOutput> DeleteObjectAsync(
        DeleteObjectRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        Require(request.Bucket!, request.ExpectedBucketOwner, context);
        if (request.VersionId is not null)
            await DemandAsync("s3:DeleteObjectVersion", request.Bucket!, request.Key!, context, cancellation);
        var wanted = new ObjectIdentifier
        {
            Key = request.Key,
            VersionId = request.VersionId,
            ETag = request.IfMatch,
            LastModifiedTime = request.IfMatchLastModifiedTime,
            Size = request.IfMatchSize,
        };
        var deleted = await _store.CommitAsync(
            it => Delete(it, Require(it, request.Bucket!, request.ExpectedBucketOwner, context), wanted),
            cancellation
        );
        return new DeleteObjectOutput
        {
            DeleteMarker = deleted.DeleteMarker,
            VersionId = deleted.DeleteMarkerVersionId ?? deleted.VersionId,
        };
    }

    /// <inheritdoc/>
    public async Task<DeleteObjectsOutput> DeleteObjectsAsync(
        DeleteObjectsRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        Require(request.Bucket!, request.ExpectedBucketOwner, context);
        if (request.Delete!.Objects is not { Count: > 0 and <= MostDeleted } objects)
            throw S3Faults.MalformedXml;
        var refused = new List<Error>();
        var allowed = new List<ObjectIdentifier>();
        foreach (var wanted in objects)
        {
            var action = wanted.VersionId is null ? "s3:DeleteObject" : "s3:DeleteObjectVersion";
            var decision = await DecideAsync(action, request.Bucket!, wanted.Key!, context, cancellation);
            if (decision.Refusal is { } refusal)
                refused.Add(ErrorOf(wanted, new AwsException("AccessDenied", refusal, 403)));
            else
                allowed.Add(wanted);
        }

        var deleted = await _store.CommitAsync(
            it =>
            {
                var bucket = Require(it, request.Bucket!, request.ExpectedBucketOwner, context);
                return allowed
                    .Select(wanted => TryDelete(it, bucket, wanted, refused))
                    .OfType<DeletedObject>()
                    .ToList();
            },
            cancellation
        );
        return new DeleteObjectsOutput
        {
            Deleted = request.Delete.Quiet == true ? null : deleted,
            Errors = refused.Count > 0 ? refused : null,
        };
    }

    private DeletedObject? TryDelete(
        Transaction transaction,
        BucketRecord bucket,
        ObjectIdentifier wanted,
        List<Error> errors
    )
    {
        try
        {
            return Delete(transaction, bucket, wanted);
        }
        catch (AwsException refused)
        {
            errors.Add(ErrorOf(wanted, refused));
            return null;
        }
    }

    private DeletedObject Delete(Transaction transaction, BucketRecord bucket, ObjectIdentifier wanted)
    {
        ObjectKeys.Check(wanted.Key!);
        var now = _time.GetUtcNow();
        var found = VersionChanges.Find(transaction, bucket.Name, wanted.Key!, wanted.VersionId);
        if (wanted.ETag is { } etag && (found is null || !Preconditions.Matches(etag, found.ETag)))
            throw found is null or { IsDeleteMarker: true } ? S3Faults.NoSuchKey : S3Faults.PreconditionFailed;
        if (wanted.LastModifiedTime is not null || wanted.Size is not null)
            throw S3Faults.NotImplemented("conditions on the time and the size of what is deleted");
        if (wanted.VersionId is { } versionId)
        {
            if (found is null)
                return new DeletedObject { Key = wanted.Key, VersionId = versionId };
            VersionChanges.DeleteVersion(transaction, found, now);
            return new DeletedObject
            {
                Key = wanted.Key,
                VersionId = versionId,
                DeleteMarker = found.IsDeleteMarker ? true : null,
                DeleteMarkerVersionId = found.IsDeleteMarker ? versionId : null,
            };
        }

        var marker = VersionChanges.Delete(transaction, bucket, wanted.Key!, now, NewId());
        return new DeletedObject
        {
            Key = wanted.Key,
            DeleteMarker = marker is null ? null : true,
            DeleteMarkerVersionId = marker?.VersionId,
        };
    }

    private static Error ErrorOf(ObjectIdentifier wanted, AwsException error) =>
        new()
        {
            Key = wanted.Key,
            VersionId = wanted.VersionId,
            Code = error.Code,
            Message = error.Message,
        };
}
