using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Scheduling.Query;

namespace Estiba.Ecs.Tasks;

/// <summary>Checks what requests for tasks and for services have in common.</summary>
internal static class TaskRequests
{
    private const int MostConstraints = 10;
    private const int MostStrategies = 5;

    /// <summary>Refuses what needs capacity that is not a container instance.</summary>
    /// <exception cref="AwsException"><c>UnsupportedFeatureException</c>.</exception>
    internal static void RequireEc2(string? launchType, IReadOnlyList<CapacityProviderStrategyItem>? strategy)
    {
        if (launchType == LaunchType.Fargate) throw EcsErrors.UnsupportedFeatureException("Estiba does not run tasks with launch type FARGATE yet. Use EC2 with container instances of your own.");
        if (strategy is { Count: > 0 }) throw EcsErrors.UnsupportedFeatureException("Estiba does not place tasks by capacity provider yet. Leave the strategy out to use the cluster's container instances.");
    }

    /// <exception cref="AwsException"><c>InvalidParameterException</c>: an override names a container that the definition does not have.</exception>
    internal static void ValidateOverrides(TaskDefinition definition, TaskOverride? overrides)
    {
        foreach (var change in overrides?.ContainerOverrides ?? [])
        {
            if (definition.ContainerDefinitions!.All(container => container.Name != change.Name))
                throw EcsErrors.InvalidParameterException($"Override for container named {change.Name} is not a container in the TaskDefinition.");
        }
    }

    /// <exception cref="AwsException"><c>InvalidParameterException</c>: too many, or a constraint or strategy that cannot be.</exception>
    internal static void ValidatePlacement(IReadOnlyList<PlacementConstraint>? constraints, IReadOnlyList<PlacementStrategy>? strategies)
    {
        if (constraints is { Count: > MostConstraints }) throw EcsErrors.InvalidParameterException($"Placement constraints cannot have more than {MostConstraints} items.");
        if (strategies is { Count: > MostStrategies }) throw EcsErrors.InvalidParameterException($"Placement strategies cannot have more than {MostStrategies} items.");
        foreach (var constraint in constraints ?? [])
        {
            if (constraint.Type is null) throw EcsErrors.InvalidParameterException("Placement constraint type cannot be empty.");
            if (constraint.Type == PlacementConstraintType.MemberOf) ClusterQuery.Parse(constraint.Expression);
            else if (!string.IsNullOrEmpty(constraint.Expression)) throw EcsErrors.InvalidParameterException("Expression cannot be specified with the distinctInstance placement constraint.");
        }

        foreach (var strategy in strategies ?? []) ValidateStrategy(strategy);
    }

    private static void ValidateStrategy(PlacementStrategy strategy)
    {
        var field = strategy.Field ?? "";
        var valid = strategy.Type switch
        {
            PlacementStrategyType.Random => field.Length == 0,
            PlacementStrategyType.Binpack => field.Equals("cpu", StringComparison.OrdinalIgnoreCase) || field.Equals("memory", StringComparison.OrdinalIgnoreCase),
            PlacementStrategyType.Spread => field is "" or "instanceId" or "host" || field.StartsWith("attribute:", StringComparison.Ordinal) || field.StartsWith("ecs.", StringComparison.Ordinal),
            _ => throw EcsErrors.InvalidParameterException("Placement strategy type cannot be empty."),
        };
        if (!valid) throw EcsErrors.InvalidParameterException($"Placement strategy {strategy.Type} cannot have the field '{field}'.");
    }
}
