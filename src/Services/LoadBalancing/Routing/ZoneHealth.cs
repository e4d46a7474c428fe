using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Rules;
using Estiba.LoadBalancing.TargetGroups;
using Estiba.LoadBalancing.Targets;
using Estiba.State;

namespace Estiba.LoadBalancing.Routing;

/// <summary>
/// Which addresses of a load balancer its name stands for ("Target group health": DNS failover): those in zones where
/// each of its target groups has enough healthy targets; all of them when there is no such zone.
/// </summary>
internal static class ZoneHealth
{
    internal static IReadOnlyList<InterfaceRecord> AnsweredBy(View view, LoadBalancerRecord balancer)
    {
        if (balancer.Interfaces.Count < 2)
            return balancer.Interfaces;
        var zones = balancer.Interfaces.Select(balancer.ZoneOf).ToHashSet();
        foreach (var key in Forwards.GroupsOf(view, balancer.Key))
        {
            if (view.Find(LoadBalancingTables.TargetGroups, key) is { } group)
                zones.RemoveWhere(zone => !IsHealthyIn(zone, view, group, balancer));
        }
        var healthy = balancer.Interfaces.Where(its => zones.Contains(balancer.ZoneOf(its))).ToList();
        return healthy.Count > 0 ? healthy : balancer.Interfaces;
    }

    private static bool IsHealthyIn(string zone, View view, TargetGroupRecord group, LoadBalancerRecord balancer)
    {
        var settings = new TargetGroupSettings(group);
        var everywhere = settings.IsCrossZoneFor(balancer);
        var (healthy, registered) = (0, 0);
        foreach (var target in TargetNames.Of(view, group.Key))
        {
            if (target.DeregisteredAt is not null || !(everywhere || target.Zone is null || target.Zone == zone))
                continue;
            registered++;
            if (target.Health.State is TargetHealthStateEnum.Healthy or TargetHealthStateEnum.Unavailable)
                healthy++;
        }
        return settings.DnsThreshold.IsMet(healthy, registered);
    }
}
