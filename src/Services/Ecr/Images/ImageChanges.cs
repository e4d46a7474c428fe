using Estiba.Ecr.GarbageCollection;
using Estiba.Ecr.Layers;
using Estiba.Ecr.Registry.Blobs;
using Estiba.Ecr.Repositories;
using Estiba.State;

namespace Estiba.Ecr.Images;

/// <summary>A manifest on its way into a repository.</summary>
internal sealed record PushedImage(Digest Digest, ImageManifest Manifest, long ManifestSize, string? Tag);

/// <summary>
/// What pushing, tagging and deleting images changes. The counts of who uses what are right after each of these.
/// </summary>
internal static class ImageChanges
{
    /// <summary>
    /// Puts an image, and its tag, into a repository; a tag that names another image is moved, and that image stays.
    /// </summary>
    /// <exception cref="Contracts.AwsException">The repository, a layer or an image of the index is missing, or the tag
    /// is immutable.</exception>
    public static ImageRecord Put(
        Transaction transaction,
        RepositoryId repository,
        PushedImage pushed,
        DateTimeOffset now
    )
    {
        Check(transaction, repository, pushed);
        var digest = pushed.Digest.ToString();
        var image = transaction.Find(EcrTables.Images, repository.ContentKey(digest));
        if (image is null)
        {
            image = Describe(transaction, repository, pushed, now);
            transaction.Put(EcrTables.Images, image);
            foreach (var layer in image.Layers)
                Use(transaction, repository, layer, pushed.Manifest);
            foreach (var child in image.Manifests)
                CountIndex(transaction, repository, child, 1);
        }
        else if (image.IsArchived)
        {
            image = Restore(transaction, image, now);
        }
        if (pushed.Tag is { } tag)
        {
            transaction.Put(
                EcrTables.Tags,
                new TagRecord
                {
                    AccountId = repository.AccountId,
                    Region = repository.Region,
                    Repository = repository.Name,
                    Tag = tag,
                    Digest = digest,
                }
            );
        }
        return image;
    }

    /// <summary>Throws what <see cref="Put"/> would throw.</summary>
    public static void Check(View view, RepositoryId repository, PushedImage pushed)
    {
        var record = view.Find(EcrTables.Repositories, repository.Key)
            ?? throw ImageErrors.RepositoryNotFound(repository);
        if (
            pushed.Tag is { } tag
            && view.Find(EcrTables.Tags, repository.TagKey(tag)) is not null
            && TagMutability.IsImmutable(record, tag)
        )
            throw ImageErrors.TagAlreadyExists(repository, tag);

        var missing = Contents(pushed.Manifest)
            .Where(content => !content.IsForeign && !Holds(view, EcrTables.Layers, repository, content))
            .Select(content => content.Digest.ToString())
            .Distinct()
            .ToList();
        if (missing.Count > 0)
            throw ImageErrors.LayersNotFound(repository, missing);

        var absent = pushed
            .Manifest.Manifests.Where(child => !Holds(view, EcrTables.Images, repository, child))
            .Select(child => child.Digest.ToString())
            .Distinct()
            .ToList();
        if (absent.Count > 0)
            throw ImageErrors.ReferencedImagesNotFound(repository, absent);
    }

    /// <summary>Moves an image to the archive.</summary>
    public static ImageRecord Archive(Transaction transaction, ImageRecord image, DateTimeOffset now)
    {
        var archived = image with { IsArchived = true, LastArchivedAt = now };
        transaction.Put(EcrTables.Images, archived);
        return archived;
    }

    /// <summary>
    /// Brings an image back from the archive; pushing it again does ("Archiving an image", Amazon ECR user guide).
    /// </summary>
    public static ImageRecord Restore(Transaction transaction, ImageRecord image, DateTimeOffset now)
    {
        var restored = image with { IsArchived = false, LastActivatedAt = now };
        transaction.Put(EcrTables.Images, restored);
        return restored;
    }

    /// <summary>
    /// Whether an index that is not in the archive itself holds the image, which then has to stay where it is.
    /// </summary>
    public static bool IsHeldByActiveIndex(View view, ImageRecord image) =>
        image.Indexes > 0
        && view.Range(EcrTables.Images, image.RepositoryId.ContentPrefix)
            .Any(index => !index.IsArchived && index.Manifests.Contains(image.Digest));

