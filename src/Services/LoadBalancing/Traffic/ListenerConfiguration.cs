using System.Net;
using System.Security.Authentication;
using Estiba.Listeners;
using Estiba.LoadBalancing.Traffic.Headers;
using Estiba.LoadBalancing.Traffic.Rules;

namespace Estiba.LoadBalancing.Traffic;

/// <summary>A listener of an application load balancer, with all that its traffic needs to know. Never
/// changes.</summary>
public sealed record ListenerConfiguration
{
    /// <summary>The listener's ARN.</summary>
    public required string Arn { get; init; }

    /// <summary>The load balancer's ARN.</summary>
    public required string LoadBalancerArn { get; init; }

    /// <summary>The load balancer's addresses.</summary>
    public required IReadOnlyList<ZonalAddress> Addresses { get; init; }

    /// <summary>The port on each of them.</summary>
    public required int Port { get; init; }

    /// <summary>
    /// Chooses the certificate for a server name, which is null where the client names none; null speaks HTTP.
    /// </summary>
    public Func<string?, ServerCertificate?>? Certificates { get; init; }

    /// <summary>The ARN of the certificate that <see cref="Certificates"/> chooses.</summary>
    public Func<string?, string?>? CertificateArns { get; init; }

    /// <summary>What is demanded of clients' certificates; null where none is asked for.</summary>
    public ClientAuthentication? ClientAuthentication { get; init; }

    /// <summary>The versions of TLS that it speaks.</summary>
    public SslProtocols TlsVersions { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>The rules in their order, the default one last.</summary>
    public required IReadOnlyList<RuleConfiguration> Rules { get; init; }

    /// <summary>Under which names targets are told of the client's TLS; null where they are not.</summary>
    public TlsHeaders? TlsHeaders { get; init; }

    /// <summary>What is done to the headers of answers.</summary>
    public ResponseHeaders ResponseHeaders { get; init; } = ResponseHeaders.Unchanged;

    /// <summary>The load balancer's attributes.</summary>
    public LoadBalancerAttributes Attributes { get; init; } = new();
}

/// <summary>An address of a load balancer.</summary>
/// <param name="Address">The address.</param>
/// <param name="Zone">The Availability Zone that it is in.</param>
public sealed record ZonalAddress(IPAddress Address, string Zone);

/// <summary>The attributes of a load balancer that concern its traffic, with AWS's defaults.</summary>
public sealed record LoadBalancerAttributes
{
    /// <summary><c>idle_timeout.timeout_seconds</c>.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary><c>client_keep_alive.seconds</c>: how old a client's connection may become.</summary>
    public TimeSpan ClientKeepAlive { get; init; } = TimeSpan.FromSeconds(3600);

    /// <summary><c>routing.http2.enabled</c>.</summary>
    public bool Http2 { get; init; } = true;

    /// <summary><c>routing.http.drop_invalid_header_fields.enabled</c>.</summary>
    public bool DropInvalidHeaderFields { get; init; }

    /// <summary><c>routing.http.preserve_host_header.enabled</c>.</summary>
    public bool PreserveHostHeader { get; init; }

    /// <summary><c>routing.http.xff_client_port.enabled</c>.</summary>
    public bool ForwardClientPort { get; init; }

    /// <summary><c>routing.http.xff_header_processing.mode</c>.</summary>
    public ForwardedForMode ForwardedFor { get; init; }

    /// <summary><c>routing.http.desync_mitigation_mode</c>.</summary>
    public DesyncMitigationMode DesyncMitigation { get; init; }
}
