using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Queries;
using Estiba.Ecs.TaskDefinitions;

namespace Estiba.Ecs.Placement;

/// <summary>Where a task may be and where it would best be.</summary>
internal sealed class PlacementRules
{
    private readonly (AttributeName Name, string? Value)[] _requiredAttributes;
    private readonly HostNeeds _needs;
    private readonly IReadOnlyList<ClusterQuery> _memberOf;

    private PlacementRules(
        IReadOnlyList<EcsAttribute> requiredAttributes,
        HostNeeds needs,
        IReadOnlyList<string?> expressions,
        PreparedQueries prepared,
        bool distinctInstance,
        IReadOnlyList<PlacementStrategy>? strategy
    )
    {
        var queries = expressions.Select(prepared.Get).ToList();
        _requiredAttributes =
        [
            .. requiredAttributes.Select(attribute => (new AttributeName(attribute.Name!), attribute.Value)),
        ];
        _needs = needs;
        _memberOf = [.. queries.Where(query => !query.DependsOnGroups)];
        MemberOfGroups = [.. queries.Where(query => query.DependsOnGroups)];
        DistinctInstance = distinctInstance;
        Preferences = PlacementPreference.Of(strategy ?? []);
        Key = string.Join(
            '\n',
            [
                .. requiredAttributes.Select(attribute => $"{attribute.Name}={attribute.Value}"),
                .. expressions,
                .. needs.Kinds,
                .. needs.Paths,
            ]
        );
    }

    /// <summary>Whether no two tasks of the group may share an instance.</summary>
    internal bool DistinctInstance { get; }

    /// <summary>
    /// Conditions on the task groups of the instance, all of which must hold: what is placed may change the answer.
    /// </summary>
    internal IReadOnlyList<ClusterQuery> MemberOfGroups { get; }

    /// <summary>Preferences, the first above the second and so on.</summary>
    internal IReadOnlyList<PlacementPreference> Preferences { get; }

    /// <summary>The same for rules that have the same obstacles.</summary>
    internal string Key { get; }

    /// <summary>The rules of a task.</summary>
    /// <param name="definition">Its definition, which may have constraints of its own.</param>
    /// <param name="constraints">Those of the service or of the request.</param>
    /// <param name="strategy">That of the service or of the request.</param>
    /// <param name="prepared">Knows what the expressions say of the instances that there were; null where there are
    /// few.</param>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: an expression cannot be read.</exception>
    internal static PlacementRules Of(
        TaskDefinition definition,
        IReadOnlyList<PlacementConstraint>? constraints,
        IReadOnlyList<PlacementStrategy>? strategy,
        PreparedQueries? prepared = null
    ) =>
        new(
            definition.RequiresAttributes ?? [],
            TaskHostNeeds.Of(definition),
            Expressions(definition, constraints),
            prepared ?? new PreparedQueries(),
            constraints?.Any(constraint => constraint.Type == PlacementConstraintType.DistinctInstance) ?? false,
            strategy
        );

    /// <summary>The expressions that instances have to meet.</summary>
    internal static IReadOnlyList<string?> Expressions(
        TaskDefinition definition,
        IReadOnlyList<PlacementConstraint>? constraints
    ) =>
        [
            .. (constraints ?? [])
                .Where(constraint => constraint.Type == PlacementConstraintType.MemberOf)
                .Select(constraint => constraint.Expression),
            .. (definition.PlacementConstraints ?? []).Select(constraint => constraint.Expression),
        ];

    /// <summary>
    /// Why no task of the rules can be on the instance; null when nothing but its tasks and its capacity is left to
    /// check. The same during a whole pass.
    /// </summary>
    internal PlacementObstacle? Obstacle(InstanceCapacity capacity)
    {
        var instance = capacity.Instance;
        if (instance.Status != ContainerInstanceStatus.Active)
            return PlacementObstacle.Inactive;
        if (!instance.AgentConnected)
            return PlacementObstacle.Agent;
        foreach (var required in _requiredAttributes)
            if (!Has(instance, required))
                return PlacementObstacle.Attribute;
        if (MissingIn(instance) is { } missing)
            return PlacementObstacle.HostAttribute(missing);
        foreach (var query in _memberOf)
            if (!query.Matches(capacity))
                return PlacementObstacle.MemberOf;
        return null;
    }

    /// <summary>
    /// Whether the instance has the attributes and meets the conditions; its status, its capacity and its agent do
    /// not matter.
    /// </summary>
    internal bool Admit(InstanceCapacity capacity) =>
        Array.TrueForAll(_requiredAttributes, required => Has(capacity.Instance, required))
        && MissingIn(capacity.Instance) is null
        && _memberOf.Concat(MemberOfGroups).All(query => query.Matches(capacity));

    /// <summary>
    /// The attribute that the instance lacks for what the tasks do to their host; null where it lacks none.
    /// </summary>
    private string? MissingIn(ContainerInstanceRecord instance) =>
        ReferenceEquals(_needs, HostNeeds.Nothing) ? null : _needs.MissingIn(InstanceAccess.Of(instance));

    private static bool Has(ContainerInstanceRecord instance, (AttributeName Name, string? Value) required) =>
        instance.FindAttribute(required.Name) is { } attribute
        && (string.IsNullOrEmpty(required.Value) || attribute.Value == required.Value);
}
