using Estiba.Contracts.Ecs;
using Estiba.Ecs.CapacityProviders;

namespace Estiba.Ecs.Scheduling;

/// <summary>What identical tasks ask of the container instance they are placed on.</summary>
/// <param name="Group">Their task group.</param>
/// <param name="Resources">What each of them takes.</param>
/// <param name="Rules">Where they may be and where they would best be.</param>
internal sealed record PlacementDemand(string Group, TaskResources Resources, PlacementRules Rules)
{
    /// <summary>Why the instance cannot have one more of the tasks; null when it can.</summary>
    internal PlacementObstacle? Obstacle(InstanceCapacity capacity)
    {
        var instance = capacity.Instance;
        if (Rules.OnlyInstance is { } only && only != instance.Id) return PlacementObstacle.OtherInstance;
        if (Rules.CapacityProvider is { } provider && provider != instance.Attribute(CapacityStrategy.InstanceAttribute)) return PlacementObstacle.CapacityProvider;
        if (instance.Status != ContainerInstanceStatus.Active) return PlacementObstacle.Inactive;
        if (!instance.AgentConnected) return PlacementObstacle.Agent;
        foreach (var required in Rules.RequiredAttributes)
            if (!instance.Has(required)) return PlacementObstacle.Attribute;
        foreach (var query in Rules.MemberOf)
            if (!query.Matches(capacity)) return PlacementObstacle.MemberOf;
        if (Rules.DistinctInstance && capacity.TasksOf(Group) > 0) return PlacementObstacle.DistinctInstance;
        return capacity.Lack(Resources);
    }

    /// <summary>Whether an instance that could have a task can have another one, after it was given the first.</summary>
    internal bool FitsAgain(InstanceCapacity capacity)
    {
        if (Rules.DistinctInstance) return false;
        foreach (var query in Rules.MemberOf)
            if (query.DependsOnGroups && !query.Matches(capacity)) return false;
        return capacity.Lack(Resources) is null;
    }
}
