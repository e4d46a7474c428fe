using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Queries;

/// <summary>
/// An expression that some container instances meet and others do not ("Create expressions to define container
/// instances for Amazon ECS tasks", developer guide).
/// </summary>
internal sealed class ClusterQuery
{
    /// <summary>
    /// Longer ones are nobody's: those of constraints can have 2,000 characters, and a filter may name some more
    /// instances.
    /// </summary>
    private const int LongestExpression = 10_000;

    private readonly Func<IQueryTarget, bool> _condition;
    private readonly IReadOnlyList<Action<IQueryTarget>> _patterns;

    private ClusterQuery(
        Func<IQueryTarget, bool> condition,
        bool dependsOnGroups,
        IReadOnlyList<Action<IQueryTarget>> patterns
    )
    {
        _condition = condition;
        _patterns = patterns;
        DependsOnGroups = dependsOnGroups;
    }

    /// <summary>
    /// Whether it asks for task groups, so that placing a task on an instance may change the answer for it.
    /// </summary>
    internal bool DependsOnGroups { get; }

    /// <summary>Whether it has regular expressions.</summary>
    internal bool HasPatterns => _patterns.Count > 0;

    /// <summary>Reads an expression.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: it cannot be read; the message says
    /// where.</exception>
    internal static ClusterQuery Parse(string? expression)
    {
        if (string.IsNullOrWhiteSpace(expression))
            throw EcsErrors.InvalidParameterException(
                "Expression cannot be empty for the memberOf placement constraint."
            );
        if (expression.Length > LongestExpression)
            throw EcsErrors.InvalidParameterException(
                $"Invalid expression: it can have at most {LongestExpression} characters."
            );
        var parser = new QueryParser(expression);
        return new ClusterQuery(parser.Parse(), parser.AsksForGroups, parser.Patterns);
    }

    /// <summary>Whether the instance meets it.</summary>
    internal bool Matches(IQueryTarget instance) => _condition(instance);

    /// <summary>Asks every regular expression about the instance, whose answers are then known.</summary>
    internal void Prepare(IQueryTarget instance)
    {
        foreach (var pattern in _patterns)
            pattern(instance);
    }
}
