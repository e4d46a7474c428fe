using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Accounts;
using Estiba.Ecs.Tagging;
using Estiba.State;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.Clusters;

/// <summary>
/// Makes clusters. Creating one that is there gives the one that is there; a deleted one comes back as new.
/// </summary>
internal static class ClusterCreation
{
    /// <summary>The cluster of the request, put into the store if it was not there.</summary>
    /// <param name="transaction">Where it is written.</param>
    /// <param name="request">The request.</param>
    /// <param name="defaults">The default of Service Connect that the request asks for.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: the request is wrong, or not what the existing
    /// cluster was created with.</exception>
    internal static ClusterRecord Apply(
        Transaction transaction,
        CreateClusterRequest request,
        ClusterServiceConnectDefaults? defaults,
        CallContext context,
        DateTimeOffset now
    )
    {
        var scope = Scope.Of(context);
        var name = request.ClusterName is { Length: > 0 } given ? given : ClusterNames.Default;
        if (!ClusterNames.IsValid(name))
            throw InvalidParameterException($"ClusterName must match {ClusterNames.Pattern}");
        ClusterChecks.CheckSettings(request.Settings);
        ClusterChecks.CheckConfiguration(request.Configuration);
        var providers = ClusterChecks.Providers(transaction, scope, request.CapacityProviders);
        var strategy = ClusterChecks.Strategy(request.DefaultCapacityProviderStrategy, providers);
        var tags = Tags.Merge([], request.Tags);

        var existing = transaction.Find(EcsTables.Clusters, ClusterRecord.KeyOf(scope, name));
        if (existing is { Status: ClusterStatus.Active })
            return Same(existing, request, providers);

        var cluster = new ClusterRecord
        {
            Scope = scope,
            Name = name,
            Status = ClusterStatus.Active,
            CreatedAt = now,
            Settings = request.Settings is { Count: > 0 } settings
                ? settings
                :
                [
                    new ClusterSetting
                    {
                        Name = ClusterSettingName.ContainerInsights,
                        Value = AccountSettings.Effective(
                            transaction,
                            scope,
                            context.PrincipalArn,
                            SettingName.ContainerInsights
                        ),
                    },
                ],
            Configuration = request.Configuration,
            CapacityProviders = providers,
            DefaultCapacityProviderStrategy = strategy,
            ServiceConnectDefaults = defaults,
            Tags = tags,
        };
        transaction.Put(EcsTables.Clusters, cluster);
        return cluster;
    }

    private static ClusterRecord Same(
        ClusterRecord existing,
        CreateClusterRequest request,
        IReadOnlyList<string> providers
    )
    {
        var isSame =
            (
                request.CapacityProviders is null
                || providers
                    .Order(StringComparer.Ordinal)
                    .SequenceEqual(existing.CapacityProviders.Order(StringComparer.Ordinal))
            )
            && (
                request.Settings is null
                || request.Settings.All(setting =>
                    existing.Settings.Any(own => own.Name == setting.Name && own.Value == setting.Value)
                )
            )
            && (
                request.Configuration is null
                || (
                    existing.Configuration is not null
                    && ShapeJson.ToText(request.Configuration) == ShapeJson.ToText(existing.Configuration)
                )
            );
        return isSame
            ? existing
            : throw InvalidParameterException(
                "Arguments on this idempotent request are inconsistent with arguments used in previous request(s)."
            );
    }
}
