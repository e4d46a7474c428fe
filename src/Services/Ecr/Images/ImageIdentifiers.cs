using Estiba.Contracts.Ecr;
using Estiba.Ecr.Registry.Blobs;
using Estiba.Ecr.Repositories;
using Estiba.State;

namespace Estiba.Ecr.Images;

/// <summary>
/// Finds what an identifier (a digest, a tag or both) names, and says why it names nothing as ECR does.
/// </summary>
internal static class ImageIdentifiers
{
    /// <returns>The image, or the failure of a batch operation.</returns>
    public static (ImageRecord? Image, ImageFailure? Failure) Find(
        View view,
        RepositoryId repository,
        ImageIdentifier id
    )
    {
        if (id is { ImageDigest: null, ImageTag: null })
            return Fail(
                id,
                ImageFailureCode.MissingDigestAndTag,
                "Invalid request parameters: both tag and digest cannot be null"
            );
        if (id.ImageDigest is not null && !Digest.TryParse(id.ImageDigest, out _))
            return Fail(
                id,
                ImageFailureCode.InvalidImageDigest,
                "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"
            );

        var digest = id.ImageDigest;
        if (id.ImageTag is not null)
        {
            if (view.Find(EcrTables.Tags, repository.TagKey(id.ImageTag)) is not { } tag)
                return NotFound(id);
            if (digest is not null && tag.Digest != digest)
                return Fail(
                    id,
                    ImageFailureCode.ImageTagDoesNotMatchDigest,
                    "Invalid request parameters: given tag does not map to the given digest"
                );
            digest = tag.Digest;
        }
        return view.Find(EcrTables.Images, repository.ContentKey(digest!)) is { } image ? (image, null) : NotFound(id);
    }

    /// <summary>
    /// The identifiers of an image: with the tag that was asked for, else one for each of its tags, else its digest
    /// alone.
    /// </summary>
    public static IEnumerable<ImageIdentifier> Of(View view, ImageRecord image, string? tag)
    {
        if (tag is not null)
            return [new ImageIdentifier { ImageDigest = image.Digest, ImageTag = tag }];
        return ImageRegistry
            .TagsOf(view, image)
            .Select(each => new ImageIdentifier { ImageDigest = image.Digest, ImageTag = each })
            .DefaultIfEmpty(new ImageIdentifier { ImageDigest = image.Digest });
    }

    public static (ImageRecord? Image, ImageFailure? Failure) Fail(ImageIdentifier id, string code, string reason) =>
        (
            null,
            new ImageFailure
            {
                ImageId = id,
                FailureCode = code,
                FailureReason = reason,
            }
        );

    private static (ImageRecord? Image, ImageFailure? Failure) NotFound(ImageIdentifier id) =>
        Fail(id, ImageFailureCode.ImageNotFound, "Requested image not found");
}
