using Estiba.Contracts.Ecr;
using Estiba.Ecr.Repositories;
using Estiba.State;

namespace Estiba.Ecr.Images;

/// <summary>The images of a repository in the order of their digests, filtered, from a place on.</summary>
internal static class ImageLists
{
    /// <param name="after">The digest of the last image of the page before; null for the first page.</param>
    public static IEnumerable<ImageRecord> Images(
        View view,
        RepositoryId repository,
        string? tagStatus,
        string? imageStatus,
        string? after
    )
    {
        var images = view.Range(
                EcrTables.Images,
                repository.ContentPrefix,
                after is null ? null : repository.ContentKey(after)
            )
            .Where(image => HasStatus(image, imageStatus));
        return tagStatus switch
        {
            TagStatus.Tagged => images.Where(image => IsTagged(view, image)),
            TagStatus.Untagged => images.Where(image => !IsTagged(view, image)),
            _ => images,
        };
    }

    /// <summary>One identifier for each tag of each image, and one for an image without tags.</summary>
    /// <param name="after">Where the page before ended, by <see cref="PositionOf"/>; null for the first page.</param>
    public static IEnumerable<ImageIdentifier> Identifiers(
        View view,
        RepositoryId repository,
        string? tagStatus,
        string? imageStatus,
        string? after
    )
    {
        var (digest, tag) = after?.Split(' ', 2) is [var first, var second] ? (first, second) : (null, null);
        var rest = digest is null
            ? []
            : view.Where(EcrTables.Tags, EcrTables.TagsByImage, repository.ContentKey(digest), repository.TagKey(tag!))
                .Where(_ =>
                    tag!.Length > 0 && tagStatus != TagStatus.Untagged && IsShown(view, repository, digest, imageStatus)
                )
                .Select(more => new ImageIdentifier { ImageDigest = digest, ImageTag = more.Tag });
        return rest.Concat(
            Images(view, repository, tagStatus, imageStatus, digest)
                .SelectMany(image => ImageIdentifiers.Of(view, image, tag: null))
        );
    }

    public static string PositionOf(ImageIdentifier id) => $"{id.ImageDigest} {id.ImageTag}";

    /// <summary>Whether a filter lets an image through. Without one, those in the archive are listed too.</summary>
    public static bool HasStatus(ImageRecord image, string? statusFilter) =>
        statusFilter is null or ImageStatusFilter.Any || statusFilter == StatusOf(image);

    /// <summary>Restoring takes no time here, so that nothing is ever <c>ACTIVATING</c>.</summary>
    public static string StatusOf(ImageRecord image) => image.IsArchived ? ImageStatus.Archived : ImageStatus.Active;

    private static bool IsShown(View view, RepositoryId repository, string digest, string? statusFilter) =>
        view.Find(EcrTables.Images, repository.ContentKey(digest)) is { } image && HasStatus(image, statusFilter);

    private static bool IsTagged(View view, ImageRecord image) =>
        view.Count(EcrTables.Tags, EcrTables.TagsByImage, image.RepositoryId.ContentKey(image.Digest)) > 0;
}
