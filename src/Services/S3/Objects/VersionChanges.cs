using Estiba.Contracts.S3;
using Estiba.S3.Buckets;
using Estiba.State;

namespace Estiba.S3.Objects;

/// <summary>
/// What putting and deleting does to the versions of a key ("How S3 Versioning works"): kept, replaced, hidden behind a
/// delete marker, brought back.
/// </summary>
internal static class VersionChanges
{
    /// <summary>The version that is meant: the latest where none is named.</summary>
    internal static ObjectRecord? Find(View view, string bucket, string key, string? versionId)
    {
        var latest = view.Find(S3Tables.Objects, ObjectRecord.KeyOf(bucket, key));
        return versionId is null || latest?.VersionId == versionId
            ? latest
            : view.Range(S3Tables.Versions, ObjectRecord.VersionsOf(bucket, key))
                .FirstOrDefault(version => version.VersionId == versionId);
    }

    /// <summary>Makes something the latest version of its key.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="bucket">The bucket as it is.</param>
    /// <param name="version">What is put; its id and number are given here.</param>
    /// <param name="newId">An id for it where versions are kept.</param>
    /// <returns>It, as it was put.</returns>
    internal static ObjectRecord Put(Transaction transaction, BucketRecord bucket, ObjectRecord version, string newId)
    {
        var latest = transaction.Find(S3Tables.Objects, ObjectRecord.KeyOf(version.Bucket, version.Key));
        var isKept = bucket.Versioning == BucketVersioningStatus.Enabled;
        var put = version with
        {
            VersionId = isKept ? newId : ObjectRecord.NullVersion,
            Sequence = Math.Max(version.LastModified.UtcTicks, (latest?.Sequence ?? 0) + 1),
        };
        if (!isKept && bucket.Versioning is not null)
            RemoveNull(transaction, version);
        if (latest is not null && (isKept || latest.VersionId != ObjectRecord.NullVersion))
            transaction.Put(S3Tables.Versions, latest with { NoncurrentSince = version.LastModified });
        else if (latest is not null)
            S3Tables.Release(transaction, latest.Parts, version.LastModified);
        transaction.Put(S3Tables.Objects, put);
        return put;
    }

    /// <summary>Deletes a key, which is hidden behind a marker where versions are kept.</summary>
    /// <returns>The marker; null where there is none.</returns>
    internal static ObjectRecord? Delete(
        Transaction transaction,
        BucketRecord bucket,
        string key,
        DateTimeOffset now,
        string newId
    )
    {
        if (bucket.Versioning is null)
        {
            if (transaction.Find(S3Tables.Objects, ObjectRecord.KeyOf(bucket.Name, key)) is { } found)
                DeleteVersion(transaction, found, now);
            return null;
        }

        var marker = new ObjectRecord
        {
            Bucket = bucket.Name,
            Key = key,
            VersionId = "",
            Sequence = 0,
            LastModified = now,
            IsDeleteMarker = true,
        };
        return Put(transaction, bucket, marker, newId);
    }

    /// <summary>Deletes one version for good; the one before it becomes the latest where it was that.</summary>
    internal static void DeleteVersion(Transaction transaction, ObjectRecord version, DateTimeOffset now)
    {
        S3Tables.Release(transaction, version.Parts, now);
        if (transaction.Delete(S3Tables.Versions, ObjectRecord.VersionKeyOf(version)))
            return;
        transaction.Delete(S3Tables.Objects, ObjectRecord.KeyOf(version.Bucket, version.Key));
        var before = transaction
            .Range(S3Tables.Versions, ObjectRecord.VersionsOf(version.Bucket, version.Key))
            .FirstOrDefault();
        if (before is null)
            return;
        transaction.Delete(S3Tables.Versions, ObjectRecord.VersionKeyOf(before));
        transaction.Put(S3Tables.Objects, before with { NoncurrentSince = null });
    }

    private static void RemoveNull(Transaction transaction, ObjectRecord successor)
    {
        var former = transaction
            .Range(S3Tables.Versions, ObjectRecord.VersionsOf(successor.Bucket, successor.Key))
            .FirstOrDefault(version => version.VersionId == ObjectRecord.NullVersion);
        if (former is null)
            return;
        S3Tables.Release(transaction, former.Parts, successor.LastModified);
        transaction.Delete(S3Tables.Versions, ObjectRecord.VersionKeyOf(former));
    }
}
