using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Estiba.Listeners;

/// <summary>A certificate with its key, and the certificates between it and the authority that clients know.</summary>
/// <param name="Certificate">The certificate, with its private key.</param>
/// <param name="Chain">Those of the file, the server's own among them.</param>
public sealed record ServerCertificate(X509Certificate2 Certificate, X509Certificate2Collection Chain) : IDisposable
{
    /// <summary>
    /// Reads PEM files, as certbot and step write them: the server's certificate first, then those that signed it.
    /// </summary>
    /// <param name="certificatePath">The file with the certificates.</param>
    /// <param name="keyPath">The file with the private key, without a password.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is not what it should be or not for this user to read, or the key
    /// is another certificate's; the message says which.</exception>
    public static ServerCertificate Load(string certificatePath, string keyPath)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificatePath);
            return new ServerCertificate(X509Certificate2.CreateFromPemFile(certificatePath, keyPath), chain);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new InvalidDataException(
                $"{certificatePath} and {keyPath} are not a certificate and its key in PEM form: {exception.Message}",
                exception
            );
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new InvalidDataException(
                $"{denied.Message} The server's user, {Environment.UserName}, must be able to read its certificate "
                    + "and the key.",
                denied
            );
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Certificate.Dispose();
        foreach (var certificate in Chain)
            certificate.Dispose();
    }
}
