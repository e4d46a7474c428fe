using System.Collections.Concurrent;
using Estiba.Contracts;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Queries;
using Estiba.State;

namespace Estiba.Ecs.Placement;

/// <summary>
/// Expressions that were read once, with what their regular expressions say of the instances that there are. It is
/// asked for that outside of transactions, so that within one
/// nothing is left but to look it up.
/// </summary>
/// <remarks>Nothing is lost with it but time.</remarks>
internal sealed class PreparedQueries
{
    private const int MostRemembered = 2000;

    private readonly ConcurrentDictionary<string, ClusterQuery> _queries = new(StringComparer.Ordinal);

    /// <summary>The expression, read.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: it cannot be read.</exception>
    internal ClusterQuery Get(string? expression)
    {
        if (expression is not null && _queries.TryGetValue(expression, out var known))
            return known;
        var query = ClusterQuery.Parse(expression);
        if (_queries.Count >= MostRemembered)
            _queries.Clear();
        return _queries.GetOrAdd(expression!, query);
    }

    /// <summary>
    /// Asks the regular expressions of some expressions about the instances of a cluster. One that cannot be read is
    /// left to whoever needs it.
    /// </summary>
    internal void Prepare(View view, string clusterKey, IEnumerable<string?> expressions)
    {
        List<ClusterQuery>? asked = null;
        foreach (var expression in expressions)
        {
            try
            {
                if (Get(expression) is { HasPatterns: true } query)
                    (asked ??= []).Add(query);
            }
            catch (AwsException)
            {
                // It is said where it is used.
            }
        }

        if (asked is null)
            return;
        foreach (
            var instance in view.Range(EcsTables.ContainerInstances, clusterKey + "/")
                .Where(instance => instance.Status != ContainerInstanceStatus.Inactive)
        )
        {
            var capacity = InstanceCapacity.Of(view, instance);
            foreach (var query in asked)
                query.Prepare(capacity);
        }
    }
}
