using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Ecr.Images;
using Estiba.Ecr.Registry.Blobs;
using Estiba.Ecr.Repositories;
using Estiba.State;

namespace Estiba.Ecr;

public sealed partial class EcrApi
{
    /// <inheritdoc />
    public Task<ListImagesResponse> ListImagesAsync(
        ListImagesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var repository = Existing(view, request.RegistryId, request.RepositoryName, context).Id;
        var page = PageToken.Take(
            ImageLists.Identifiers(
                view,
                repository,
                request.Filter?.TagStatus,
                request.Filter?.ImageStatus,
                PageToken.Read(request.NextToken, request, context)
            ),
            request.MaxResults,
            ImageLists.PositionOf,
            request,
            context
        );
        return Task.FromResult(new ListImagesResponse { ImageIds = page.Items, NextToken = page.NextToken });
    }

    /// <inheritdoc />
    public Task<DescribeImagesResponse> DescribeImagesAsync(
        DescribeImagesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var repository = Existing(view, request.RegistryId, request.RepositoryName, context).Id;
        if (request.ImageIds is { Count: > 0 } ids)
        {
            var found = ids.Select(id =>
                    ImageIdentifiers.Find(view, repository, id).Image
                    ?? throw ImageErrors.ImageNotFound(repository, id.ImageDigest, id.ImageTag)
                )
                .DistinctBy(image => image.Digest);
            return Task.FromResult(
                new DescribeImagesResponse { ImageDetails = [.. found.Select(image => Describe(view, image))] }
            );
        }

        var page = PageToken.Take(
            ImageLists.Images(
                view,
                repository,
                request.Filter?.TagStatus,
                request.Filter?.ImageStatus,
                PageToken.Read(request.NextToken, request, context)
            ),
            request.MaxResults,
            image => image.Digest,
            request,
            context
        );
        return Task.FromResult(
            new DescribeImagesResponse
            {
                ImageDetails = [.. page.Items.Select(image => Describe(view, image))],
                NextToken = page.NextToken,
            }
        );
    }

    /// <inheritdoc />
    /// <remarks>
    /// Manifests are given as they were pushed, whichever media types are accepted; ECR turns some into older forms.
    /// </remarks>
    public async Task<BatchGetImageResponse> BatchGetImageAsync(
        BatchGetImageRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var repository = Existing(view, request.RegistryId, request.RepositoryName, context).Id;
        var images = new List<Image>();
        var failures = new List<ImageFailure>();
        foreach (var id in request.ImageIds!)
        {
            var (image, failure) = ImageIdentifiers.Find(view, repository, id);
            if (image is { IsArchived: true })
            {
                const string Reason = "The image is archived. Restore it before it is pulled.";
                (image, failure) = ImageIdentifiers.Fail(id, ImageFailureCode.ImageInaccessible, Reason);
            }
            if (image is null)
            {
                failures.Add(failure!);
                continue;
            }
            var manifest = Encoding.UTF8.GetString(await _images.ReadManifestAsync(image, cancellation));
            await _images.RecordPullAsync(image, cancellation);
            images.AddRange(
                ImageIdentifiers
                    .Of(view, image, id.ImageTag)
                    .Select(identifier => Describe(repository, image, identifier, manifest))
            );
        }
        return new BatchGetImageResponse
        {
            Images = [.. images.DistinctBy(image => image.ImageId)],
            Failures = failures,
        };
    }

    /// <inheritdoc />
    public async Task<BatchDeleteImageResponse> BatchDeleteImageAsync(
        BatchDeleteImageRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var deleted = new List<ImageIdentifier>();
        var failures = new List<ImageFailure>();
        await _store.CommitAsync(
            transaction =>
            {
                var repository = Existing(transaction, request.RegistryId, request.RepositoryName, context).Id;
                ImageDeletion.Delete(transaction, repository, request.ImageIds!, _time.GetUtcNow(), deleted, failures);
            },
            cancellation
        );
        return new BatchDeleteImageResponse { ImageIds = deleted, Failures = failures };
    }

    /// <inheritdoc />
    public async Task<PutImageResponse> PutImageAsync(
        PutImageRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var repository = Existing(_store.Current, request.RegistryId, request.RepositoryName, context).Id;
        if (request.ImageTag is { } tag && !ImageTags.IsValid(tag))
            throw ImageErrors.InvalidParameter(
                "imageTag",
                "must satisfy regular expression '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}'"
            );
        var content = Encoding.UTF8.GetBytes(request.ImageManifest!);
        if (content.Length > ImageManifest.MaximumSize)
            throw ImageErrors.InvalidParameter(
                "imageManifest",
                $"Member must have length less than or equal to {ImageManifest.MaximumSize}"
            );
        if (!ImageManifest.TryParse(content, request.ImageManifestMediaType, out var manifest, out var fault))
            throw ImageErrors.InvalidParameter("ImageManifest", fault);
        var digest = Digest.OfSha256(content);
        if (request.ImageDigest is { } expected && expected != digest.ToString())
        {
            throw EcrErrors.ImageDigestDoesNotMatchException(
                $"The image digest '{expected}' does not match the digest '{digest}' that Amazon ECR calculated "
                    + "for the image."
            );
        }

        var pushed = new PushedImage(digest, manifest, content.Length, request.ImageTag);
        var image = await _images.PutAsync(
            repository,
            pushed,
            content,
            view => MustBeNew(view, repository, pushed),
            cancellation
        );
        return new PutImageResponse
        {
            Image = Describe(
                repository,
                image,
                new ImageIdentifier { ImageDigest = image.Digest, ImageTag = request.ImageTag },
                request.ImageManifest!
            ),
        };
    }

