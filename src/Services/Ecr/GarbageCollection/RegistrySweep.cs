using System.Runtime.InteropServices;
using Estiba.Ecr.Layers;
using Estiba.Ecr.Lifecycle;
using Estiba.Ecr.Registry.Blobs;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.Ecr.GarbageCollection;

/// <summary>What one sweep has removed.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SweepResult(int Images, int Uploads, int Layers, int Blobs);

/// <summary>
/// Removes what nothing needs any more: images that a lifecycle policy lets go, abandoned uploads, layers that no image
/// of their repository uses, and blobs that no repository holds. Everything is kept for a time first, so that no push
/// loses what it counts on.
/// </summary>
/// <remarks>
/// Stopped anywhere, it leaves what the next sweep finds. A blob is removed under the lock that whoever links to it
/// holds from before looking until the link is committed, and only if the durable state has no link and says that the
/// last one was taken away (<see cref="UnlinkedBlobs"/>).
/// </remarks>
internal sealed partial class RegistrySweep(
    Store store,
    BlobStore blobs,
    BlobUploads uploads,
    ImageExpiration expiration,
    EcrOptions options,
    TimeProvider time,
    ILogger logger
)
{
    private const int Batch = 500;

    /// <summary>Sweeps once.</summary>
    public async Task<SweepResult> SweepAsync(CancellationToken cancellation)
    {
        var expired = await expiration.ApplyAsync(cancellation);
        var abandoned = uploads.EndAbandoned(options.UploadRetention);
        var unused = await RemoveUnusedLayersAsync(cancellation);
        var unlinked = await RemoveUnlinkedBlobsAsync(cancellation);
        var removed = new SweepResult(expired, abandoned, unused, unlinked);
        if (removed != default)
            Log.Removed(logger, expired, abandoned, unused, unlinked);
        return removed;
    }

    private async Task<int> RemoveUnusedLayersAsync(CancellationToken cancellation)
    {
        var removed = 0;
        var old = time.GetUtcNow() - options.UnusedLayerRetention;
        foreach (
            var batch in store
                .Current.Where(EcrTables.Layers, EcrTables.UnusedLayers, EcrTables.UnusedKey)
                .Where(layer => layer.UnusedSince <= old)
                .Chunk(Batch)
        )
        {
            removed += await store.CommitAsync(
                transaction =>
                {
                    // A push may have used or asked for some meanwhile.
                    var unused = batch
                        .Select(layer => transaction.Find(EcrTables.Layers, KeyOf(layer)))
                        .OfType<LayerRecord>()
                        .Where(layer => layer.Images == 0 && layer.UnusedSince <= old)
                        .ToList();
                    foreach (var layer in unused)
                    {
                        transaction.Delete(EcrTables.Layers, KeyOf(layer));
                        UnlinkedBlobs.Note(transaction, layer.Digest, layer.UnusedSince ?? time.GetUtcNow());
                    }

                    return unused.Count;
                },
                cancellation
            );
        }
        return removed;
    }

    private async Task<int> RemoveUnlinkedBlobsAsync(CancellationToken cancellation)
    {
        var removed = 0;
        var old = time.GetUtcNow() - options.UnusedLayerRetention;
        foreach (var blob in store.Current.Range(EcrTables.UnlinkedBlobs).Where(blob => blob.UnlinkedAt <= old))
        {
            if (!Digest.TryParse(blob.Digest, out var digest))
                continue;
            using var held = await blobs.LockAsync(digest, cancellation);
            var isLinked = UnlinkedBlobs.IsLinked(store.Current, blob.Digest);
            if (!isLinked && blobs.StoredAt(digest) > old)
                continue; // A push that is under way has just brought it.
            if (!isLinked)
            {
                blobs.Remove(digest);
                removed++;
            }

            await store.CommitAsync(
                transaction => transaction.Delete(EcrTables.UnlinkedBlobs, blob.Digest),
                cancellation
            );
        }
        return removed;
    }

    private static string KeyOf(LayerRecord layer) => layer.RepositoryId.ContentKey(layer.Digest);

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "Removed {Images} expired images, {Uploads} abandoned uploads, {Layers} unused layers and "
                + "{Blobs} blobs"
        )]
        internal static partial void Removed(ILogger logger, int images, int uploads, int layers, int blobs);
    }
}
