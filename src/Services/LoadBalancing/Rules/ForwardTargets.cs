using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Limits;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.TargetGroups;
using Estiba.State;
using static Estiba.Contracts.ElbV2.ElbV2Errors;

namespace Estiba.LoadBalancing.Rules;

/// <summary>Checks that what actions forward to can be forwarded to from a listener.</summary>
internal static class ForwardTargets
{
    /// <summary>Refuses actions whose target groups do not fit.</summary>
    /// <param name="view">The state, with the rule as it was.</param>
    /// <param name="loadBalancer">Whose rule it is.</param>
    /// <param name="protocol">The listener's protocol.</param>
    /// <param name="rule">The rule as it is to be.</param>
    internal static void Check(View view, LoadBalancerRecord loadBalancer, string protocol, RuleRecord rule)
    {
        var groups = rule.TargetGroups.Select(arn => TargetGroupNames.Require(view, rule.Scope, arn)).ToList();
        foreach (var group in groups)
            CheckProtocol(group, protocol);
        if (groups.Find(group => group.VpcId != loadBalancer.VpcId) is { } elsewhere)
            throw InvalidConfigurationRequestException(
                $"The target group '{elsewhere.Arn}' must be in the same VPC as the load balancer "
                    + $"'{loadBalancer.Arn}'"
            );
        var taken = groups
            .Where(group => Forwards.LoadBalancerOf(view, group.Key) is { } user && user != loadBalancer.Key)
            .Select(group => group.Arn)
            .ToList();
        if (taken.Count > 0)
            throw TargetGroupAssociationLimitException(
                "The following target groups cannot be associated with more than one load balancer: "
                    + string.Join(", ", taken)
            );
        CheckCount(view, loadBalancer, rule, groups);
    }

    // Groups that only this rule uses, and will no longer use, do not count.
    private static void CheckCount(
        View view,
        LoadBalancerRecord loadBalancer,
        RuleRecord rule,
        List<TargetGroupRecord> groups
    )
    {
        if (loadBalancer.Type != LoadBalancerTypeEnum.Application)
            return;
        var used = view.Range(LoadBalancingTables.Rules, loadBalancer.Key + "/")
            .Where(other => other.Key != rule.Key)
            .SelectMany(other => other.TargetGroups)
            .Concat(groups.Select(group => group.Arn))
            .Distinct(StringComparer.Ordinal)
            .Count();
        if (used > AccountLimits.TargetGroupsPerLoadBalancer)
            throw TooManyUniqueTargetGroupsPerLoadBalancerException(
                "You have reached the maximum number of unique target groups that you can associate with a load "
                    + $"balancer of type 'application': [{AccountLimits.TargetGroupsPerLoadBalancer}]"
            );
    }

    private static void CheckProtocol(TargetGroupRecord group, string protocol)
    {
        var fits = protocol switch
        {
            ProtocolEnum.Http or ProtocolEnum.Https => group.IsHttp,
            ProtocolEnum.Tls => group.Protocol is ProtocolEnum.Tcp or ProtocolEnum.Tls,
            ProtocolEnum.TcpUdp => group.Protocol == ProtocolEnum.TcpUdp,
            // What takes both takes one of them, too ("Listener and target group protocols").
            _ => group.Protocol == protocol || group.Protocol == ProtocolEnum.TcpUdp,
        };
        if (!fits)
            throw IncompatibleProtocolsException(
                $"The listener and its associated target group '{group.Arn}' have incompatible protocols: "
                    + $"'{protocol}' and '{group.Protocol}'"
            );
        if (group.ProtocolVersion == "GRPC" && protocol != ProtocolEnum.Https)
            throw InvalidLoadBalancerActionException(
                $"Listener protocol '{protocol}' is not supported with a target group with the protocol-version "
                    + "'GRPC'"
            );
        if (group.TargetType == TargetTypeEnum.Alb && protocol != ProtocolEnum.Tcp)
            throw InvalidConfigurationRequestException(
                $"Listener protocol '{protocol}' is not supported with a target group with target type 'alb'"
            );
    }
}
