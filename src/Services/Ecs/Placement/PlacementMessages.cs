namespace Estiba.Ecs.Placement;

/// <summary>Says in ECS's words why a task cannot be placed.</summary>
internal static class PlacementMessages
{
    /// <summary>What stands for an obstacle where a capacity provider has no instance.</summary>
    internal const string EmptyCapacityProvider = "EMPTY CAPACITY PROVIDER";

    /// <summary>
    /// What <c>RunTask</c> gives as the failure's reason ("Amazon ECS API failure reasons", developer guide).
    /// </summary>
    internal static string Reason(PlacementObstacle obstacle) =>
        obstacle.Check switch
        {
            PlacementCheck.Active => "INACTIVE",
            PlacementCheck.Agent => "AGENT",
            PlacementCheck.Attribute => "ATTRIBUTE",
            PlacementCheck.DistinctInstance => "DistinctInstance placement constraint unsatisfied.",
            PlacementCheck.Gpu => "RESOURCE:GPU",
            PlacementCheck.Memory => "RESOURCE:MEMORY",
            PlacementCheck.Cpu => "RESOURCE:CPU",
            PlacementCheck.PortLimit or PlacementCheck.Ports => "RESOURCE:PORTS",
            _ => "MemberOf placement constraint unsatisfied.",
        };

    /// <summary>
    /// What a service's event says ("Amazon ECS service event messages", developer guide).
    /// </summary>
    internal static string Event(PlacementFailure failure) =>
        failure switch
        {
            { InvalidExpression: { } message } => "Reason: " + message,
            { ContainerInstance: { } instance, Obstacle: { } obstacle } =>
                $"The closest matching (container-instance {instance}) {Sentence(obstacle)}",
            _ => "Reason: No Container Instances were found in your cluster.",
        };

    private static string Sentence(PlacementObstacle obstacle) =>
        obstacle.Check switch
        {
            PlacementCheck.Instance => "is not the one that the task is for.",
            PlacementCheck.CapacityProvider => "does not belong to the capacity provider of the task.",
            // An attribute that ECS does not know of is named: its sentence alone would help nobody.
            PlacementCheck.Attribute => obstacle.MissingAttribute is { } name
                ? $"is missing an attribute required by your task: {name}."
                : "is missing an attribute required by your task.",
            PlacementCheck.Gpu => "has insufficient GPU resource available.",
            PlacementCheck.Memory => "has insufficient memory available.",
            PlacementCheck.Cpu => "has insufficient CPU units available.",
            PlacementCheck.PortLimit =>
                "can not exceed the maximum allowed reserved port limit of 100 host ports per container instance.",
            PlacementCheck.Ports => "is already using a port required by your task.",
            _ => $"encountered error \"{Reason(obstacle)}\".",
        };
}
