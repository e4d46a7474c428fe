using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Scheduling.Query;

namespace Estiba.Ecs.Scheduling;

/// <summary>Where a task may be and where it would best be.</summary>
internal sealed record PlacementRules
{
    /// <summary>Attributes that the container instance must have ("requiresAttributes" of the task definition).</summary>
    internal IReadOnlyList<EcsAttribute> RequiredAttributes { get; init; } = [];

    /// <summary>Whether no two tasks of the group may share an instance.</summary>
    internal bool DistinctInstance { get; init; }

    /// <summary>Conditions on the instance, all of which must hold.</summary>
    internal IReadOnlyList<ClusterQuery> MemberOf { get; init; } = [];

    /// <summary>The one container instance that may have the tasks, by id; null for any.</summary>
    internal string? OnlyInstance { get; init; }

    /// <summary>The capacity provider whose instances may have the tasks, by name; null for any.</summary>
    internal string? CapacityProvider { get; init; }

    /// <summary>Preferences, the first above the second and so on.</summary>
    internal IReadOnlyList<PlacementPreference> Preferences { get; init; } = [];

    /// <summary>The rules of a task.</summary>
    /// <param name="definition">Its definition, which may have constraints of its own.</param>
    /// <param name="constraints">Those of the service or of the request.</param>
    /// <param name="strategy">That of the service or of the request.</param>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: an expression cannot be read.</exception>
    internal static PlacementRules Of(TaskDefinition definition, IReadOnlyList<PlacementConstraint>? constraints, IReadOnlyList<PlacementStrategy>? strategy) => new()
    {
        RequiredAttributes = definition.RequiresAttributes ?? [],
        DistinctInstance = constraints?.Any(constraint => constraint.Type == PlacementConstraintType.DistinctInstance) ?? false,
        MemberOf =
        [
            .. (constraints ?? []).Where(constraint => constraint.Type == PlacementConstraintType.MemberOf).Select(constraint => ClusterQuery.Parse(constraint.Expression)),
            .. (definition.PlacementConstraints ?? []).Select(constraint => ClusterQuery.Parse(constraint.Expression)),
        ],
        Preferences = PlacementPreference.Of(strategy ?? []),
    };

    /// <summary>Whether the instance has the attributes and meets the conditions; its room and its other tasks do not matter.</summary>
    internal bool Admit(InstanceCapacity instance) => RequiredAttributes.All(instance.Instance.Has) && MemberOf.All(query => query.Matches(instance));
}
