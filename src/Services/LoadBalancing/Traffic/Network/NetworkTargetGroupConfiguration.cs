using System.Net;
using Estiba.LoadBalancing.Traffic.Targets;

namespace Estiba.LoadBalancing.Traffic.Network;

/// <summary>A target group as network load balancers need it ("Target groups for your Network Load
/// Balancers").</summary>
public sealed record NetworkTargetGroupConfiguration
{
    /// <summary>Its ARN.</summary>
    public required string Arn { get; init; }

    /// <summary>Whether its targets speak TLS; their certificates are not verified, as on AWS.</summary>
    public bool Secure { get; init; }

    /// <summary>Whether an address of the load balancer uses targets of other zones than its own.</summary>
    public bool CrossZone { get; init; }

    /// <summary>Whether all flows of a client's address go to the same target (<c>source_ip</c>).</summary>
    public bool StickyBySource { get; init; }

    /// <summary><c>proxy_protocol_v2.enabled</c>.</summary>
    public bool ProxyProtocol { get; init; }

    /// <summary><c>deregistration_delay.connection_termination.enabled</c>: flows to a target end with its
    /// deregistration.</summary>
    public bool EndsWithDeregistration { get; init; }

    /// <summary><c>target_health_state.unhealthy.connection_termination.enabled</c>: flows to a target end when it
    /// becomes unhealthy.</summary>
    public bool EndsWhenUnhealthy { get; init; }

    /// <summary>With fewer healthy targets all are used.</summary>
    public HealthThreshold Threshold { get; init; } = HealthThreshold.One;

    /// <summary>The registered targets, and those that are being deregistered.</summary>
    public IReadOnlyList<NetworkTarget> Targets { get; init; } = [];
}

/// <summary>A target.</summary>
/// <param name="EndPoint">Its address and port.</param>
/// <param name="State">Its health.</param>
/// <param name="Zone">Its Availability Zone; null where it counts as being in each.</param>
public sealed record NetworkTarget(IPEndPoint EndPoint, TargetState State, string? Zone = null);
