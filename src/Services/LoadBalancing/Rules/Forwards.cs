using Estiba.LoadBalancing.Names;
using Estiba.LoadBalancing.TargetGroups;
using Estiba.State;

namespace Estiba.LoadBalancing.Rules;

/// <summary>Which rules forward to which target groups: kept with every rule that is put or deleted.</summary>
internal static class Forwards
{
    /// <summary>The key of the load balancer that uses a group; null when none does.</summary>
    internal static string? LoadBalancerOf(View view, string group) =>
        view.Range(LoadBalancingTables.Forwards, group + "/").FirstOrDefault()?.LoadBalancerKey;

    /// <summary>The keys of the target groups that a load balancer uses.</summary>
    internal static IEnumerable<string> GroupsOf(View view, string loadBalancer) =>
        view.Range(LoadBalancingTables.Rules, loadBalancer + "/")
            .SelectMany(rule => rule.TargetGroups.Select(arn => ArnKinds.TargetGroup.KeyOf(rule.Scope, arn)!))
            .Distinct(StringComparer.Ordinal);

    /// <summary>Puts a rule.</summary>
    internal static void Put(Transaction transaction, RuleRecord rule)
    {
        Clear(transaction, rule.Key);
        transaction.Put(LoadBalancingTables.Rules, rule);
        foreach (var arn in rule.TargetGroups)
            transaction.Put(
                LoadBalancingTables.Forwards,
                Of(rule, TargetGroupNames.Require(transaction, rule.Scope, arn))
            );
    }

    /// <summary>Deletes a rule.</summary>
    internal static void Delete(Transaction transaction, string rule)
    {
        Clear(transaction, rule);
        transaction.Delete(LoadBalancingTables.Rules, rule);
    }

    private static void Clear(Transaction transaction, string key)
    {
        if (transaction.Find(LoadBalancingTables.Rules, key) is not { } before)
            return;
        foreach (var arn in before.TargetGroups)
        {
            var group = ArnKinds.TargetGroup.KeyOf(before.Scope, arn)!;
            transaction.Delete(LoadBalancingTables.Forwards, $"{group}/{before.Resource}");
        }
    }

    private static ForwardRecord Of(RuleRecord rule, TargetGroupRecord group) =>
        new()
        {
            Scope = rule.Scope,
            TargetGroup = group.Resource,
            Rule = rule.Resource,
        };
}
