using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Scheduling.Query;

/// <summary>An expression that some container instances meet and others do not ("Create expressions to define container instances for Amazon ECS tasks", developer guide).</summary>
internal sealed class ClusterQuery
{
    private readonly Func<InstanceCapacity, bool> _condition;

    private ClusterQuery(Func<InstanceCapacity, bool> condition, bool dependsOnGroups)
    {
        _condition = condition;
        DependsOnGroups = dependsOnGroups;
    }

    /// <summary>Whether it asks for task groups, so that placing a task on an instance may change the answer for it.</summary>
    internal bool DependsOnGroups { get; }

    /// <summary>Reads an expression.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: it cannot be read; the message says where.</exception>
    internal static ClusterQuery Parse(string? expression)
    {
        if (string.IsNullOrWhiteSpace(expression)) throw EcsErrors.InvalidParameterException("Expression cannot be empty for the memberOf placement constraint.");
        var parser = new QueryParser(expression);
        return new ClusterQuery(parser.Parse(), parser.AsksForGroups);
    }

    /// <summary>Whether the instance meets it.</summary>
    internal bool Matches(InstanceCapacity instance) => _condition(instance);
}
