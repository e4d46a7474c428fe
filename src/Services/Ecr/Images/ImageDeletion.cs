using Estiba.Contracts.Ecr;
using Estiba.Ecr.Repositories;
using Estiba.State;

namespace Estiba.Ecr.Images;

/// <summary>
/// What BatchDeleteImage does: a tag is taken away, and with the last one the image; a digest deletes the image with
/// all of its tags.
/// </summary>
internal static class ImageDeletion
{
    public static void Delete(
        Transaction transaction,
        RepositoryId repository,
        IReadOnlyList<ImageIdentifier> ids,
        DateTimeOffset now,
        List<ImageIdentifier> deleted,
        List<ImageFailure> failures
    )
    {
        // All names are looked up before anything is deleted, so that two names of one image are both found; and lists
        // are deleted before the images that they hold.
        var found = new List<(ImageIdentifier Id, ImageRecord Image, List<ImageIdentifier> All)>();
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in ids)
        {
            var (image, failure) = ImageIdentifiers.Find(transaction, repository, id);
            if (image is null)
                failures.Add(failure!);
            else
                found.Add((id, image, [.. ImageIdentifiers.Of(transaction, image, tag: null)]));
        }
        foreach (var (id, image, all) in found.OrderByDescending(each => each.Image.Manifests.Count))
        {
            var isThere = transaction.Find(EcrTables.Images, repository.ContentKey(image.Digest)) is not null;

            // What refers to another of the images went with that one, and was asked to go.
            if (!isThere && named.Add(image.Digest))
                deleted.AddRange(all);
            if (!isThere)
                continue;
            DeleteOne(transaction, repository, id, image.Digest, now, deleted, failures);
            if (transaction.Find(EcrTables.Images, repository.ContentKey(image.Digest)) is null)
                named.Add(image.Digest);
        }
    }

    private static void DeleteOne(
        Transaction transaction,
        RepositoryId repository,
        ImageIdentifier id,
        string digest,
        DateTimeOffset now,
        List<ImageIdentifier> deleted,
        List<ImageFailure> failures
    )
    {
        if (transaction.Find(EcrTables.Images, repository.ContentKey(digest)) is not { } image)
            return; // By another of its names.

        var all = ImageIdentifiers.Of(transaction, image, tag: null).ToList();
        var going = id.ImageTag is null ? all : all.Where(each => each.ImageTag == id.ImageTag).ToList();
        var isLast = going.Count == all.Count;
        if (isLast && image.Indexes > 0)
        {
            failures.Add(
                ImageIdentifiers
                    .Fail(
                        id,
                        ImageFailureCode.ImageReferencedByManifestList,
                        "Requested image referenced by manifest list"
                    )
                    .Failure!
            );
            return;
        }
        if (isLast)
            ImageChanges.Delete(transaction, image, now);
        else
            foreach (var tagged in going)
                transaction.Delete(EcrTables.Tags, repository.TagKey(tagged.ImageTag!));
        deleted.AddRange(going);
    }
}
