using System.Globalization;
using Estiba.LoadBalancing.Attributes;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Traffic.Targets;

namespace Estiba.LoadBalancing.TargetGroups;

/// <summary>The attributes of a target group as what they mean.</summary>
internal sealed class TargetGroupSettings(TargetGroupRecord group)
{
    private readonly AttributeSet _set = TargetGroupAttributeSets.Of(group.Protocol, group.TargetType);

    /// <summary>With fewer healthy targets new requests go to all of them ("routing failover").</summary>
    internal HealthThreshold RoutingThreshold =>
        new(Threshold(TargetGroupAttributeSets.LeastHealthy), Threshold(TargetGroupAttributeSets.LeastHealthyPercent));

    /// <summary>With fewer healthy targets in a zone its address is left out of DNS ("DNS failover").</summary>
    internal HealthThreshold DnsThreshold =>
        new(
            Threshold(TargetGroupAttributeSets.LeastHealthyInDns),
            Threshold(TargetGroupAttributeSets.LeastHealthyPercentInDns)
        );

    /// <summary>The value of an attribute.</summary>
    internal string this[string key] => _set.ValueOf(group.Attributes, key);

    /// <summary>Whether an attribute is <c>true</c>.</summary>
    internal bool Flag(string key) => this[key] == "true";

    /// <summary>An attribute that is a number of seconds.</summary>
    internal TimeSpan Seconds(string key) => TimeSpan.FromSeconds(int.Parse(this[key], CultureInfo.InvariantCulture));

    /// <summary>Whether an address of a load balancer uses the targets of other zones than its own, too.</summary>
    internal bool IsCrossZoneFor(LoadBalancerRecord balancer) =>
        this[TargetGroupAttributeSets.CrossZone] is var own and ("true" or "false")
            ? own == "true"
            : LoadBalancerAttributeSets
                .Of(balancer.Type)
                .ValueOf(balancer.Attributes, LoadBalancerAttributeSets.CrossZone) == "true";

    private int Threshold(string key) =>
        this[key] is var value && value != "off" ? int.Parse(value, CultureInfo.InvariantCulture) : 0;
}
