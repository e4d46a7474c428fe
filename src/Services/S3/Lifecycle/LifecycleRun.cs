using Estiba.S3.Buckets;
using Estiba.S3.Objects;
using Estiba.State;

namespace Estiba.S3.Lifecycle;

/// <summary>Lets go what the rules of buckets say; stopped anywhere, the next run goes on.</summary>
internal sealed class LifecycleRun(Store store, TimeProvider time)
{
    private const int Batch = 500;

    internal async Task RunAsync(CancellationToken cancellation)
    {
        foreach (var bucket in store.Current.Range(S3Tables.Buckets).Where(bucket => bucket.Lifecycle.Count > 0))
        {
            foreach (var keys in Due(store.Current, bucket).Distinct(StringComparer.Ordinal).Chunk(Batch))
                await store.CommitAsync(it => Apply(it, bucket.Name, keys), cancellation);
            await store.CommitAsync(it => AbortUploads(it, bucket.Name), cancellation);
        }
    }

    /// <summary>
    /// The keys of which something is to go, so that most of a bucket is not looked at in a transaction.
    /// </summary>
    private IEnumerable<string> Due(View view, BucketRecord bucket)
    {
        var now = time.GetUtcNow();
        foreach (var latest in view.Range(S3Tables.Objects, bucket.Name + "/"))
        {
            if (
                LifecycleDecision.Expires(bucket.Lifecycle, latest, now)
                || LifecycleDecision.ExpiresMarker(bucket.Lifecycle, latest, now)
            )
                yield return latest.Key;
        }

        foreach (var version in view.Range(S3Tables.Versions, bucket.Name + "/"))
            if (LifecycleDecision.ExpiresNoncurrent(bucket.Lifecycle, version, int.MaxValue, now))
                yield return version.Key;
    }

    private void Apply(Transaction transaction, string name, IEnumerable<string> keys)
    {
        if (transaction.Find(S3Tables.Buckets, name) is not { } bucket)
            return;
        var now = time.GetUtcNow();
        foreach (var key in keys)
        {
            var newer = 0;
            foreach (var version in transaction.Range(S3Tables.Versions, ObjectRecord.VersionsOf(name, key)).ToList())
            {
                if (LifecycleDecision.ExpiresNoncurrent(bucket.Lifecycle, version, newer, now))
                    VersionChanges.DeleteVersion(transaction, version, now);
                newer++;
            }

            if (VersionChanges.Find(transaction, name, key, versionId: null) is not { } latest)
                continue;
            if (LifecycleDecision.Expires(bucket.Lifecycle, latest, now))
                VersionChanges.Delete(transaction, bucket, key, now, Guid.NewGuid().ToString("N"));
            else if (
                LifecycleDecision.ExpiresMarker(bucket.Lifecycle, latest, now)
                && !transaction.Range(S3Tables.Versions, ObjectRecord.VersionsOf(name, key)).Any()
            )
                VersionChanges.DeleteVersion(transaction, latest, now);
        }
    }

    private void AbortUploads(Transaction transaction, string name)
    {
        if (transaction.Find(S3Tables.Buckets, name) is not { } bucket)
            return;
        var now = time.GetUtcNow();
        foreach (var upload in transaction.Range(S3Tables.Uploads, name + "/").ToList())
            if (LifecycleDecision.Aborts(bucket.Lifecycle, upload, now))
                S3Api.EndUpload(transaction, upload, [], now);
    }
}
