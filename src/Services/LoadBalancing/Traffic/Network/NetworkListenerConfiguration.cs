using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Estiba.Listeners;

namespace Estiba.LoadBalancing.Traffic.Network;

/// <summary>A listener of a network load balancer, with all that its traffic needs to know. Never changes.</summary>
public sealed record NetworkListenerConfiguration
{
    /// <summary>The listener's ARN.</summary>
    public required string Arn { get; init; }

    /// <summary>The load balancer's ARN.</summary>
    public required string LoadBalancerArn { get; init; }

    /// <summary>The load balancer's addresses.</summary>
    public required IReadOnlyList<ZonalAddress> Addresses { get; init; }

    /// <summary>The port on each of them.</summary>
    public required int Port { get; init; }

    /// <summary>What it takes.</summary>
    public required NetworkProtocol Protocol { get; init; }

    /// <summary>How it ends TLS; null for other protocols than that.</summary>
    public NetworkTls? Tls { get; init; }

    /// <summary><c>tcp.idle_timeout.seconds</c>.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(350);

    /// <summary>The target groups that it forwards to.</summary>
    public required IReadOnlyList<WeightedNetworkTargetGroup> Groups { get; init; }

    /// <summary>Whether clients keep the target group that they were given by weight.</summary>
    public bool StickyGroups { get; init; }
}

/// <summary>What a listener of a network load balancer takes.</summary>
public enum NetworkProtocol
{
    /// <summary>TCP.</summary>
    Tcp,

    /// <summary>TLS, which ends at the load balancer.</summary>
    Tls,

    /// <summary>UDP.</summary>
    Udp,

    /// <summary>TCP and UDP at the same port.</summary>
    TcpUdp,
}

/// <summary>How a listener ends TLS.</summary>
/// <param name="Certificates">Chooses the certificate for a server name, which is null where the client names
/// none.</param>
/// <param name="Versions">The versions that it speaks.</param>
/// <param name="Alpn">The protocols that it offers, the dearest first; none negotiates nothing ("ALPN
/// policies").</param>
public sealed record NetworkTls(
    Func<string?, ServerCertificate?> Certificates,
    SslProtocols Versions,
    IReadOnlyList<SslApplicationProtocol> Alpn
);

/// <summary>A target group and its share of the flows.</summary>
/// <param name="Group">The group.</param>
/// <param name="Weight">From 0 to 999.</param>
public sealed record WeightedNetworkTargetGroup(NetworkTargetGroupConfiguration Group, int Weight = 1);
