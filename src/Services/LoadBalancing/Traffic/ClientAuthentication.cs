using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Estiba.LoadBalancing.Traffic;

/// <summary>What a listener demands of the certificates of its clients. Never changes.</summary>
/// <param name="authorities">The certificates that one must lead to; null where any or none will do.</param>
/// <param name="ignoresExpiry">Whether one that has expired is good.</param>
/// <param name="isRevoked">Whether somebody has taken one back.</param>
public sealed class ClientAuthentication(
    IReadOnlyList<X509Certificate2>? authorities,
    bool ignoresExpiry,
    Predicate<X509Certificate2> isRevoked
)
{
    /// <summary>Whether certificates are compared with a trust store, or only passed on.</summary>
    public bool Verifies => authorities is not null;

    /// <summary>Has a handshake demand it.</summary>
    internal void Demand(SslServerAuthenticationOptions options)
    {
        options.ClientCertificateRequired = true;
        // A session that is taken up again would not be looked at.
        options.AllowTlsResume = false;
        options.CertificateRevocationCheckMode = X509RevocationMode.NoCheck;
        options.CertificateChainPolicy = Policy();
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            !Verifies || (certificate is not null && errors == SslPolicyErrors.None && !IsRevoked(chain));
    }

    private bool IsRevoked(X509Chain? chain) =>
        chain is null || chain.ChainElements.Any(element => isRevoked(element.Certificate));

    private X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        if (ignoresExpiry)
            policy.VerificationFlags |= X509VerificationFlags.IgnoreNotTimeValid;
        foreach (var authority in authorities ?? [])
        {
            if (authority.SubjectName.RawData.AsSpan().SequenceEqual(authority.IssuerName.RawData))
                policy.CustomTrustStore.Add(authority);
            else
                policy.ExtraStore.Add(authority);
        }

        return policy;
    }
}
