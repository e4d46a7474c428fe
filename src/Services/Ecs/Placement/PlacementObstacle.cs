using System.Text.Json.Serialization;

namespace Estiba.Ecs.Placement;

/// <summary>
/// What ECS checks of a container instance that a task is to be placed on, from the last check to the first: the
/// instance that fails the latest of them is the closest.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<PlacementCheck>))]
public enum PlacementCheck
{
    /// <summary>A host port of the task is free.</summary>
    Ports,

    /// <summary>The instance has few enough reserved ports.</summary>
    PortLimit,

    /// <summary>It has enough CPU units left.</summary>
    Cpu,

    /// <summary>It has enough memory left.</summary>
    Memory,

    /// <summary>It has enough GPUs left.</summary>
    Gpu,

    /// <summary>No other task of the group is on it, where none may be.</summary>
    DistinctInstance,

    /// <summary>It meets the expressions of the constraints.</summary>
    MemberOf,

    /// <summary>It has the attributes that the task requires.</summary>
    Attribute,

    /// <summary>Its agent is connected.</summary>
    Agent,

    /// <summary>It is active.</summary>
    Active,

    /// <summary>It belongs to the capacity provider of the task.</summary>
    CapacityProvider,

    /// <summary>It is the one instance that the task is for.</summary>
    Instance,
}

/// <summary>Why a task cannot be on a container instance.</summary>
/// <param name="Check">The check that the instance does not pass.</param>
/// <param name="MissingAttribute">The attribute that is missing, where ECS itself does not know of it; otherwise
/// null.</param>
public sealed record PlacementObstacle(PlacementCheck Check, string? MissingAttribute = null)
{
    internal static readonly PlacementObstacle OtherInstance = new(PlacementCheck.Instance);
    internal static readonly PlacementObstacle CapacityProvider = new(PlacementCheck.CapacityProvider);
    internal static readonly PlacementObstacle Inactive = new(PlacementCheck.Active);
    internal static readonly PlacementObstacle Agent = new(PlacementCheck.Agent);
    internal static readonly PlacementObstacle Attribute = new(PlacementCheck.Attribute);
    internal static readonly PlacementObstacle MemberOf = new(PlacementCheck.MemberOf);
    internal static readonly PlacementObstacle DistinctInstance = new(PlacementCheck.DistinctInstance);
    internal static readonly PlacementObstacle Gpu = new(PlacementCheck.Gpu);
    internal static readonly PlacementObstacle Memory = new(PlacementCheck.Memory);
    internal static readonly PlacementObstacle Cpu = new(PlacementCheck.Cpu);
    internal static readonly PlacementObstacle TooManyPorts = new(PlacementCheck.PortLimit);
    internal static readonly PlacementObstacle Ports = new(PlacementCheck.Ports);

    /// <summary>How far the instance is from passing: the one with the smallest is the closest.</summary>
    internal int Distance => (int)Check;

    /// <summary>An attribute is missing of which ECS does not know.</summary>
    internal static PlacementObstacle HostAttribute(string name) => new(PlacementCheck.Attribute, name);
}
