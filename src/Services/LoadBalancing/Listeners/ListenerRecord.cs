using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Names;

namespace Estiba.LoadBalancing.Listeners;

/// <summary>A listener: a port at which a load balancer takes connections. What it does, its rules say.</summary>
internal sealed record ListenerRecord
{
    /// <summary>No attribute was changed.</summary>
    internal static readonly IReadOnlyDictionary<string, string> NoAttributes = new Dictionary<string, string>();

    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>What names its load balancer: <c>app/NAME/ID</c>.</summary>
    public required string LoadBalancer { get; init; }

    /// <summary>Sixteen hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary><c>HTTP</c>, <c>HTTPS</c>, <c>TCP</c>, <c>TLS</c>, <c>UDP</c> or <c>TCP_UDP</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The port.</summary>
    public required int Port { get; init; }

    /// <summary>The security policy; null without TLS.</summary>
    public string? SslPolicy { get; init; }

    /// <summary>The ARNs of its certificates, the default first; none without TLS.</summary>
    public IReadOnlyList<string> Certificates { get; init; } = [];

    /// <summary>The certificate for clients that name none of the others; null without TLS.</summary>
    public string? DefaultCertificate => Certificates.Count > 0 ? Certificates[0] : null;

    /// <summary>Which protocols it offers by ALPN; null where nothing was said.</summary>
    public string? AlpnPolicy { get; init; }

    /// <summary>
    /// Whether clients need a certificate: <c>passthrough</c> or <c>verify</c>; null where they do not.
    /// </summary>
    public string? MutualAuthentication { get; init; }

    /// <summary>The ARN of what their certificates are compared with; null where they are not.</summary>
    public string? TrustStore { get; init; }

    /// <summary>Whether certificates that have expired are good.</summary>
    public bool IgnoresClientExpiry { get; init; }

    /// <summary>The id of the rule for what no other is for.</summary>
    public required string DefaultRule { get; init; }

    /// <summary>The attributes that were changed.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = NoAttributes;

    /// <summary>Its tags.</summary>
    public IReadOnlyList<Tag> Tags { get; init; } = [];

    /// <summary>What names it in its scope.</summary>
    public string Resource => $"{LoadBalancer}/{Id}";

    /// <summary>Its key; those of its rules begin with it and a slash.</summary>
    public string Key => Scope.Key(Resource);

    /// <summary>Its load balancer's key.</summary>
    public string LoadBalancerKey => Scope.Key(LoadBalancer);

    /// <summary>Its default rule's key.</summary>
    public string DefaultRuleKey => $"{Key}/{DefaultRule}";

    /// <summary>Its ARN.</summary>
    public string Arn => ArnKinds.Listener.Arn(Scope, Resource);

    /// <summary>Whether it speaks TLS.</summary>
    public bool IsSecure => Protocol is ProtocolEnum.Https or ProtocolEnum.Tls;
}
