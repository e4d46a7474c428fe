using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.CapacityProviders;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.Tagging;
using Estiba.State;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs;

/// <content>Capacity providers: <see cref="CapacityStrategy"/> shares tasks out among them.</content>
public sealed partial class EcsApi
{
    private const int MostProvidersShown = 10;
    private const int MostProvidersDescribed = 100;

    /// <inheritdoc/>
    public async Task<CreateCapacityProviderResponse> CreateCapacityProviderAsync(
        CreateCapacityProviderRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        CapacityProviderNames.CheckNew(request.Name!);
        if (request.AutoScalingGroupProvider is null == (request.ManagedInstancesProvider is null))
            throw ClientException(
                "Exactly one of 'autoScalingGroupProvider' and 'managedInstancesProvider' must be specified."
            );
        RequireNoManagedInstances(request.ManagedInstancesProvider is not null, request.Cluster);
        var record = new CapacityProviderRecord
        {
            Scope = scope,
            Tags = Tags.Merge([], request.Tags),
            Provider = new CapacityProvider
            {
                CapacityProviderArn = CapacityProviderRecord.ArnOf(scope, request.Name!),
                Name = request.Name,
                Status = CapacityProviderStatus.Active,
                Type = CapacityProviderType.Ec2Autoscaling,
                AutoScalingGroupProvider = AutoScalingGroupSettings.Fill(request.AutoScalingGroupProvider!),
            },
        };
        await RequireProtectionAsync(record, cancellation);
        await _store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(EcsTables.CapacityProviders, record.Key) is { IsActive: true })
                    throw ClientException(
                        "The specified capacity provider already exists. To change the configuration of an "
                            + "existing capacity provider, update the capacity provider."
                    );
                var group = AutoScalingGroupSettings.GroupOf(record.Provider.AutoScalingGroupProvider!);
                if (
                    transaction
                        .Range(EcsTables.CapacityProviders, scope.Prefix)
                        .Any(other =>
                            other is { IsActive: true, Provider.AutoScalingGroupProvider: { } its }
                            && AutoScalingGroupSettings.GroupOf(its) == group
                        )
                )
                    throw ClientException(
                        "The specified Auto Scaling group ARN is already being used by another capacity provider. "
                            + "Specify a unique Auto Scaling group ARN and try again."
                    );
                transaction.Put(EcsTables.CapacityProviders, record);
            },
            cancellation
        );
        return new CreateCapacityProviderResponse { CapacityProvider = Shown(record, withTags: true) };
    }

    /// <inheritdoc/>
    public Task<DescribeCapacityProvidersResponse> DescribeCapacityProvidersAsync(
        DescribeCapacityProvidersRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        var view = _store.Current;
        var withTags = request.Include?.Contains(CapacityProviderField.Tags) == true;
        if (request.CapacityProviders is { Count: > MostProvidersDescribed })
            throw EcsErrors.InvalidParameterException(
                $"capacityProviders can have at most {MostProvidersDescribed} items."
            );
        var ofCluster = string.IsNullOrEmpty(request.Cluster)
            ? null
            : ClusterNames.Require(view, scope, request.Cluster).CapacityProviders;
        var builtIn = CapacityProviderNames
            .BuiltIn(scope)
            .Select(provider => provider with { Tags = [] })
            .Where(IsShown)
            .ToList();
        if (request.CapacityProviders is { Count: > 0 } names)
            return Task.FromResult(DescribeNamed(names));

        // ECS's own come first.
        var after = Paging.After(request.NextToken, request, context);
        var own = view.Range(
                EcsTables.CapacityProviders,
                scope.Prefix,
                after is null || CapacityProviderNames.IsFargate(after)
                    ? null
                    : CapacityProviderRecord.KeyOf(scope, after)
            )
            .Select(record => Shown(record, withTags))
            .Where(IsShown);
        var left = after is null ? builtIn : builtIn.SkipWhile(provider => provider.Name != after).Skip(1);
        var (page, token) = PagingToken.Cut(
            left.Concat(own),
            Paging.Size(request.MaxResults, MostProvidersShown),
            provider => provider.Name!,
            request,
            context
        );
        return Task.FromResult(
            new DescribeCapacityProvidersResponse
            {
                CapacityProviders = page,
                Failures = [],
                NextToken = token,
            }
        );

        bool IsShown(CapacityProvider provider) => ofCluster is null || ofCluster.Contains(provider.Name!);

        DescribeCapacityProvidersResponse DescribeNamed(IReadOnlyList<string> named)
        {
            var (found, failures) = NamedItems.Describe(named, Find, name => CapacityProviderRecord.ArnOf(scope, name));
            return new DescribeCapacityProvidersResponse { CapacityProviders = found, Failures = failures };
        }

        CapacityProvider? Find(string name) =>
            builtIn.Find(provider => provider.Name == CapacityProviderNames.NameOf(name))
            ?? (
                CapacityProviderNames.Find(view, scope, name) is { } record
                && Shown(record, withTags) is var provider
                && IsShown(provider)
                    ? provider
                    : null
            );
    }

    /// <inheritdoc/>
    public async Task<UpdateCapacityProviderResponse> UpdateCapacityProviderAsync(
        UpdateCapacityProviderRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        RequireNoManagedInstances(request.ManagedInstancesProvider is not null, request.Cluster);
        if (request.AutoScalingGroupProvider?.ManagedTerminationProtection is not null)
            await RequireProtectionAsync(Updated(_store.Current), cancellation);
        var updated = await _store.CommitAsync(
            transaction =>
            {
                var record = Updated(transaction);
                transaction.Put(EcsTables.CapacityProviders, record);
                return record;
            },
            cancellation
        );
        return new UpdateCapacityProviderResponse { CapacityProvider = Shown(updated, withTags: false) };

        CapacityProviderRecord Updated(View view)
        {
            var record = RequireOwn(view, scope, request.Name!, "updated");
            var provider = record.Provider with { UpdateStatus = CapacityProviderUpdateStatus.UpdateComplete };
            return record with
            {
                Provider = request.AutoScalingGroupProvider is { } change
                    ? provider with
                    {
                        AutoScalingGroupProvider = AutoScalingGroupSettings.Apply(
                            provider.AutoScalingGroupProvider!,
                            change
                        ),
                    }
                    : provider,
            };
        }
    }

    /// <inheritdoc/>
    public async Task<DeleteCapacityProviderResponse> DeleteCapacityProviderAsync(
        DeleteCapacityProviderRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        RequireNoManagedInstances(isGiven: false, request.Cluster);
        var deleted = await _store.CommitAsync(
            transaction =>
            {
                var record = RequireOwn(transaction, scope, request.CapacityProvider!, "deleted");
                if (
                    transaction
                        .Range(EcsTables.Clusters, scope.Prefix)
                        .FirstOrDefault(cluster =>
                            cluster.Status == ClusterStatus.Active && cluster.CapacityProviders.Contains(record.Name)
                        ) is
                    { } user
                )
                    throw ClientException(
                        "The capacity provider cannot be deleted because it is associated with cluster: "
                            + $"{user.Name}. Remove the capacity provider from the cluster and try again."
                    );
                record = record with
                {
                    DeletedAt = Now,
                    Provider = record.Provider with
                    {
                        Status = CapacityProviderStatus.Inactive,
                        UpdateStatus = CapacityProviderUpdateStatus.DeleteComplete,
                    },
                };
                transaction.Put(EcsTables.CapacityProviders, record);
                return record;
            },
            cancellation
        );
        return new DeleteCapacityProviderResponse { CapacityProvider = Shown(deleted, withTags: false) };
    }

    /// <summary>
    /// Refuses managed termination protection where the group does not protect its instances as they come; a group that
    /// is not there yet is believed to.
    /// </summary>
    private async Task RequireProtectionAsync(CapacityProviderRecord record, CancellationToken cancellation)
    {
        if (
            record.Provider.AutoScalingGroupProvider!.ManagedTerminationProtection
                == ManagedTerminationProtection.Enabled
            && await _groups.FindAsync(record, cancellation) is { NewInstancesProtectedFromScaleIn: not true }
        )
            throw ClientException(
                "The managed termination protection setting for the capacity provider is invalid. To enable managed "
                    + "termination protection for a capacity provider, the Auto Scaling group must have instance "
                    + "protection from scale in enabled."
            );
    }

    // Only capacity providers of managed instances belong to a cluster ("CreateCapacityProvider", API reference).
    private static void RequireNoManagedInstances(bool isGiven, string? cluster)
    {
        if (isGiven || cluster is not null)
            throw UnsupportedFeatureException(
                "Estiba has no ECS Managed Instances. Use a capacity provider with an Auto Scaling group, and "
                    + "leave cluster out."
            );
    }

    private static CapacityProviderRecord RequireOwn(View view, Scope scope, string nameOrArn, string what)
    {
        if (CapacityProviderNames.IsFargate(CapacityProviderNames.NameOf(nameOrArn)))
            throw ClientException($"The specified capacity provider is reserved and cannot be {what}.");
        return CapacityProviderNames.Find(view, scope, nameOrArn) is { IsActive: true } record
            ? record
            : throw ClientException(
                "The specified capacity provider does not exist. Specify a valid name or ARN and try again."
            );
    }

    private static CapacityProvider Shown(CapacityProviderRecord record, bool withTags) =>
        record.Provider with
        {
            Tags = withTags ? record.Tags : [],
        };
}