    /// <inheritdoc />
    /// <remarks>Restoring takes minutes in ECR and no time here.</remarks>
    public async Task<UpdateImageStorageClassResponse> UpdateImageStorageClassAsync(
        UpdateImageStorageClassRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var archive = request.TargetStorageClass == TargetStorageClass.Archive;
        var changed = await _store.CommitAsync(
            transaction =>
            {
                var repository = Existing(transaction, request.RegistryId, request.RepositoryName, context).Id;
                var image = ImageIdentifiers.Find(transaction, repository, request.ImageId!).Image
                    ?? throw ImageErrors.ImageNotFound(
                        repository,
                        request.ImageId!.ImageDigest,
                        request.ImageId.ImageTag
                    );
                if (image.IsArchived == archive)
                    throw ImageErrors.StorageClassNotSupported(
                        image,
                        $"already in the storage class {request.TargetStorageClass}"
                    );
                if (!archive)
                    return ImageChanges.Restore(transaction, image, _time.GetUtcNow());
                if (ImageChanges.IsHeldByActiveIndex(transaction, image))
                    throw ImageErrors.StorageClassNotSupported(
                        image,
                        "referenced by a manifest list that is not archived"
                    );
                return ImageChanges.Archive(transaction, image, _time.GetUtcNow());
            },
            cancellation
        );
        return new UpdateImageStorageClassResponse
        {
            RegistryId = changed.AccountId,
            RepositoryName = changed.Repository,
            ImageId = new ImageIdentifier { ImageDigest = changed.Digest, ImageTag = request.ImageId!.ImageTag },
            ImageStatus = ImageLists.StatusOf(changed),
        };
    }

    /// <inheritdoc />
    public Task<ListImageReferrersResponse> ListImageReferrersAsync(
        ListImageReferrersRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        const int DefaultSize = 50;
        var view = _store.Current;
        var repository = Existing(view, request.RegistryId, request.RepositoryName, context).Id;
        var last = PageToken.Read(request.NextToken, request, context) is { } digest
            ? repository.ContentKey(digest)
            : null;
        var types = request.Filter?.ArtifactTypes;
        var referrers = view.Where(
                EcrTables.Images,
                EcrTables.ImagesBySubject,
                repository.ContentKey(request.SubjectId!.ImageDigest!),
                last
            )
            .Where(image => types is not { Count: > 0 } || types.Contains(image.ArtifactType))
            .Where(image => ImageLists.HasStatus(image, request.Filter?.ArtifactStatus));
        var page = PageToken.Take(
            referrers,
            request.MaxResults ?? DefaultSize,
            image => image.Digest,
            request,
            context
        );
        return Task.FromResult(
            new ListImageReferrersResponse
            {
                Referrers = [.. page.Items.Select(DescribeReferrer)],
                NextToken = page.NextToken,
            }
        );
    }

    // Pushing the same again is an error here, unlike through the registry protocol.
    private static void MustBeNew(View view, RepositoryId repository, PushedImage pushed)
    {
        var digest = pushed.Digest.ToString();
        var same = pushed.Tag is { } tag
            ? view.Find(EcrTables.Tags, repository.TagKey(tag))?.Digest == digest
            : view.Find(EcrTables.Images, repository.ContentKey(digest)) is not null;
        if (same)
            throw ImageErrors.ImageAlreadyExists(repository, digest, pushed.Tag);
    }

    private static Image Describe(RepositoryId repository, ImageRecord image, ImageIdentifier id, string manifest) =>
        new()
        {
            RegistryId = repository.AccountId,
            RepositoryName = repository.Name,
            ImageId = id,
            ImageManifest = manifest,
            ImageManifestMediaType = image.MediaType,
        };

    private static ImageDetail Describe(View view, ImageRecord image) =>
        new()
        {
            RegistryId = image.AccountId,
            RepositoryName = image.Repository,
            ImageDigest = image.Digest,
            ImageTags = ImageRegistry.TagsOf(view, image).ToList() is { Count: > 0 } tags ? tags : null,
            ImageSizeInBytes = image.ImageSize,
            ImagePushedAt = image.PushedAt,
            ImageManifestMediaType = image.MediaType,
            ArtifactMediaType = image.ArtifactType,
            LastRecordedPullTime = image.LastPulledAt,
            SubjectManifestDigest = image.Subject,
            ImageStatus = ImageLists.StatusOf(image),
            LastArchivedAt = image.LastArchivedAt,
            LastActivatedAt = image.LastActivatedAt,
        };

    private static ImageReferrer DescribeReferrer(ImageRecord image) =>
        new()
        {
            Digest = image.Digest,
            MediaType = image.MediaType,
            ArtifactType = image.ArtifactType,
            Size = image.ManifestSize,
            Annotations = image.Annotations,
            ArtifactStatus = ImageLists.StatusOf(image),
        };
}