    /// <summary>
    /// Deletes an image and its tags, and what refers to it. What it was made of stays a while, in case a push counts
    /// on it.
    /// </summary>
    /// <remarks>
    /// ECR cleans up the artifacts that refer to an image, such as signatures, within 24 hours of the image's deletion
    /// ("Automate the cleanup of images by using lifecycle policies in Amazon ECR"); here they go with it, and so does
    /// what refers to them. One that an index holds stays with the index.
    /// </remarks>
    public static void Delete(Transaction transaction, ImageRecord image, DateTimeOffset now)
    {
        var going = new Stack<ImageRecord>([image]);
        while (going.TryPop(out var next))
        {
            DeleteOne(transaction, next, now);
            foreach (
                var referrer in transaction.Where(
                    EcrTables.Images,
                    EcrTables.ImagesBySubject,
                    next.RepositoryId.ContentKey(next.Digest)
                )
            )
                if (referrer.Indexes == 0)
                    going.Push(referrer);
        }
    }

    private static void DeleteOne(Transaction transaction, ImageRecord image, DateTimeOffset now)
    {
        var repository = image.RepositoryId;
        foreach (
            var tag in transaction
                .Where(EcrTables.Tags, EcrTables.TagsByImage, repository.ContentKey(image.Digest))
                .ToList()
        )
            transaction.Delete(EcrTables.Tags, repository.TagKey(tag.Tag));
        foreach (var digest in image.Layers)
        {
            if (transaction.Find(EcrTables.Layers, repository.ContentKey(digest)) is { } layer)
                transaction.Put(EcrTables.Layers, layer with { Images = layer.Images - 1, UnusedSince = now });
        }
        foreach (var child in image.Manifests)
            CountIndex(transaction, repository, child, -1);
        transaction.Delete(EcrTables.Images, repository.ContentKey(image.Digest));
        UnlinkedBlobs.Note(transaction, image.Digest, now);
    }

    /// <summary>What a manifest has besides other manifests.</summary>
    public static IEnumerable<Descriptor> Contents(ImageManifest manifest) =>
        manifest.Config is null ? manifest.Layers : manifest.Layers.Prepend(manifest.Config);

    private static bool Holds<TRecord>(View view, Table<TRecord> table, RepositoryId repository, Descriptor content)
        where TRecord : class => view.Find(table, repository.ContentKey(content.Digest.ToString())) is not null;

    private static ImageRecord Describe(View view, RepositoryId repository, PushedImage pushed, DateTimeOffset now)
    {
        var manifest = pushed.Manifest;
        var children = manifest.Manifests.Select(child => child.Digest.ToString()).Distinct().ToList();
        return new ImageRecord
        {
            AccountId = repository.AccountId,
            Region = repository.Region,
            Repository = repository.Name,
            Digest = pushed.Digest.ToString(),
            MediaType = manifest.MediaType,
            ArtifactType = manifest.ArtifactType,
            ManifestSize = pushed.ManifestSize,
            ImageSize = manifest.IsIndex
                ? children.Max(child => view.Find(EcrTables.Images, repository.ContentKey(child))?.ImageSize) ?? 0
                : Contents(manifest).Sum(content => content.Size),
            PushedAt = now,
            Layers =
            [
                .. Contents(manifest)
                    .Where(content => Holds(view, EcrTables.Layers, repository, content))
                    .Select(content => content.Digest.ToString())
                    .Distinct(),
            ],
            Manifests = children,
            Subject = manifest.Subject?.ToString(),
            Annotations = manifest.Annotations,
        };
    }

    private static void Use(Transaction transaction, RepositoryId repository, string digest, ImageManifest manifest)
    {
        var layer = transaction.Find(EcrTables.Layers, repository.ContentKey(digest))!;
        transaction.Put(
            EcrTables.Layers,
            layer with
            {
                Images = layer.Images + 1,
                UnusedSince = null,
                MediaType = layer.MediaType
                    ?? Contents(manifest).First(content => content.Digest.ToString() == digest).MediaType,
            }
        );
    }

    private static void CountIndex(Transaction transaction, RepositoryId repository, string digest, int change)
    {
        if (transaction.Find(EcrTables.Images, repository.ContentKey(digest)) is { } image)
            transaction.Put(EcrTables.Images, image with { Indexes = image.Indexes + change });
    }
}
