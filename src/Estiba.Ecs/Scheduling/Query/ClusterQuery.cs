using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Scheduling.Query;

/// <summary>An expression that some container instances meet and others do not ("Create expressions to define container instances for Amazon ECS tasks", developer guide).</summary>
internal sealed class ClusterQuery
{
    private readonly Func<InstanceCapacity, bool> _condition;

    private ClusterQuery(Func<InstanceCapacity, bool> condition) => _condition = condition;

    /// <summary>Reads an expression.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: it cannot be read; the message says where.</exception>
    internal static ClusterQuery Parse(string? expression)
    {
        if (string.IsNullOrWhiteSpace(expression)) throw EcsErrors.InvalidParameterException("Expression cannot be empty for the memberOf placement constraint.");
        return new ClusterQuery(new QueryParser(expression).Parse());
    }

    /// <summary>Whether the instance meets it.</summary>
    internal bool Matches(InstanceCapacity instance) => _condition(instance);
}
