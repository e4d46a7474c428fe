using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Certificates;
using static Estiba.Contracts.ElbV2.ElbV2Errors;

namespace Estiba.LoadBalancing.Listeners;

/// <summary>What a request says of how a listener takes connections.</summary>
internal sealed record ListenerSettings
{
    internal const string Off = "off";
    internal const string Passthrough = "passthrough";
    internal const string Verify = "verify";

    internal string? Protocol { get; init; }
    internal int? Port { get; init; }
    internal string? SslPolicy { get; init; }
    internal IReadOnlyList<Certificate>? Certificates { get; init; }
    internal IReadOnlyList<string>? AlpnPolicy { get; init; }
    internal MutualAuthenticationAttributes? MutualAuthentication { get; init; }

    /// <summary>The listener with these settings in the place of those that it had.</summary>
    /// <param name="listener">The listener; without a protocol and port when it is new.</param>
    /// <param name="type">Its load balancer's type.</param>
    internal ListenerRecord Apply(ListenerRecord listener, string type)
    {
        var protocol = Protocol ?? listener.Protocol;
        var port = Port ?? listener.Port;
        if (protocol.Length == 0)
            throw ElbErrors.ValidationError("A listener protocol must be specified");
        CheckProtocol(protocol, type);
        if (port == 0)
            throw ElbErrors.ValidationError("A listener port must be specified");
        var after = WithMutualAuthentication(listener with { Protocol = protocol, Port = port });
        return after.IsSecure ? WithTls(after) : WithoutTls(after);
    }

    private ListenerRecord WithTls(ListenerRecord after)
    {
        if (Certificates is { Count: > 1 })
            throw TooManyCertificatesException("Up to '1' certificate can be specified, but more were specified");
        if (SslPolicy is { } policy && SslPolicies.Find(policy) is null)
            throw SSLPolicyNotFoundException($"SSL policy '{policy}' not found");
        CheckAlpn(after.Protocol);
        var certificate = Certificates is { Count: 1 } given ? given[0].CertificateArn : null;
        if (Certificates is { Count: 1 } && (certificate is null || Certificates[0].IsDefault is not null))
            throw ElbErrors.ValidationError("A certificate must be specified by its ARN, and IsDefault cannot be set");
        if (certificate is null && after.Certificates.Count == 0)
            throw ElbErrors.ValidationError($"A certificate must be specified for {after.Protocol} listeners");
        return after with
        {
            SslPolicy = SslPolicy ?? after.SslPolicy ?? SslPolicies.Default,
            Certificates = certificate is null
                ? after.Certificates
                : [certificate, .. after.Certificates.Skip(1).Where(other => other != certificate)],
            AlpnPolicy =
                AlpnPolicy is { Count: > 0 } alpn ? alpn[0]
                : after.Protocol == ProtocolEnum.Tls ? after.AlpnPolicy
                : null,
        };
    }

    private ListenerRecord WithoutTls(ListenerRecord after)
    {
        if (Certificates is { Count: > 0 })
            throw ElbErrors.ValidationError($"Certificates cannot be specified for {after.Protocol} listeners");
        if (SslPolicy is not null)
            throw ElbErrors.ValidationError($"An SSL policy cannot be specified for {after.Protocol} listeners");
        CheckAlpn(after.Protocol);
        return after with { SslPolicy = null, Certificates = [], AlpnPolicy = null };
    }

    private static void CheckProtocol(string protocol, string type)
    {
        string[] allowed =
            type == LoadBalancerTypeEnum.Application
                ? [ProtocolEnum.Http, ProtocolEnum.Https]
                : [ProtocolEnum.Tcp, ProtocolEnum.Tls, ProtocolEnum.Udp, ProtocolEnum.TcpUdp];
        if (allowed.Contains(protocol))
            return;
        if (type == LoadBalancerTypeEnum.Network && protocol is ProtocolEnum.Quic or ProtocolEnum.TcpQuic)
            throw UnsupportedProtocolException($"Estiba does not support listeners with the {protocol} protocol yet.");
        throw ElbErrors.ValidationError(
            $"Listener protocol '{protocol}' must be one of '{string.Join(", ", allowed)}'"
        );
    }

    private void CheckAlpn(string protocol)
    {
        if (AlpnPolicy is not { Count: > 0 } policies)
            return;
        if (policies.Count > 1 || AlpnPolicies.Find(policies[0]) is null)
            throw ALPNPolicyNotSupportedException(
                $"The ALPN policy must be one of '{string.Join(", ", AlpnPolicies.Names)}'"
            );
        if (protocol != ProtocolEnum.Tls)
            throw ElbErrors.ValidationError($"An ALPN policy cannot be specified for {protocol} listeners");
    }

    // "Mutual authentication with TLS in Application Load Balancer", user guide.
    private ListenerRecord WithMutualAuthentication(ListenerRecord after)
    {
        if (MutualAuthentication is not { } wanted)
            return after.Protocol == ProtocolEnum.Https ? after : Without(after);
        if (wanted.TrustStoreAssociationStatus is not null)
            throw ElbErrors.ValidationError("The status of a trust store's association cannot be set");
        if (wanted.AdvertiseTrustStoreCaNames is AdvertiseTrustStoreCaNamesEnum.On)
            throw ElbErrors.NotSupported("telling clients the names of certificate authorities");
        if (wanted.Mode is not (null or Off or Passthrough or Verify))
            throw ElbErrors.ValidationError(
                $"Mutual authentication mode '{wanted.Mode}' must be one of 'off, passthrough, verify'"
            );
        if (
            wanted.Mode is not Verify
            && (wanted.TrustStoreArn ?? (object?)wanted.IgnoreClientCertificateExpiry) is not null
        )
            throw ElbErrors.ValidationError(
                "A trust store and IgnoreClientCertificateExpiry can only be specified for mutual authentication mode "
                    + "'verify'"
            );
        if (wanted.Mode is null or Off)
            return Without(after);
        if (after.Protocol != ProtocolEnum.Https)
            throw ElbErrors.ValidationError("Mutual authentication can only be specified for HTTPS listeners");
        if (wanted is { Mode: Verify, TrustStoreArn: null })
            throw ElbErrors.ValidationError("A trust store must be specified for mutual authentication mode 'verify'");
        return after with
        {
            MutualAuthentication = wanted.Mode,
            TrustStore = wanted.TrustStoreArn,
            IgnoresClientExpiry = wanted.IgnoreClientCertificateExpiry ?? false,
        };

        static ListenerRecord Without(ListenerRecord listener) =>
            listener with
            {
                MutualAuthentication = null,
                TrustStore = null,
                IgnoresClientExpiry = false,
            };
    }
}
