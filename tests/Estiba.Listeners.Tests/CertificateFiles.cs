using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Estiba.Listeners.Tests;

/// <summary>Certificates of localhost and their keys in files, made for a test and gone with it.</summary>
internal sealed class CertificateFiles : IDisposable
{
    private readonly string _directory = System.IO.Directory.CreateTempSubdirectory("estiba-tls-").FullName;

    internal string Directory(string name) =>
        System.IO.Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;

    internal ServerCertificate Load()
    {
        var (certificate, key) = Write("server");
        return ServerCertificate.Load(certificate, key);
    }

    internal (string Certificate, string Key) Write(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1),
            DateTimeOffset.UtcNow.AddDays(1)
        );
        var paths = (Path.Combine(_directory, name + ".pem"), Path.Combine(_directory, name + ".key"));
        File.WriteAllText(paths.Item1, certificate.ExportCertificatePem());
        File.WriteAllText(paths.Item2, key.ExportPkcs8PrivateKeyPem());
        return paths;
    }

    public void Dispose() => System.IO.Directory.Delete(_directory, recursive: true);
}

/// <summary>Clients that know a certificate.</summary>
internal static class CertificateClients
{
    internal static SocketsHttpHandler Trusting(this ServerCertificate certificate)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(certificate.Certificate);
        return new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
        };
    }
}
