using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.CapacityProviders;

/// <summary>Shares tasks out among capacity providers ("Amazon ECS capacity providers", developer guide).</summary>
/// <remarks>
/// A container instance belongs to the provider that its attribute <see cref="InstanceAttribute"/> names. Instances of
/// the provider's Auto Scaling group get it by themselves; hosts of somebody's own say it.
/// </remarks>
internal static class CapacityStrategy
{
    /// <summary>The attribute of a container instance that names its capacity provider.</summary>
    internal const string InstanceAttribute = "estiba.capacity-provider";

    /// <summary>
    /// The provider of the next task: first the one with a base until it has that many, then by weight.
    /// </summary>
    /// <param name="strategy">Not empty.</param>
    /// <param name="tasksOf">How many tasks a provider has already.</param>
    internal static string Next(IReadOnlyList<CapacityProviderStrategyItem> strategy, Func<string, int> tasksOf)
    {
        if (strategy.FirstOrDefault(item => item.Base > tasksOf(item.CapacityProvider!)) is { } basis)
            return basis.CapacityProvider!;
        return strategy
            .Where(item => item.Weight > 0)
            .MinBy(item => (decimal)(tasksOf(item.CapacityProvider!) - (item.Base ?? 0) + 1) / item.Weight!.Value)!
            .CapacityProvider!;
    }
}
