using Estiba.Contracts.Ecs;
using Estiba.Ecs.CapacityProviders;
using Estiba.Ecs.Queries;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Placement;

/// <summary>What identical tasks ask of the container instance they are placed on.</summary>
/// <param name="Group">Their task group.</param>
/// <param name="Resources">What each of them takes.</param>
/// <param name="Rules">Where they may be and where they would best be.</param>
internal sealed record PlacementDemand(TaskGroup Group, TaskResources Resources, PlacementRules Rules)
{
    internal PlacementDemand(TaskRecord task, PlacementRules rules)
        : this(new TaskGroup(task.Group), task.Resources, rules)
    {
        OnlyInstance = task.OnlyInstance;
        CapacityProvider = task.CapacityProvider;
        IsExternal = task.LaunchType == LaunchType.External;
        IsConnected = task.Connection is not null;
    }

    /// <summary>The one container instance that may have the tasks, by id; null for any.</summary>
    internal string? OnlyInstance { get; init; }

    /// <summary>The capacity provider whose instances may have the tasks, by name; null for any.</summary>
    internal string? CapacityProvider { get; init; }

    /// <summary>Whether only external instances may have the tasks.</summary>
    internal bool IsExternal { get; init; }

    /// <summary>Whether only instances whose agent has a proxy of Service Connect may have the tasks.</summary>
    internal bool IsConnected { get; init; }

    /// <summary>Why the instance cannot have one more of the tasks; null when it can.</summary>
    internal PlacementObstacle? Obstacle(InstanceCapacity capacity) => Rules.Obstacle(capacity) ?? Shortage(capacity);

    /// <summary>The obstacle for one more of the tasks on an instance that the rules allow.</summary>
    internal PlacementObstacle? Shortage(InstanceCapacity capacity)
    {
        if (OnlyInstance is { } only && only != capacity.Instance.Id)
            return PlacementObstacle.OtherInstance;
        if (IsExternal && !capacity.Instance.IsExternal)
            return PlacementObstacle.Attribute;
        if (IsConnected && !capacity.Instance.HasServiceConnect)
            return PlacementObstacle.Attribute;
        if (
            CapacityProvider is { } provider
            && provider != capacity.Instance.Attribute(CapacityStrategy.InstanceAttribute)
        )
            return PlacementObstacle.CapacityProvider;
        foreach (var query in Rules.MemberOfGroups)
            if (!query.Matches(capacity))
                return PlacementObstacle.MemberOf;
        if (Rules.DistinctInstance && capacity.TasksOf(Group) > 0)
            return PlacementObstacle.DistinctInstance;
        return capacity.ObstacleFor(Resources);
    }
}
