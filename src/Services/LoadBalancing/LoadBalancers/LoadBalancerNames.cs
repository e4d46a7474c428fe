using Estiba.LoadBalancing.Names;
using Estiba.State;

namespace Estiba.LoadBalancing.LoadBalancers;

/// <summary>Finds load balancers that are not deleted.</summary>
internal static class LoadBalancerNames
{
    /// <summary>All of a scope, by key.</summary>
    internal static IEnumerable<LoadBalancerRecord> All(View view, Scope scope) =>
        view.Range(LoadBalancingTables.LoadBalancers, scope.Prefix).Where(record => record.DeletedAt is null);

    /// <summary>The one with a name; null when there is none.</summary>
    internal static LoadBalancerRecord? Named(View view, Scope scope, string name) =>
        view.Where(LoadBalancingTables.LoadBalancers, LoadBalancingTables.LoadBalancersByName, scope.Key(name))
            .FirstOrDefault();

    /// <summary>The one with a key; null when there is none.</summary>
    internal static LoadBalancerRecord? ByKey(View view, string key) =>
        view.Find(LoadBalancingTables.LoadBalancers, key) is { DeletedAt: null } found ? found : null;

    /// <summary>The one with an ARN; null when there is none.</summary>
    internal static LoadBalancerRecord? Find(View view, Scope scope, string arn) =>
        ArnKinds.LoadBalancer.KeyOf(scope, arn) is { } key ? ByKey(view, key) : null;

    /// <summary>The one with an ARN.</summary>
    internal static LoadBalancerRecord Require(View view, Scope scope, string arn) =>
        Find(view, scope, arn) ?? throw ArnKinds.LoadBalancer.One(arn);
}
