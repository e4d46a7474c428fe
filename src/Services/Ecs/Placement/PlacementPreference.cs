using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Placement;

/// <summary>By what a preference compares container instances: the least is the best.</summary>
internal enum PlacementMeasure
{
    /// <summary>Tasks of the group on all instances with the same value of an attribute.</summary>
    TasksByAttribute,

    /// <summary>Tasks of the group on the instance.</summary>
    TasksOnInstance,

    /// <summary>CPU units left.</summary>
    Cpu,

    /// <summary>Memory left.</summary>
    Memory,

    /// <summary>Nothing: chance decides among the best so far.</summary>
    Random,
}

/// <summary>
/// One preference of a placement strategy ("Use strategies to define Amazon ECS task placement", developer guide).
/// </summary>
/// <param name="Measure">By what it compares.</param>
/// <param name="Attribute">The attribute of <see cref="PlacementMeasure.TasksByAttribute"/>; null for the
/// others.</param>
internal readonly record struct PlacementPreference(PlacementMeasure Measure, string? Attribute = null)
{
    private const string AttributePrefix = "attribute:";

    /// <summary>
    /// A strategy without what cannot make a difference any more: the same measure again, and everything after chance.
    /// </summary>
    internal static IReadOnlyList<PlacementPreference> Of(IReadOnlyList<PlacementStrategy> strategy)
    {
        var preferences = strategy.Select(Of).Distinct().ToList();
        var chance = preferences.FindIndex(preference => preference.Measure == PlacementMeasure.Random);
        return chance < 0 ? preferences : preferences[..(chance + 1)];
    }

    private static PlacementPreference Of(PlacementStrategy preference) =>
        preference switch
        {
            { Type: PlacementStrategyType.Binpack, Field: { } field } => new(
                field.Equals("cpu", StringComparison.OrdinalIgnoreCase) ? PlacementMeasure.Cpu : PlacementMeasure.Memory
            ),
            { Type: PlacementStrategyType.Spread, Field: null or "" or "instanceId" or "host" } => new(
                PlacementMeasure.TasksOnInstance
            ),
            { Type: PlacementStrategyType.Spread, Field: { } field } => new(
                PlacementMeasure.TasksByAttribute,
                field.StartsWith(AttributePrefix, StringComparison.Ordinal) ? field[AttributePrefix.Length..] : field
            ),
            _ => new(PlacementMeasure.Random),
        };
}
