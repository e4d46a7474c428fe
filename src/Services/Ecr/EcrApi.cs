using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Ecr.Authorization;
using Estiba.Ecr.Images;
using Estiba.Ecr.Layers;
using Estiba.Ecr.Registry.Blobs;
using Estiba.Ecr.Repositories;
using Estiba.State;

namespace Estiba.Ecr;

/// <summary>Amazon ECR's operations. Each resource has its part of this class in its own folder.</summary>
/// <remarks>Amazon ECR API reference. What is not here answers that it is not implemented.</remarks>
public sealed partial class EcrApi : IEcrApi
{
    private readonly Store _store;
    private readonly ImageRegistry _images;
    private readonly LayerStore _layers;
    private readonly BlobUploads _uploads;
    private readonly RegistryTokens _tokens;
    private readonly EcrOptions _options;
    private readonly TimeProvider _time;

    internal EcrApi(
        Store store,
        ImageRegistry images,
        LayerStore layers,
        BlobUploads uploads,
        RegistryTokens tokens,
        EcrOptions options,
        TimeProvider time
    )
    {
        _store = store;
        _images = images;
        _layers = layers;
        _uploads = uploads;
        _tokens = tokens;
        _options = options;
        _time = time;
    }

    /// <summary>The repository that a request names.</summary>
    /// <exception cref="AwsException">It does not exist in the caller's registry.</exception>
    private static RepositoryRecord Existing(View view, string? registryId, string? name, CallContext context) =>
        view.Find(EcrTables.Repositories, Named(registryId, name, context).Key)
        ?? throw ImageErrors.RepositoryNotFound(name!, context.AccountId);

    // The registry of another account has no repository that this one may see.
    private static RepositoryId Named(string? registryId, string? name, CallContext context) =>
        registryId is null || registryId == context.AccountId
            ? new RepositoryId(context.AccountId, context.Region, name!)
            : throw ImageErrors.RepositoryNotFound(name!, registryId);

    private Task<RepositoryRecord> ChangeAsync(
        string? registryId,
        string? name,
        CallContext context,
        Func<RepositoryRecord, RepositoryRecord> change,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var changed = change(Existing(transaction, registryId, name, context));
                transaction.Put(EcrTables.Repositories, changed);
                return changed;
            },
            cancellation
        );
}
