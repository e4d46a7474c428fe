using Estiba.Ecr.Registry.Blobs;
using Estiba.Ecr.Repositories;
using Estiba.State;

namespace Estiba.Ecr.Images;

/// <summary>Stores, finds and reads images, for both doors: ECR's operations and the registry protocol.</summary>
internal sealed class ImageRegistry(Store store, BlobStore blobs, BlobUploads uploads, TimeProvider time)
{
    // "lastRecordedPullTime ... refreshes the last image pull timestamp at least once every 24 hours", API reference, ImageDetail.
    private static readonly TimeSpan PullTimePrecision = TimeSpan.FromHours(24);

    /// <summary>Stores a manifest and then, in one commit, the image and its tag.</summary>
    /// <param name="check">What else must hold in the transaction.</param>
    /// <exception cref="Contracts.AwsException">See <see cref="ImageChanges.Put"/>.</exception>
    public async Task<ImageRecord> PutAsync(
        RepositoryId repository, PushedImage pushed, ReadOnlyMemory<byte> manifest, Action<View>? check, CancellationToken cancellation)
    {
        // Refused here, nothing has been written yet.
        ImageChanges.Check(store.Current, repository, pushed);
        using var held = await blobs.LockAsync(pushed.Digest, cancellation);
        if (blobs.Contains(pushed.Digest)) blobs.Touch(pushed.Digest);
        else await WriteAsync(pushed.Digest, manifest, cancellation);
        return await store.CommitAsync(
            transaction =>
            {
                check?.Invoke(transaction);
                return ImageChanges.Put(transaction, repository, pushed, time.GetUtcNow());
            },
            cancellation);
    }

    /// <summary>The image that a tag or a digest names.</summary>
    public static ImageRecord? Find(View view, RepositoryId repository, string reference)
    {
        if (!Digest.TryParse(reference, out _))
        {
            if (view.Find(EcrTables.Tags, repository.TagKey(reference)) is not { } tag) return null;
            reference = tag.Digest;
        }
        return view.Find(EcrTables.Images, repository.ContentKey(reference));
    }

    /// <summary>The tags of an image, in order.</summary>
    public static IEnumerable<string> TagsOf(View view, ImageRecord image) =>
        view.Where(EcrTables.Tags, EcrTables.TagsByImage, image.RepositoryId.ContentKey(image.Digest)).Select(tag => tag.Tag);

    /// <summary>The manifest of an image, byte for byte as it was pushed.</summary>
    /// <exception cref="InvalidDataException">The file is gone or damaged.</exception>
    public async Task<byte[]> ReadManifestAsync(ImageRecord image, CancellationToken cancellation)
    {
        _ = Digest.TryParse(image.Digest, out var digest);
        return await blobs.ReadAsync(digest, cancellation) is { } manifest && manifest.Length == image.ManifestSize
            ? manifest
            : throw new InvalidDataException($"The manifest {image.Digest} is missing from the registry's files, or damaged. Push the image again.");
    }

    /// <summary>Notes that an image was pulled, to the day.</summary>
    public async Task RecordPullAsync(ImageRecord image, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (now - image.LastPulledAt < PullTimePrecision) return;

        await store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(EcrTables.Images, image.RepositoryId.ContentKey(image.Digest)) is { } current)
                    transaction.Put(EcrTables.Images, current with { LastPulledAt = now });
            },
            cancellation);
    }

    private async Task WriteAsync(Digest digest, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var file = uploads.NewFile();
        try
        {
            using (var handle = File.OpenHandle(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None))
            {
                await RandomAccess.WriteAsync(handle, content, 0, cancellation);
                File.SetLastWriteTimeUtc(handle, time.GetUtcNow().UtcDateTime);
                RandomAccess.FlushToDisk(handle);
            }
            blobs.Adopt(file, digest);
        }
        catch
        {
            File.Delete(file);
            throw;
        }
    }
}
