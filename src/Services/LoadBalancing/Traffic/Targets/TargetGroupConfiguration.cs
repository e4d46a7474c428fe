using System.Net;

namespace Estiba.LoadBalancing.Traffic.Targets;

/// <summary>A target group as load balancers need it ("Target groups for your Application Load Balancers").</summary>
public sealed record TargetGroupConfiguration
{
    /// <summary>Its ARN: what it is known by while its configuration changes.</summary>
    public required string Arn { get; init; }

    /// <summary>Whether its targets speak TLS; their certificates are not verified, as on AWS.</summary>
    public bool Secure { get; init; }

    /// <summary>The version of HTTP that its targets speak.</summary>
    public TargetProtocolVersion ProtocolVersion { get; init; }

    /// <summary>How a target is chosen.</summary>
    public TargetAlgorithm Algorithm { get; init; }

    /// <summary>Whether targets that fail more often than others get less, where the algorithm is
    /// <see cref="TargetAlgorithm.WeightedRandom"/>.</summary>
    public bool MitigatesAnomalies { get; init; }

    /// <summary>How long a target that became healthy gets a growing share of the requests; zero for not.</summary>
    public TimeSpan SlowStart { get; init; }

    /// <summary>Whether an address of the load balancer uses targets of other zones than its own.</summary>
    public bool CrossZone { get; init; } = true;

    /// <summary>With fewer healthy targets all are used.</summary>
    public HealthThreshold Threshold { get; init; } = HealthThreshold.One;

    /// <summary>How clients keep their target; null where they do not.</summary>
    public TargetStickiness? Stickiness { get; init; }

    /// <summary>The registered targets, and those that are being deregistered.</summary>
    public IReadOnlyList<TargetConfiguration> Targets { get; init; } = [];
}

/// <summary>A target.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Port">Its port.</param>
/// <param name="State">Its health.</param>
/// <param name="HealthySince">When it became healthy, for its slow start; null where that does not matter.</param>
/// <param name="Zone">Its Availability Zone; null where it counts as being in each.</param>
public sealed record TargetConfiguration(
    IPAddress Address,
    int Port,
    TargetState State,
    DateTimeOffset? HealthySince = null,
    string? Zone = null
)
{
    /// <summary>Address and port.</summary>
    public IPEndPoint EndPoint { get; } = new(Address, Port);
}

/// <summary>The health of a target, in the words of <c>DescribeTargetHealth</c>.</summary>
public enum TargetState
{
    /// <summary>Not known yet.</summary>
    Initial,

    /// <summary>It is well.</summary>
    Healthy,

    /// <summary>It is not.</summary>
    Unhealthy,

    /// <summary>Its zone or its group is not in use.</summary>
    Unused,

    /// <summary>It is being deregistered: it answers what it has, and clients that keep to it.</summary>
    Draining,

    /// <summary>Nobody checks.</summary>
    Unavailable,
}

/// <summary>The version of HTTP that targets speak.</summary>
public enum TargetProtocolVersion
{
    /// <summary>HTTP/1.1.</summary>
    Http1,

    /// <summary>HTTP/2.</summary>
    Http2,

    /// <summary>gRPC, over HTTP/2.</summary>
    Grpc,
}

/// <summary>How a target is chosen.</summary>
public enum TargetAlgorithm
{
    /// <summary>One after the other.</summary>
    RoundRobin,

    /// <summary>The one that has the fewest requests to answer.</summary>
    LeastOutstandingRequests,

    /// <summary>Any, or rather one that does not fail more often than others.</summary>
    WeightedRandom,
}

/// <summary>How clients keep their target ("Sticky sessions for your Application Load Balancer").</summary>
/// <param name="Duration">How long, from one second to seven days.</param>
/// <param name="ApplicationCookie">The cookie by which the targets' application knows its clients; null for the load
/// balancer's own.</param>
public sealed record TargetStickiness(TimeSpan Duration, string? ApplicationCookie = null);
