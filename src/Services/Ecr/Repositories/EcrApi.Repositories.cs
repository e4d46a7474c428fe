using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Ecr.GarbageCollection;
using Estiba.Ecr.Images;
using Estiba.Ecr.Repositories;
using Estiba.State;

namespace Estiba.Ecr;

public sealed partial class EcrApi
{
    /// <inheritdoc />
    public async Task<CreateRepositoryResponse> CreateRepositoryAsync(
        CreateRepositoryRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var mutability = request.ImageTagMutability ?? ImageTagMutability.Mutable;
        TagMutability.Validate(mutability, request.ImageTagMutabilityExclusionFilters);
        if (request.EncryptionConfiguration is { EncryptionType: EncryptionType.Aes256, KmsKey: not null })
            throw ImageErrors.InvalidParameter(
                "encryptionConfiguration",
                "Invalid encryption configuration: Encryption key should not be set for AES256 encryption."
            );
        var id = Named(request.RegistryId, request.RepositoryName, context);
        var repository = new RepositoryRecord
        {
            AccountId = id.AccountId,
            Region = id.Region,
            Name = id.Name,
            CreatedAt = _time.GetUtcNow(),
            ImageTagMutability = mutability,
            ImageTagMutabilityExclusionFilters = request.ImageTagMutabilityExclusionFilters,
            ScanOnPush = request.ImageScanningConfiguration?.ScanOnPush ?? false,
            Encryption = request.EncryptionConfiguration
                ?? new EncryptionConfiguration { EncryptionType = EncryptionType.Aes256 },
            Tags = ResourceTags.Rules.Merge([], request.Tags ?? []),
        };
        await _store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(EcrTables.Repositories, id.Key) is not null)
                {
                    throw EcrErrors.RepositoryAlreadyExistsException(
                        $"The repository with name '{id.Name}' already exists in the registry with id '{id.AccountId}'"
                    );
                }
                transaction.Put(EcrTables.Repositories, repository);
            },
            cancellation
        );
        return new CreateRepositoryResponse { Repository = Describe(repository) };
    }

    /// <inheritdoc />
    public Task<DescribeRepositoriesResponse> DescribeRepositoriesAsync(
        DescribeRepositoriesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        if (request.RepositoryNames is { } names)
        {
            if (request.NextToken is not null || request.MaxResults is not null)
                throw EcrErrors.InvalidParameterException(
                    "maxResults and nextToken cannot be used together with repositoryNames."
                );
            var named = names.Distinct().Select(name => Describe(Existing(view, request.RegistryId, name, context)));
            return Task.FromResult(new DescribeRepositoriesResponse { Repositories = [.. named] });
        }

        var prefix = Scope.Of(context).Prefix;
        var all =
            request.RegistryId is { } registryId && registryId != context.AccountId
                ? []
                : view.Range(
                    EcrTables.Repositories,
                    prefix,
                    PageToken.Read(request.NextToken, request, context) is { } last ? prefix + last : null
                );
        var page = PageToken.Take(all, request.MaxResults, repository => repository.Name, request, context);
        return Task.FromResult(
            new DescribeRepositoriesResponse
            {
                Repositories = [.. page.Items.Select(Describe)],
                NextToken = page.NextToken,
            }
        );
    }

    /// <inheritdoc />
    public async Task<DeleteRepositoryResponse> DeleteRepositoryAsync(
        DeleteRepositoryRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var deleted = await _store.CommitAsync(
            transaction =>
            {
                var repository = Existing(transaction, request.RegistryId, request.RepositoryName, context);
                if (request.Force is not true && transaction.Count(EcrTables.Images, repository.Id.ContentPrefix) > 0)
                {
                    throw EcrErrors.RepositoryNotEmptyException(
                        $"The repository with name '{repository.Name}' in registry with id "
                            + $"'{repository.AccountId}' cannot be deleted because it still contains images"
                    );
                }
                DeleteContents(transaction, repository.Id, _time.GetUtcNow());
                transaction.Delete(EcrTables.Repositories, repository.Id.Key);
                return repository;
            },
            cancellation
        );
        await _uploads.EndAllAsync(deleted.Id.Key, cancellation);
        return new DeleteRepositoryResponse { Repository = Describe(deleted) };
    }

    /// <inheritdoc />
    public async Task<PutImageTagMutabilityResponse> PutImageTagMutabilityAsync(
        PutImageTagMutabilityRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        TagMutability.Validate(request.ImageTagMutability!, request.ImageTagMutabilityExclusionFilters);
        var repository = await ChangeAsync(
            request.RegistryId,
            request.RepositoryName,
            context,
            repository =>
                repository with
                {
                    ImageTagMutability = request.ImageTagMutability!,
                    ImageTagMutabilityExclusionFilters = request.ImageTagMutabilityExclusionFilters,
                },
            cancellation
        );
        return new PutImageTagMutabilityResponse
        {
            RegistryId = repository.AccountId,
            RepositoryName = repository.Name,
            ImageTagMutability = repository.ImageTagMutability,
            ImageTagMutabilityExclusionFilters = repository.ImageTagMutabilityExclusionFilters,
        };
    }

    /// <inheritdoc />
    /// <remarks>The setting is kept; no image is scanned.</remarks>
    public async Task<PutImageScanningConfigurationResponse> PutImageScanningConfigurationAsync(
        PutImageScanningConfigurationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var repository = await ChangeAsync(
            request.RegistryId,
            request.RepositoryName,
            context,
            repository => repository with { ScanOnPush = request.ImageScanningConfiguration!.ScanOnPush ?? false },
            cancellation
        );
        return new PutImageScanningConfigurationResponse
        {
            RegistryId = repository.AccountId,
            RepositoryName = repository.Name,
            ImageScanningConfiguration = new ImageScanningConfiguration { ScanOnPush = repository.ScanOnPush },
        };
    }

    // The blobs stay until the sweep sees that no repository holds them.
    private static void DeleteContents(Transaction transaction, RepositoryId repository, DateTimeOffset now)
    {
        foreach (var tag in transaction.Range(EcrTables.Tags, repository.TagPrefix).ToList())
            transaction.Delete(EcrTables.Tags, repository.TagKey(tag.Tag));
        foreach (var image in transaction.Range(EcrTables.Images, repository.ContentPrefix).ToList())
        {
            transaction.Delete(EcrTables.Images, repository.ContentKey(image.Digest));
            UnlinkedBlobs.Note(transaction, image.Digest, now);
        }
        foreach (var layer in transaction.Range(EcrTables.Layers, repository.ContentPrefix).ToList())
        {
            transaction.Delete(EcrTables.Layers, repository.ContentKey(layer.Digest));
            UnlinkedBlobs.Note(transaction, layer.Digest, now);
        }
    }

    private Repository Describe(RepositoryRecord repository) =>
        new()
        {
            RepositoryArn = ArnOf(repository.Id).ToString(),
            RegistryId = repository.AccountId,
            RepositoryName = repository.Name,
            RepositoryUri = $"{_options.Endpoint.Authority}/{repository.Name}",
            CreatedAt = repository.CreatedAt,
            ImageTagMutability = repository.ImageTagMutability,
            ImageTagMutabilityExclusionFilters = repository.ImageTagMutabilityExclusionFilters,
            ImageScanningConfiguration = new ImageScanningConfiguration { ScanOnPush = repository.ScanOnPush },
            EncryptionConfiguration = RepositoryEncryption.Of(repository),
        };

    private static Arn ArnOf(RepositoryId repository) =>
        new("ecr", repository.Region, repository.AccountId, $"repository/{repository.Name}");
}
