using Estiba.Contracts.ElbV2;

namespace Estiba.LoadBalancing.HealthChecks;

/// <summary>How the targets of a group are checked.</summary>
public sealed record HealthCheckSettings
{
    /// <summary>What <see cref="Port"/> is when a target is checked at the port that it gets requests at.</summary>
    internal const string TrafficPort = "traffic-port";

    /// <summary><c>HTTP</c>, <c>HTTPS</c> or <c>TCP</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>A port, or <c>traffic-port</c>.</summary>
    public required string Port { get; init; }

    /// <summary>What is asked for; null for TCP.</summary>
    public string? Path { get; init; }

    /// <summary>Which codes of HTTP are a success, for example <c>200-299,301</c>; null for TCP and gRPC.</summary>
    public string? HttpCodes { get; init; }

    /// <summary>Which codes of gRPC are a success, for example <c>0-99</c>; null where gRPC is not spoken.</summary>
    public string? GrpcCodes { get; init; }

    /// <summary>From one check to the next.</summary>
    public required int IntervalSeconds { get; init; }

    /// <summary>How long an answer may take.</summary>
    public required int TimeoutSeconds { get; init; }

    /// <summary>How many successes in a row make an unhealthy target healthy.</summary>
    public required int HealthyThreshold { get; init; }

    /// <summary>How many failures in a row make a target unhealthy.</summary>
    public required int UnhealthyThreshold { get; init; }

    /// <summary>The codes as the API shows them.</summary>
    internal Matcher? Matcher =>
        HttpCodes is null && GrpcCodes is null ? null : new Matcher { HttpCode = HttpCodes, GrpcCode = GrpcCodes };
}
