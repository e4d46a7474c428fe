using System.IO.Pipelines;
using Estiba.Contracts.Ecr;
using Estiba.Ecr.GarbageCollection;
using Estiba.Ecr.Images;
using Estiba.Ecr.Registry.Blobs;
using Estiba.Ecr.Repositories;
using Estiba.Files;
using Estiba.State;

namespace Estiba.Ecr.Layers;

/// <summary>
/// Brings layers into repositories, by upload or by mounting, for both doors: ECR's operations and the registry
/// protocol.
/// </summary>
internal sealed class LayerStore(
    Store store,
    BlobStore blobs,
    BlobUploads uploads,
    EcrOptions options,
    TimeProvider time
)
{
    public static LayerRecord? Find(View view, RepositoryId repository, string digest) =>
        view.Find(EcrTables.Layers, repository.ContentKey(digest));

    /// <summary>Whether a layer's file is there, as far as its size tells.</summary>
    public bool HasBlob(LayerRecord layer) =>
        Digest.TryParse(layer.Digest, out var digest) && blobs.Contains(digest, layer.Size);

    /// <summary>
    /// The layer, if the repository holds it and its file is there; a push that asks may count on it for
    /// <see cref="EcrOptions.UnusedLayerRetention"/> minus half.
    /// </summary>
    public async Task<LayerRecord?> FindForPushAsync(
        RepositoryId repository,
        string digest,
        CancellationToken cancellation
    )
    {
        var layer = Find(store.Current, repository, digest);

        // One whose file was lost is not there for a push, which brings it anew.
        if (layer is not null && !HasBlob(layer))
            return null;
        if (layer is not { UnusedSince: { } since } || time.GetUtcNow() - since < options.UnusedLayerRetention / 2)
            return layer;

        return await store.CommitAsync(
            transaction =>
            {
                if (Find(transaction, repository, digest) is not { } current)
                    return null;
                var kept = current.UnusedSince is null ? current : current with { UnusedSince = time.GetUtcNow() };
                transaction.Put(EcrTables.Layers, kept);
                return kept;
            },
            cancellation
        );
    }

    /// <summary>Appends to an upload. If the disk is full, nothing of it is left.</summary>
    /// <exception cref="IOException">The connection broke, or the disk is full
    /// (<see cref="DurableFile.IsDiskFull"/>).</exception>
    public async Task AppendAsync(BlobUpload upload, PipeReader body, CancellationToken cancellation)
    {
        try
        {
            await upload.AppendAsync(body, cancellation);
        }
        catch (IOException exception) when (DurableFile.IsDiskFull(exception))
        {
            uploads.End(upload);
            throw;
        }
    }

    /// <summary>Ends an upload: its file becomes the blob, and the repository holds it.</summary>
    /// <param name="upload">The upload, entered.</param>
    /// <param name="digest">The digest of its content, as <see cref="BlobUpload.Finish"/> has found it.</param>
    /// <exception cref="Contracts.AwsException">The repository was deleted meanwhile.</exception>
    public async Task<LayerRecord> CompleteAsync(
        RepositoryId repository,
        BlobUpload upload,
        Digest digest,
        CancellationToken cancellation
    )
    {
        var size = upload.Length;
        try
        {
            using var held = await blobs.LockAsync(digest, cancellation);
            blobs.Adopt(upload.FileName, digest);
            try
            {
                return await store.CommitAsync(
                    transaction => Link(transaction, repository, digest, size),
                    cancellation
                );
            }
            catch
            {
                await UnlinkedBlobs.AbandonAsync(store, digest, time.GetUtcNow());
                throw;
            }
        }
        finally
        {
            uploads.End(upload);
        }
    }

    /// <summary>Lets a repository hold a layer that another repository of the same account and region holds.</summary>
    /// <param name="source">The other repository's name.</param>
    /// <returns>Null if that one does not hold it, or the account has turned mounting off.</returns>
    /// <exception cref="Contracts.AwsException">The repository does not exist.</exception>
    public async Task<LayerRecord?> MountAsync(
        RepositoryId repository,
        string source,
        Digest digest,
        CancellationToken cancellation
    )
    {
        var from = repository with { Name = source };
        if (
            Find(store.Current, from, digest.ToString()) is not { } found
            || !HasBlob(found)
            || !Settings.AccountSettings.AllowsMounting(store.Current, repository)
        )
            return null;

        using var held = await blobs.LockAsync(digest, cancellation);
        return await store.CommitAsync(
            transaction =>
                Find(transaction, from, digest.ToString()) is { } layer
                    ? Link(transaction, repository, digest, layer.Size)
                    : null,
            cancellation
        );
    }

    /// <summary>Takes a layer that no image uses out of a repository.</summary>
    /// <returns>False if the repository does not hold it.</returns>
    /// <exception cref="Contracts.AwsException">An image uses it.</exception>
    public Task<bool> RemoveAsync(RepositoryId repository, string digest, CancellationToken cancellation) =>
        store.CommitAsync(
            transaction =>
            {
                if (Find(transaction, repository, digest) is not { } layer)
                    return false;
                if (layer.Images > 0)
                    throw EcrErrors.InvalidParameterException(
                        $"The layer '{digest}' is part of {layer.Images} image(s). Delete these first."
                    );
                transaction.Delete(EcrTables.Layers, repository.ContentKey(digest));
                UnlinkedBlobs.Note(transaction, digest, time.GetUtcNow());
                return true;
            },
            cancellation
        );

    private LayerRecord Link(Transaction transaction, RepositoryId repository, Digest digest, long size)
    {
        if (transaction.Find(EcrTables.Repositories, repository.Key) is null)
            throw ImageErrors.RepositoryNotFound(repository);
        var layer = Find(transaction, repository, digest.ToString())
            ?? new LayerRecord
            {
                AccountId = repository.AccountId,
                Region = repository.Region,
                Repository = repository.Name,
                Digest = digest.ToString(),
                Size = size,
            };
        if (layer.Images == 0)
            layer = layer with { UnusedSince = time.GetUtcNow() };
        transaction.Put(EcrTables.Layers, layer);
        return layer;
    }
}
