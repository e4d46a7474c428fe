using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Ecr.Images;
using Estiba.Ecr.Repositories;
using Estiba.Ecr.Scanning;

namespace Estiba.Ecr;

public sealed partial class EcrApi
{
    /// <inheritdoc />
    public Task<GetRegistryScanningConfigurationResponse> GetRegistryScanningConfigurationAsync(
        GetRegistryScanningConfigurationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new GetRegistryScanningConfigurationResponse
            {
                RegistryId = context.AccountId,
                ScanningConfiguration = ScanningRules.Of(RegistryOf(_store.Current, context)),
            }
        );

    /// <inheritdoc />
    /// <remarks>The setting is kept; no image is scanned.</remarks>
    public async Task<PutRegistryScanningConfigurationResponse> PutRegistryScanningConfigurationAsync(
        PutRegistryScanningConfigurationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        ScanningRules.Validate(request);
        var scanning = new RegistryScanningConfiguration
        {
            ScanType = request.ScanType ?? ScanType.Basic,
            Rules = request.Rules ?? [],
        };
        await ChangeAsync(context, registry => registry with { Scanning = scanning }, cancellation);
        return new PutRegistryScanningConfigurationResponse { RegistryScanningConfiguration = scanning };
    }

    /// <inheritdoc />
    public Task<BatchGetRepositoryScanningConfigurationResponse> BatchGetRepositoryScanningConfigurationAsync(
        BatchGetRepositoryScanningConfigurationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var registry = RegistryOf(view, context);
        var found = request
            .RepositoryNames!.Distinct(StringComparer.Ordinal)
            .ToLookup(name =>
                view.Find(EcrTables.Repositories, new RepositoryId(context.AccountId, context.Region, name).Key)
            );
        return Task.FromResult(
            new BatchGetRepositoryScanningConfigurationResponse
            {
                ScanningConfigurations =
                [
                    .. found
                        .Where(named => named.Key is not null)
                        .Select(named => ScanningRules.For(registry, named.Key!, ArnOf(named.Key!.Id))),
                ],
                Failures =
                [
                    .. found[null]
                        .Select(name => new RepositoryScanningConfigurationFailure
                        {
                            RepositoryName = name,
                            FailureCode = ScanningConfigurationFailureCode.RepositoryNotFound,
                            FailureReason = ImageErrors.RepositoryNotFound(name, context.AccountId).Message,
                        }),
                ],
            }
        );
    }

    /// <inheritdoc />
    /// <remarks>No image is ever scanned.</remarks>
    public Task<DescribeImageScanFindingsResponse> DescribeImageScanFindingsAsync(
        DescribeImageScanFindingsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var id = request.ImageId!;
        var repository = RequireImage(request.RegistryId, request.RepositoryName, id, context).RepositoryId;
        var named = $"{{imageDigest:'{id.ImageDigest ?? "null"}', imageTag:'{id.ImageTag ?? "null"}'}}";
        throw EcrErrors.ScanNotFoundException(
            $"Image scan does not exist for the image with '{named}' in the repository with name "
                + $"'{repository.Name}' in the registry with id '{repository.AccountId}'"
        );
    }

    private ImageRecord RequireImage(
        string? registryId,
        string? repositoryName,
        ImageIdentifier id,
        CallContext context
    )
    {
        var view = _store.Current;
        var repository = Existing(view, registryId, repositoryName, context).Id;
        return ImageIdentifiers.Find(view, repository, id).Image
            ?? throw ImageErrors.ImageNotFound(repository, id.ImageDigest, id.ImageTag);
    }
}
