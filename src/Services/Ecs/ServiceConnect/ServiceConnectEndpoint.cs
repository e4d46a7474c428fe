using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.ServiceConnect;

/// <summary>
/// A port of a service's tasks that others in its namespace connect to ("Service Connect concepts", developer guide).
/// </summary>
public sealed record ServiceConnectEndpoint
{
    /// <summary>The name under which Cloud Map has it, unique in its namespace.</summary>
    public required string DiscoveryName { get; init; }

    /// <summary>The service of Cloud Map in which the tasks are registered, by its ARN.</summary>
    public required string DiscoveryArn { get; init; }

    /// <summary>The container, by name.</summary>
    public required string ContainerName { get; init; }

    /// <summary>The container's port.</summary>
    public required int ContainerPort { get; init; }

    /// <summary><c>http</c>, <c>http2</c> or <c>grpc</c>; null for TCP.</summary>
    public string? AppProtocol { get; init; }

    /// <summary>The name that clients connect to.</summary>
    public required string DnsName { get; init; }

    /// <summary>The port that clients connect to; null without a client alias: then nobody connects.</summary>
    public int? Port { get; init; }

    /// <summary>In seconds; 0 for never, null for the protocol's default.</summary>
    public int? IdleTimeout { get; init; }

    /// <summary>In seconds; 0 for never, null for the default.</summary>
    public int? PerRequestTimeout { get; init; }

    /// <summary>Whether it is the same for whoever connects.</summary>
    internal bool IsLike(ServiceConnectEndpoint other) =>
        (DnsName, Port, AppProtocol, IdleTimeout, PerRequestTimeout)
        == (other.DnsName, other.Port, other.AppProtocol, other.IdleTimeout, other.PerRequestTimeout);
}
