using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Ecr.Repositories;

namespace Estiba.Ecr.Images;

/// <summary>
/// ECR's refusals that are heard through both doors: as errors of operations, and as the messages of <c>docker
/// push</c>.
/// </summary>
internal static class ImageErrors
{
    public static AwsException RepositoryNotFound(string name, string registryId) =>
        EcrErrors.RepositoryNotFoundException(
            $"The repository with name '{name}' does not exist in the registry with id '{registryId}'"
        );

    public static AwsException RepositoryNotFound(RepositoryId repository) =>
        RepositoryNotFound(repository.Name, repository.AccountId);

    public static AwsException StorageClassNotSupported(ImageRecord image, string reason) =>
        EcrErrors.ImageStorageClassUpdateNotSupportedException($"The image with digest '{image.Digest}' is {reason}.");

    public static AwsException InvalidParameter(string parameter, string constraint) =>
        EcrErrors.InvalidParameterException(
            $"Invalid parameter at '{parameter}' failed to satisfy constraint: '{constraint}'"
        );

    public static AwsException TagAlreadyExists(RepositoryId repository, string tag) =>
        EcrErrors.ImageTagAlreadyExistsException(
            $"The image tag '{tag}' already exists in the '{repository.Name}' repository and cannot be overwritten "
                + "because the tag is immutable."
        );

    public static AwsException ImageAlreadyExists(RepositoryId repository, string digest, string? tag) =>
        EcrErrors.ImageAlreadyExistsException(
            $"Image with digest '{digest}' and tag '{tag ?? "null"}' already exists in the repository "
                + $"with name '{repository.Name}' in registry with id '{repository.AccountId}'"
        );

    public static AwsException ImageNotFound(RepositoryId repository, string? digest, string? tag) =>
        EcrErrors.ImageNotFoundException(
            $"The image with imageId {{imageDigest:'{digest ?? "null"}', imageTag:'{tag ?? "null"}'}} "
                + $"does not exist within the repository with name '{repository.Name}' in the registry with "
                + $"id '{repository.AccountId}'"
        );

    public static AwsException LayersNotFound(RepositoryId repository, IEnumerable<string> digests) =>
        EcrErrors.LayersNotFoundException(
            $"Layers with digests '[{string.Join(", ", digests)}]' required for pushing image into "
                + $"repository with name '{repository.Name}' in the registry with id '{repository.AccountId}"
                + "' do not exist"
        );

    public static AwsException ReferencedImagesNotFound(RepositoryId repository, IEnumerable<string> digests) =>
        EcrErrors.ReferencedImagesNotFoundException(
            $"Images with digests '[{string.Join(", ", digests)}]' required for pushing image into "
                + $"repository with name '{repository.Name}' in the registry with id '{repository.AccountId}"
                + "' do not exist"
        );
}
