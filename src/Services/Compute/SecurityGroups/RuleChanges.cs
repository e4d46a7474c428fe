using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.SecurityGroups;

/// <summary>Decides what becomes of a group's rules; changes nothing itself.</summary>
internal static class RuleChanges
{
    /// <summary>Of each direction ("Amazon VPC quotas").</summary>
    private const int MostRules = 60;

    /// <exception cref="AwsException"><c>InvalidPermission.Duplicate</c>,
    /// <c>RulesPerSecurityGroupLimitExceeded</c>.</exception>
    public static SecurityGroupRecord Add(SecurityGroupRecord group, IReadOnlyList<SecurityGroupRule> rules)
    {
        RefuseDuplicates(group.Rules, rules);
        var after = group with { Rules = [.. group.Rules, .. rules] };
        if (after.Rules.CountBy(rule => rule.IsEgress == true).Any(direction => direction.Value > MostRules))
            throw new AwsException(
                "RulesPerSecurityGroupLimitExceeded",
                "The maximum number of rules per security group has been reached."
            );
        return after;
    }

    /// <summary>The group's rules in one direction with these ids.</summary>
    /// <exception cref="AwsException"><c>InvalidSecurityGroupRuleId.NotFound</c>.</exception>
    public static IReadOnlyList<SecurityGroupRule> WithIds(
        SecurityGroupRecord group,
        bool egress,
        IReadOnlyList<string> ids
    )
    {
        ResourceKind.SecurityGroupRule.Require(ids, id =>
            group.Rules.Any(rule => rule.SecurityGroupRuleId == id && rule.IsEgress == egress)
        );
        return [.. group.Rules.Where(rule => ids.Contains(rule.SecurityGroupRuleId))];
    }

    /// <summary>The group's rules that say the same as these.</summary>
    /// <exception cref="AwsException"><c>InvalidPermission.NotFound</c>: there is none for one of them.</exception>
    public static IReadOnlyList<SecurityGroupRule> Saying(
        SecurityGroupRecord group,
        IReadOnlyList<SecurityGroupRule> wanted
    )
    {
        var said = wanted.Select(SecurityGroupRules.Identity).ToHashSet();
        var found = group.Rules.Where(rule => said.Contains(SecurityGroupRules.Identity(rule))).ToList();
        return found.Count == said.Count ? found : throw NotFound();
    }

    /// <summary>The group with some of its rules put in the place of those with the same ids.</summary>
    /// <exception cref="AwsException"><c>InvalidPermission.Duplicate</c>.</exception>
    public static SecurityGroupRecord Replace(SecurityGroupRecord group, IReadOnlyList<SecurityGroupRule> rules)
    {
        var changed = rules.ToDictionary(rule => rule.SecurityGroupRuleId!);
        RefuseDuplicates(group.Rules.Where(rule => !changed.ContainsKey(rule.SecurityGroupRuleId!)), rules);
        return group with
        {
            Rules = [.. group.Rules.Select(rule => changed.GetValueOrDefault(rule.SecurityGroupRuleId!, rule))],
        };
    }

    public static AwsException NotFound() =>
        new("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");

    private static void RefuseDuplicates(IEnumerable<SecurityGroupRule> present, IReadOnlyList<SecurityGroupRule> added)
    {
        var seen = present.Select(SecurityGroupRules.Identity).ToHashSet();
        if (added.FirstOrDefault(rule => !seen.Add(SecurityGroupRules.Identity(rule))) is { } twice)
            throw new AwsException(
                "InvalidPermission.Duplicate",
                $"the specified rule \"{SecurityGroupRules.Describe(twice)}\" already exists"
            );
    }
}
