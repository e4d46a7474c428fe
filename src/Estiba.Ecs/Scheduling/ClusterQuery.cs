using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Scheduling;

/// <summary>An expression of the cluster query language.</summary>
internal sealed class ClusterQuery
{
    internal static ClusterQuery Parse(string? expression) =>
        throw EcsErrors.UnsupportedFeatureException($"Estiba does not read cluster query expressions yet: {expression}");

    internal bool Matches(ContainerInstanceRecord instance) => throw new NotSupportedException(instance.Key);
}
