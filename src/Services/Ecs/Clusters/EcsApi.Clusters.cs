using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs;

/// <content>Clusters.</content>
public sealed partial class EcsApi
{
    private const int MostClustersDescribed = 100;

    /// <inheritdoc/>
    public async Task<CreateClusterResponse> CreateClusterAsync(
        CreateClusterRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (request.ClusterName is { Length: > 0 } name && !ClusterNames.IsValid(name))
            throw InvalidParameterException($"ClusterName must match {ClusterNames.Pattern}");
        var defaults = await DefaultsAsync(request.ServiceConnectDefaults, context, cancellation);
        return await _store.CommitAsync(
            transaction => new CreateClusterResponse
            {
                Cluster = ClusterDescription.Of(
                    transaction,
                    ClusterCreation.Apply(transaction, request, defaults, context, Now),
                    ClusterDescription.AfterChange
                ),
            },
            cancellation
        );
    }

    /// <inheritdoc/>
    public Task<DescribeClustersResponse> DescribeClustersAsync(
        DescribeClustersRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        var view = _store.Current;
        IReadOnlyList<string> names = request.Clusters is { Count: > 0 } given ? given : [ClusterNames.Default];
        var (found, failures) = NamedItems.Describe(
            NamedItems.Require(names, MostClustersDescribed, "Clusters", "clusters"),
            name =>
                ClusterNames.Find(view, scope, name) is { } cluster
                    ? ClusterDescription.Of(view, cluster, request.Include)
                    : null,
            name => scope.Arn("cluster/" + name)
        );
        return Task.FromResult(new DescribeClustersResponse { Clusters = found, Failures = failures });
    }

    /// <inheritdoc/>
    public Task<ListClustersResponse> ListClustersAsync(
        ListClustersRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var active = _store
            .Current.Range(
                EcsTables.Clusters,
                Scope.Of(context).Prefix,
                Paging.After(request.NextToken, request, context)
            )
            .Where(cluster => cluster.Status == ClusterStatus.Active);
        var (page, token) = PagingToken.Cut(
            active,
            Paging.Size(request.MaxResults),
            cluster => cluster.Key,
            request,
            context
        );
        return Task.FromResult(
            new ListClustersResponse { ClusterArns = [.. page.Select(cluster => cluster.Arn)], NextToken = token }
        );
    }

    /// <inheritdoc/>
    public Task<DeleteClusterResponse> DeleteClusterAsync(
        DeleteClusterRequest request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var cluster = ClusterNames.Find(transaction, Scope.Of(context), request.Cluster)
                    ?? throw ClusterNotFoundException("Cluster not found.");
                if (cluster.Status == ClusterStatus.Active)
                {
                    ClusterContents.CheckEmpty(transaction, cluster);
                    cluster = cluster with { Status = ClusterStatus.Inactive, DeletedAt = Now };
                    transaction.Put(EcsTables.Clusters, cluster);
                }

                return new DeleteClusterResponse
                {
                    Cluster = ClusterDescription.Of(transaction, cluster, ClusterDescription.AfterChange),
                };
            },
            cancellation
        );

    /// <inheritdoc/>
    public async Task<UpdateClusterResponse> UpdateClusterAsync(
        UpdateClusterRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        ClusterChecks.CheckSettings(request.Settings);
        ClusterChecks.CheckConfiguration(request.Configuration);
        _ = ClusterNames.Require(_store.Current, Scope.Of(context), request.Cluster);
        var defaults = await DefaultsAsync(request.ServiceConnectDefaults, context, cancellation);
        return new UpdateClusterResponse
        {
            Cluster = await ChangeClusterAsync(
                request.Cluster,
                context,
                cluster =>
                    cluster with
                    {
                        Settings = MergeSettings(cluster.Settings, request.Settings),
                        Configuration = request.Configuration ?? cluster.Configuration,
                        ServiceConnectDefaults = request.ServiceConnectDefaults is null
                            ? cluster.ServiceConnectDefaults
                            : defaults,
                    },
                cancellation
            ),
        };
    }

    /// <inheritdoc/>
    public async Task<UpdateClusterSettingsResponse> UpdateClusterSettingsAsync(
        UpdateClusterSettingsRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        ClusterChecks.CheckSettings(request.Settings);
        return new UpdateClusterSettingsResponse
        {
            Cluster = await ChangeClusterAsync(
                request.Cluster,
                context,
                cluster => cluster with { Settings = MergeSettings(cluster.Settings, request.Settings) },
                cancellation
            ),
        };
    }

    /// <inheritdoc/>
    public Task<PutClusterCapacityProvidersResponse> PutClusterCapacityProvidersAsync(
        PutClusterCapacityProvidersRequest request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var scope = Scope.Of(context);
                var cluster = ClusterNames.Require(transaction, scope, request.Cluster);
                var providers = ClusterChecks.Providers(transaction, scope, request.CapacityProviders);
                var strategy = ClusterChecks.Strategy(request.DefaultCapacityProviderStrategy, providers);
                var removed = cluster
                    .CapacityProviders.Except(providers, StringComparer.Ordinal)
                    .ToHashSet(StringComparer.Ordinal);
                var isUsed =
                    removed.Count > 0
                    && transaction
                        .Range(EcsTables.Services, cluster.Key + "/")
                        .Any(service =>
                            service.DeletedAt is null
                            && service.Settings.CapacityProviderStrategy?.Any(item =>
                                removed.Contains(item.CapacityProvider!)
                            ) == true
                        );
                if (isUsed)
                    throw ResourceInUseException("The specified capacity provider is in use and cannot be removed.");

                cluster = cluster with { CapacityProviders = providers, DefaultCapacityProviderStrategy = strategy };
                transaction.Put(EcsTables.Clusters, cluster);
                return new PutClusterCapacityProvidersResponse
                {
                    Cluster = ClusterDescription.Of(transaction, cluster, ClusterDescription.AfterChange),
                };
            },
            cancellation
        );

    /// <summary>
    /// The default of Service Connect as it is shown; an empty one takes it away, and a namespace that is not there is
    /// made ("ClusterServiceConnectDefaultsRequest", API reference).
    /// </summary>
    private async Task<ClusterServiceConnectDefaults?> DefaultsAsync(
        ClusterServiceConnectDefaultsRequest? request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        request?.Namespace is { Length: > 0 } name
            ? new ClusterServiceConnectDefaults
            {
                Namespace = (await _namespaces.EnsureAsync(name, context, cancellation)).Arn,
            }
            : null;

    private Task<Cluster> ChangeClusterAsync(
        string? nameOrArn,
        CallContext context,
        Func<ClusterRecord, ClusterRecord> change,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var cluster = change(ClusterNames.Require(transaction, Scope.Of(context), nameOrArn));
                transaction.Put(EcsTables.Clusters, cluster);
                return ClusterDescription.Of(transaction, cluster, ClusterDescription.AfterChange);
            },
            cancellation
        );

    private static IReadOnlyList<ClusterSetting> MergeSettings(
        IReadOnlyList<ClusterSetting> existing,
        IReadOnlyList<ClusterSetting>? changed
    ) =>
        changed is null
            ? existing
            : [.. existing.Where(setting => changed.All(other => other.Name != setting.Name)), .. changed];
}
