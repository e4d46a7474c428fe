using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Rules;
using Estiba.State;

namespace Estiba.LoadBalancing.Targets;

/// <summary>Finds targets.</summary>
internal static class TargetNames
{
    /// <summary>The targets of a group, by key.</summary>
    internal static IEnumerable<TargetRecord> Of(View view, string group) =>
        view.Range(LoadBalancingTables.Targets, group + "/");

    /// <summary>The targets of all groups that a load balancer uses.</summary>
    internal static IEnumerable<TargetRecord> OfLoadBalancer(View view, string loadBalancer) =>
        Forwards.GroupsOf(view, loadBalancer).SelectMany(group => Of(view, group));

    /// <summary>Whether a load balancer is a target itself.</summary>
    internal static bool IsTarget(View view, LoadBalancerRecord loadBalancer) =>
        view.Count(
            LoadBalancingTables.Targets,
            LoadBalancingTables.TargetsById,
            loadBalancer.Scope.Key(loadBalancer.Arn)
        ) > 0;
}
