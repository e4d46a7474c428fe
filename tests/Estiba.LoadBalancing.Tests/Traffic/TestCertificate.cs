using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Estiba.Listeners;

namespace Estiba.LoadBalancing.Tests.Traffic;

/// <summary>Certificates for a test, and clients that know them.</summary>
internal static class TestCertificate
{
    public static ServerCertificate Of(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return new ServerCertificate(certificate, [X509CertificateLoader.LoadCertificate(certificate.RawData)]);
    }

    public static X509ChainPolicy Trusting(IEnumerable<ServerCertificate> certificates)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        foreach (var each in certificates)
            policy.CustomTrustStore.Add(each.Certificate);
        return policy;
    }
}
