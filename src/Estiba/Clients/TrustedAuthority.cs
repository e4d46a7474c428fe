using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Estiba.Clients;

/// <summary>
/// Whose certificates a client of a platform trusts: those that the machine does, or those of one authority alone.
/// </summary>
internal sealed class TrustedAuthority
{
    private readonly X509Certificate2Collection? _certificates;

    private TrustedAuthority(X509Certificate2Collection? certificates) => _certificates = certificates;

    /// <summary>The authorities that the machine trusts.</summary>
    internal static TrustedAuthority OfMachine { get; } = new(certificates: null);

    /// <summary>
    /// Reads the certificates of an authority, or a certificate that vouches for itself, from a PEM file.
    /// </summary>
    /// <exception cref="InvalidDataException">There is no certificate in it.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static TrustedAuthority Load(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(path);
        }
        catch (CryptographicException exception)
        {
            throw new InvalidDataException($"{path} is no certificate in PEM form: {exception.Message}", exception);
        }

        return certificates.Count > 0
            ? new TrustedAuthority(certificates)
            : throw new InvalidDataException($"{path} holds no certificate in PEM form.");
    }

    /// <summary>A handler for connections to the platform.</summary>
    internal SocketsHttpHandler CreateHandler()
    {
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        if (_certificates is null)
            return handler;

        // Whoever names the authority of a server of their own has seldom a place where revocations could be asked for.
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(_certificates);
        handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        return handler;
    }
}
