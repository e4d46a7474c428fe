using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Estiba.Contracts;
using static Estiba.Contracts.Acm.AcmErrors;

namespace Estiba.Acm.Importing;

/// <summary>Reads certificates and keys in PEM form ("Certificate and key format for importing", user guide).</summary>
internal static class PemText
{
    private const string CertificateLabel = "CERTIFICATE";
    private const string CurveLabel = "EC PARAMETERS";
    private const string PrivateLabel = "PRIVATE KEY";

    /// <summary>The certificates of a text, in their order; at least one.</summary>
    /// <exception cref="AwsException"><c>ValidationException</c>: it is no such text.</exception>
    internal static X509Certificate2Collection Certificates(ReadOnlyMemory<byte> text)
    {
        var found = new X509Certificate2Collection();
        try
        {
            foreach (var (label, data) in Blocks(Encoding.UTF8.GetString(text.Span)))
            {
                if (label != CertificateLabel)
                    throw NotPem();
                found.Add(X509CertificateLoader.LoadCertificate(data));
            }
        }
        catch (CryptographicException)
        {
            throw ValidationException("Unable to parse certificate. Please ensure the certificate is in PEM format.");
        }

        return found.Count > 0 ? found : throw NotPem();
    }

    /// <summary>The private key of a text: RSA or elliptic curves.</summary>
    /// <exception cref="AwsException"><c>ValidationException</c>: it is none, or encrypted.</exception>
    internal static AsymmetricAlgorithm PrivateKey(ReadOnlyMemory<byte> text)
    {
        var pem = Encoding.UTF8.GetString(text.Span);
        if (
            pem.Contains("ENCRYPTED PRIVATE KEY", StringComparison.Ordinal)
            || pem.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal)
        )
            throw ValidationException("Your private key should not be encrypted.");
        var blocks = Blocks(pem).Where(block => block.Label != CurveLabel).ToList();
        if (blocks is not [var (label, data)])
            throw Unsupported();
        if (!label.EndsWith(PrivateLabel, StringComparison.Ordinal))
            throw ValidationException("Passed PEM was not a private key.");
        return Imported(RSA.Create, rsa => Read(rsa, label, data))
            ?? Imported(ECDsa.Create, elliptic => Read(elliptic, label, data))
            ?? throw Unsupported();
    }

    private static bool Read(RSA key, string label, byte[] data)
    {
        if (label == "RSA PRIVATE KEY")
            key.ImportRSAPrivateKey(data, out _);
        else if (label == PrivateLabel)
            key.ImportPkcs8PrivateKey(data, out _);
        else
            return false;
        return true;
    }

    private static bool Read(ECDsa key, string label, byte[] data)
    {
        if (label == "EC PRIVATE KEY")
            key.ImportECPrivateKey(data, out _);
        else if (label == PrivateLabel)
            key.ImportPkcs8PrivateKey(data, out _);
        else
            return false;
        return true;
    }

    private static AsymmetricAlgorithm? Imported<TKey>(Func<TKey> create, Func<TKey, bool> read)
        where TKey : AsymmetricAlgorithm
    {
        var key = create();
        try
        {
            if (read(key))
                return key;
        }
        catch (CryptographicException)
        {
            // Of the other kind, or of none.
        }

        key.Dispose();
        return null;
    }

    private static List<(string Label, byte[] Data)> Blocks(string text)
    {
        var blocks = new List<(string, byte[])>();
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            blocks.Add(($"{rest[fields.Label]}", Convert.FromBase64String($"{rest[fields.Base64Data]}")));
            rest = rest[fields.Location.End..];
        }

        return blocks;
    }

    private static AwsException NotPem() =>
        ValidationException("The certificate body/chain provided is not in a valid PEM format.");

    private static AwsException Unsupported() => ValidationException("The private key is not supported.");
}
