using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services.Deployments;
using Estiba.State;

namespace Estiba.Ecs.Services.TrafficShifts;

/// <summary>
/// Says which target groups the listener rules of a service share its traffic between. It calls nobody.
/// </summary>
/// <remarks>
/// What served may be in target groups that the service's settings do not name any more: it is there that the traffic
/// has to be taken from, and to go back to.
/// </remarks>
internal static class TrafficRoutes
{
    private const double All = 100;

    /// <summary>How each listener rule is to share its requests.</summary>
    internal static IEnumerable<TrafficRoute> Of(
        View view,
        ServiceRecord service,
        ServiceRolloutRecord rollout,
        TrafficShares shares
    )
    {
        var (primary, serving) = (rollout.Primary, TrafficShift.Serving(rollout));
        double Own(double alternate) => primary.UsesAlternate ? alternate : All - alternate;
        foreach (var (index, each) in (service.Settings.LoadBalancers ?? []).Index())
        {
            if (each.AdvancedConfiguration is not { AlternateTargetGroupArn: not null } advanced)
                continue;
            var group = ServiceTask.TargetGroupOf(each, primary.UsesAlternate);
            var other = ServiceTask.TargetGroupOf(each, !primary.UsesAlternate);
            var served = serving is null ? null : ServedFrom(view, service, serving, index, each);
            foreach (
                var (rule, share) in new[]
                {
                    (advanced.ProductionListenerRule, Own(shares.Production)),
                    (advanced.TestListenerRule, Own(shares.Test)),
                }
            )
            {
                if (rule is null)
                    continue;
                var own = new TargetGroupShare(group, share);
                var rest = new TargetGroupShare(
                    share < All && served is not null && served != group ? served : other,
                    All - share
                );
                yield return primary.UsesAlternate
                    ? new TrafficRoute(rule, rest, own)
                    : new TrafficRoute(rule, own, rest);
            }
        }
    }

    /// <summary>
    /// Whether tasks of a new revision would be in a target group that the tasks of the one that serves are in.
    /// </summary>
    internal static bool WouldMeet(View view, ServiceRecord service, DeploymentRecord serving, bool usesAlternate) =>
        (service.Settings.LoadBalancers ?? [])
            .Index()
            .Any(each =>
                ServiceTask.TargetGroupOf(each.Item, usesAlternate)
                == ServedFrom(view, service, serving, each.Index, each.Item)
            );

    // The load balancer of the same listener rule, or else the one in the same place.
    private static string? ServedFrom(
        View view,
        ServiceRecord service,
        DeploymentRecord serving,
        int index,
        LoadBalancer each
    )
    {
        var before = ServiceRevisions.Restore(view, service, serving).Settings.LoadBalancers ?? [];
        var same = before.FirstOrDefault(known => RuleOf(known) is { } rule && rule == RuleOf(each))
            ?? before.ElementAtOrDefault(index);
        return same is null ? null : ServiceTask.TargetGroupOf(same, serving.UsesAlternate);
    }

    private static string? RuleOf(LoadBalancer each) => each.AdvancedConfiguration?.ProductionListenerRule;
}

/// <summary>How a listener rule shares its requests between two target groups.</summary>
/// <param name="Rule">Its ARN.</param>
/// <param name="First">What one of them gets; the same one is first at each step of a deployment.</param>
/// <param name="Second">What the other one gets.</param>
internal sealed record TrafficRoute(string Rule, TargetGroupShare First, TargetGroupShare Second);

/// <summary>What a target group gets.</summary>
/// <param name="TargetGroup">Its ARN.</param>
/// <param name="Percent">Its share of the requests.</param>
internal sealed record TargetGroupShare(string TargetGroup, double Percent);
