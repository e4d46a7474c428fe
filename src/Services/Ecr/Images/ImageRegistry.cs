using Estiba.Ecr.GarbageCollection;
using Estiba.Ecr.Layers;
using Estiba.Ecr.Registry.Blobs;
using Estiba.Ecr.Repositories;
using Estiba.Files;
using Estiba.State;

namespace Estiba.Ecr.Images;

/// <summary>Stores, finds and reads images, for both doors: ECR's operations and the registry protocol.</summary>
internal sealed class ImageRegistry(Store store, BlobStore blobs, IFileStore files, TimeProvider time)
{
    // "lastRecordedPullTime ... refreshes the last image pull timestamp at least once every 24 hours", API reference,
    // ImageDetail.
    private static readonly TimeSpan PullTimePrecision = TimeSpan.FromHours(24);

    /// <summary>Stores a manifest and then, in one commit, the image and its tag.</summary>
    /// <param name="check">What else must hold in the transaction.</param>
    /// <exception cref="Contracts.AwsException">See <see cref="ImageChanges.Put"/>.</exception>
    public async Task<ImageRecord> PutAsync(
        RepositoryId repository,
        PushedImage pushed,
        ReadOnlyMemory<byte> manifest,
        Action<View>? check,
        CancellationToken cancellation
    )
    {
        // Refused here, nothing has been written yet.
        ImageChanges.Check(store.Current, repository, pushed);
        CheckFiles(repository, pushed);
        using var held = await blobs.LockAsync(pushed.Digest, cancellation);
        if (blobs.Contains(pushed.Digest) && await blobs.ReadAsync(pushed.Digest, cancellation) is not null)
            blobs.Touch(pushed.Digest);
        else
            await WriteAsync(pushed.Digest, manifest, cancellation);
        try
        {
            return await store.CommitAsync(
                transaction =>
                {
                    check?.Invoke(transaction);
                    return ImageChanges.Put(transaction, repository, pushed, time.GetUtcNow());
                },
                cancellation
            );
        }
        catch
        {
            await UnlinkedBlobs.AbandonAsync(store, pushed.Digest, time.GetUtcNow());
            throw;
        }
    }

    /// <summary>A layer whose file was lost is not there: the client is told to bring it anew.</summary>
    private void CheckFiles(RepositoryId repository, PushedImage pushed)
    {
        var missing = ImageChanges
            .Contents(pushed.Manifest)
            .Where(content =>
                LayerStore.Find(store.Current, repository, content.Digest.ToString()) is { } layer
                && !blobs.Contains(content.Digest, layer.Size)
            )
            .Select(content => content.Digest.ToString())
            .Distinct()
            .ToList();
        if (missing.Count > 0)
            throw ImageErrors.LayersNotFound(repository, missing);
    }

    /// <summary>The image that a tag or a digest names.</summary>
    public static ImageRecord? Find(View view, RepositoryId repository, string reference)
    {
        if (!Digest.TryParse(reference, out _))
        {
            if (view.Find(EcrTables.Tags, repository.TagKey(reference)) is not { } tag)
                return null;
            reference = tag.Digest;
        }
        return view.Find(EcrTables.Images, repository.ContentKey(reference));
    }

    /// <summary>The tags of an image, in order.</summary>
    public static IEnumerable<string> TagsOf(View view, ImageRecord image) =>
        view.Where(EcrTables.Tags, EcrTables.TagsByImage, image.RepositoryId.ContentKey(image.Digest))
            .Select(tag => tag.Tag);

    /// <summary>The manifest of an image, byte for byte as it was pushed.</summary>
    /// <exception cref="InvalidDataException">The file is gone or damaged.</exception>
    public async Task<byte[]> ReadManifestAsync(ImageRecord image, CancellationToken cancellation)
    {
        _ = Digest.TryParse(image.Digest, out var digest);
        return await blobs.ReadAsync(digest, cancellation) is { } manifest
            ? manifest
            : throw new InvalidDataException(
                $"The manifest {image.Digest} is missing from the registry's files, or damaged. Push the image again."
            );
    }

    /// <summary>Notes that an image was pulled, to the day.</summary>
    public async Task RecordPullAsync(ImageRecord image, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (now - image.LastPulledAt < PullTimePrecision)
            return;

        await store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(EcrTables.Images, image.RepositoryId.ContentKey(image.Digest)) is { } current)
                    transaction.Put(EcrTables.Images, current with { LastPulledAt = now });
            },
            cancellation
        );
    }

    private async Task WriteAsync(Digest digest, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var name = BlobUploads.NewFile();
        try
        {
            using (var file = files.Create(name))
            {
                await file.WriteAsync(content, 0, cancellation);
                file.Touch(time.GetUtcNow());
                file.Flush();
            }
            blobs.Adopt(name, digest);
        }
        catch
        {
            files.Delete(name);
            throw;
        }
    }
}
