namespace Estiba.Ecs.Scheduling;

/// <summary>Why a task cannot be on a container instance, in the order in which ECS checks.</summary>
/// <param name="Code">What <c>RunTask</c> gives as the failure's reason ("Amazon ECS API failure reasons", developer guide).</param>
/// <param name="Text">What a service's event says about the closest instance ("Amazon ECS service event messages", developer guide).</param>
/// <param name="Distance">How far the check is from being met: the instance with the smallest is the closest.</param>
internal sealed record PlacementObstacle(string Code, string Text, int Distance)
{
    internal static readonly PlacementObstacle OtherInstance = new("MemberOf placement constraint unsatisfied.", "is not the one that the task is for.", 12);
    internal static readonly PlacementObstacle CapacityProvider = new("MemberOf placement constraint unsatisfied.", "does not belong to the capacity provider of the task.", 11);
    internal static readonly PlacementObstacle Inactive = new("INACTIVE", "encountered error \"INACTIVE\".", 10);
    internal static readonly PlacementObstacle Agent = new("AGENT", "encountered error \"AGENT\".", 9);
    internal static readonly PlacementObstacle Attribute = new("ATTRIBUTE", "is missing an attribute required by your task.", 8);
    internal static readonly PlacementObstacle MemberOf = new("MemberOf placement constraint unsatisfied.", "encountered error \"MemberOf placement constraint unsatisfied.\".", 7);
    internal static readonly PlacementObstacle DistinctInstance = new("DistinctInstance placement constraint unsatisfied.", "encountered error \"DistinctInstance placement constraint unsatisfied.\".", 6);
    internal static readonly PlacementObstacle Gpu = new("RESOURCE:GPU", "has insufficient GPU resource available.", 5);
    internal static readonly PlacementObstacle Memory = new("RESOURCE:MEMORY", "has insufficient memory available.", 4);
    internal static readonly PlacementObstacle Cpu = new("RESOURCE:CPU", "has insufficient CPU units available.", 3);
    internal static readonly PlacementObstacle TooManyPorts = new("RESOURCE:PORTS", "can not exceed the maximum allowed reserved port limit of 100 host ports per container instance.", 2);
    internal static readonly PlacementObstacle Ports = new("RESOURCE:PORTS", "is already using a port required by your task.", 1);
}
