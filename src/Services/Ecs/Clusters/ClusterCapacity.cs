using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.CapacityProviders;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.Clusters;

/// <summary>Which capacity providers of a cluster run tasks.</summary>
internal static class ClusterCapacity
{
    /// <summary>
    /// The strategy that counts: the one given, or else the cluster's default; empty where tasks may be on any
    /// container instance.
    /// </summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: it cannot be;
    /// <c>UnsupportedFeatureException</c>: it needs Fargate.</exception>
    internal static IReadOnlyList<CapacityProviderStrategyItem> StrategyOf(
        ClusterRecord cluster,
        string? launchType,
        IReadOnlyList<CapacityProviderStrategyItem>? given
    )
    {
        if (launchType is not null)
            return [];
        var strategy = given is { Count: > 0 }
            ? ClusterChecks.Strategy(given, cluster.CapacityProviders)
            : cluster.DefaultCapacityProviderStrategy;
        if (strategy.Any(item => CapacityProviderNames.IsFargate(item.CapacityProvider!)))
            throw UnsupportedFeatureException(
                "Estiba does not run tasks on Fargate yet. Use a capacity provider with container instances of "
                    + "your own."
            );
        return strategy.Count == 0 || strategy.Any(item => item.Weight > 0)
            ? strategy
            : throw InvalidParameterException(
                "A capacity provider strategy must contain at least one capacity provider with a weight greater than 0."
            );
    }
}
