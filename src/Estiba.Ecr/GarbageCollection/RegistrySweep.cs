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
/// Removes what nothing needs any more: images that a lifecycle policy lets go, abandoned uploads, layers that no image of their repository uses, and blobs that no
/// repository holds. Everything is kept for a time first, so that no push loses what it counts on.
/// </summary>
/// <remarks>
/// Stopped anywhere, it leaves files that the next sweep finds. A blob is removed under the lock that whoever links to it holds
/// from before looking until the link is committed, and only if the durable state has no link: a link that is being removed still counts.
/// </remarks>
internal sealed class RegistrySweep(
    Store store, BlobStore blobs, BlobUploads uploads, ImageExpiration expiration, EcrOptions options, TimeProvider time, ILogger logger)
{
    private const int Batch = 500;

    /// <summary>Sweeps now and then, until cancelled. A sweep that fails is logged and tried again at its next time.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(options.SweepInterval, time);
        try
        {
            do await TrySweepAsync(cancellation);
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Being stopped is how it ends.
        }
    }

    /// <summary>Sweeps once.</summary>
    public async Task<SweepResult> SweepAsync(CancellationToken cancellation)
    {
        var expired = await expiration.ApplyAsync(cancellation);
        var abandoned = uploads.EndAbandoned(options.UploadRetention);
        var unused = await RemoveUnusedLayersAsync(cancellation);
        var unlinked = await RemoveUnlinkedBlobsAsync(cancellation);
        return new SweepResult(expired, abandoned, unused, unlinked);
    }

    private async Task TrySweepAsync(CancellationToken cancellation)
    {
        try
        {
            var removed = await SweepAsync(cancellation);
            if (removed != default)
            {
                logger.LogInformation(
                    "Removed {Images} expired images, {Uploads} abandoned uploads, {Layers} unused layers and {Blobs} blobs",
                    removed.Images, removed.Uploads, removed.Layers, removed.Blobs);
            }
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            // Whatever it is: a sweep that never came again would fill the disk.
            logger.LogError(exception, "The registry could not be swept");
        }
    }

    private async Task<int> RemoveUnusedLayersAsync(CancellationToken cancellation)
    {
        var removed = 0;
        var old = time.GetUtcNow() - options.UnusedLayerRetention;
        foreach (var batch in store.Current.Where(EcrTables.Layers, EcrTables.UnusedLayers, EcrTables.UnusedKey).Where(layer => layer.UnusedSince <= old).Chunk(Batch))
        {
            removed += await store.CommitAsync(
                transaction =>
                {
                    // A push may have used or asked for some meanwhile.
                    var unused = batch.Select(layer => transaction.Find(EcrTables.Layers, KeyOf(layer)))
                        .OfType<LayerRecord>().Where(layer => layer.Images == 0 && layer.UnusedSince <= old).ToList();
                    foreach (var layer in unused) transaction.Delete(EcrTables.Layers, KeyOf(layer));
                    return unused.Count;
                },
                cancellation);
        }
        return removed;
    }

    private async Task<int> RemoveUnlinkedBlobsAsync(CancellationToken cancellation)
    {
        var removed = 0;
        var old = time.GetUtcNow() - options.UnusedLayerRetention;
        foreach (var blob in blobs.All())
        {
            if (blob.StoredAt > old || IsLinked(blob.Digest)) continue;
            using var held = await blobs.LockAsync(blob.Digest, cancellation);
            if (IsLinked(blob.Digest)) continue;
            blobs.Remove(blob.Digest);
            removed++;
        }
        return removed;
    }

    private bool IsLinked(Digest digest)
    {
        var view = store.Current;
        var name = digest.ToString();
        return view.Count(EcrTables.Layers, EcrTables.LayersByDigest, name) > 0 || view.Count(EcrTables.Images, EcrTables.ImagesByDigest, name) > 0;
    }

    private static string KeyOf(LayerRecord layer) => layer.RepositoryId.ContentKey(layer.Digest);
}
