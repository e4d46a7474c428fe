using Estiba.Contracts;
using Estiba.Contracts.Ecr;

namespace Estiba.Ecr;

/// <content>Signing of images on push: there is none, and every read says so.</content>
public sealed partial class EcrApi
{
    /// <inheritdoc />
    public Task<GetSigningConfigurationResponse> GetSigningConfigurationAsync(
        GetSigningConfigurationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSigning(context);

    /// <inheritdoc />
    public Task<DeleteSigningConfigurationResponse> DeleteSigningConfigurationAsync(
        DeleteSigningConfigurationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSigning(context);

    /// <inheritdoc />
    public Task<DescribeImageSigningStatusResponse> DescribeImageSigningStatusAsync(
        DescribeImageSigningStatusRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var image = RequireImage(request.RegistryId, request.RepositoryName, request.ImageId!, context);
        return Task.FromResult(
            new DescribeImageSigningStatusResponse
            {
                RegistryId = image.AccountId,
                RepositoryName = image.Repository,
                ImageId = new ImageIdentifier { ImageDigest = image.Digest, ImageTag = request.ImageId!.ImageTag },
                SigningStatuses = [],
            }
        );
    }

    private static AwsException NoSigning(CallContext context) =>
        EcrErrors.SigningConfigurationNotFoundException(
            $"Signing configuration does not exist in the registry with id '{context.AccountId}'"
        );
}
