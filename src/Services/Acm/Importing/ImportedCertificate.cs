using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Estiba.Acm.Certificates;
using Estiba.Contracts;
using Estiba.Contracts.Acm;
using static Estiba.Contracts.Acm.AcmErrors;

namespace Estiba.Acm.Importing;

/// <summary>
/// A certificate as somebody brings it, checked ("Prerequisites for importing ACM certificates", user guide; the
/// sentences are in AWS's article on import errors where it has them).
/// </summary>
internal sealed record ImportedCertificate
{
    private const int Version = 3;
    private const int LongestOcspUri = 1000;

    /// <summary>In PEM form.</summary>
    public required string Body { get; init; }

    /// <summary>In PEM form, in its order; null for none.</summary>
    public string? Chain { get; init; }

    /// <summary>PKCS #8 in PEM form.</summary>
    public required string PrivateKey { get; init; }

    /// <summary>What the certificate says.</summary>
    public required CertificateFacts Facts { get; init; }

    /// <summary>Not the key, so that it reaches no log.</summary>
    public override string ToString() => Facts.Subject;

    /// <summary>Reads and checks the parts.</summary>
    /// <exception cref="AwsException"><c>ValidationException</c>: one is not what it should be, or they do not belong
    /// together.</exception>
    internal static ImportedCertificate Read(
        ReadOnlyMemory<byte> certificate,
        ReadOnlyMemory<byte> privateKey,
        ReadOnlyMemory<byte>? chain,
        DateTimeOffset now
    )
    {
        var certificates = PemText.Certificates(certificate);
        using var all = new Disposing(certificates);
        if (certificates.Count > 1)
            throw ValidationException(
                "The certificate field contains more than one certificate. You can specify only one certificate in "
                    + "this field."
            );
        var own = certificates[0];
        using var key = PemText.PrivateKey(privateKey);
        var algorithm = CertificateFacts.KeyAlgorithmOf(own);
        CheckKey(own, key, algorithm is not null);
        var facts = CertificateFacts.Of(own, algorithm!);
        CheckContent(own);
        CheckTime(facts, now);
        string? chainText = null;
        if (chain is { IsEmpty: false } given)
        {
            var signers = PemText.Certificates(given);
            using var allSigners = new Disposing(signers);
            CheckChain(own, signers);
            chainText = string.Join('\n', signers.Select(each => each.ExportCertificatePem()));
        }

        return new ImportedCertificate
        {
            Body = own.ExportCertificatePem(),
            Chain = chainText,
            PrivateKey = key.ExportPkcs8PrivateKeyPem(),
            Facts = facts,
        };
    }

    private static void CheckKey(X509Certificate2 certificate, AsymmetricAlgorithm key, bool isSupported)
    {
        try
        {
            using var both = key is RSA rsa
                ? certificate.CopyWithPrivateKey(rsa)
                : certificate.CopyWithPrivateKey((ECDsa)key);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            throw ValidationException("The private key does not match the certificate.");
        }

        if (!isSupported)
            throw ValidationException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The private key length {key.KeySize} is not supported for key algorithm."
                )
            );
    }

    private static void CheckContent(X509Certificate2 certificate)
    {
        if (certificate.Version != Version)
            throw ValidationException("The certificate is not an X.509 version 3 certificate.");
        if (!certificate.IssuerName.EnumerateRelativeDistinguishedNames().Any())
            throw ValidationException("The Issuer field of the certificate must not be empty.");
        if (
            certificate
                .Extensions.OfType<X509AuthorityInformationAccessExtension>()
                .SelectMany(extension => extension.EnumerateOcspUris())
                .Any(uri => uri.Length > LongestOcspUri)
        )
            throw ValidationException(
                $"The OCSP authority URL of the certificate must not exceed {LongestOcspUri} characters."
            );
    }

    private static void CheckTime(CertificateFacts facts, DateTimeOffset now)
    {
        if (now < facts.NotBefore)
            throw ValidationException(
                "Certificate is not yet valid. The 'Not Before' date restriction on the certificate has not passed."
            );
        if (now > facts.NotAfter)
            throw ValidationException(
                "Certificate is no longer valid. The 'Not After' date restriction on the certificate has passed."
            );
    }

    private static void CheckChain(X509Certificate2 certificate, X509Certificate2Collection signers)
    {
        if (signers[0].RawData.AsSpan().SequenceEqual(certificate.RawData))
            throw Misplaced(0);
        if (!CertificateSignatures.IsSignedBy(certificate, signers[0]))
            throw ValidationException("Could not validate the certificate with the certificate chain.");
        for (var index = 1; index < signers.Count; index++)
        {
            if (!CertificateSignatures.IsSignedBy(signers[index - 1], signers[index]))
                throw Misplaced(index);
        }

        if (certificate.PublicKey.Oid.Value != signers[0].PublicKey.Oid.Value)
            throw ValidationException(
                "The cryptographic algorithm of an imported certificate must match the algorithm of the signing CA."
            );
    }

    private static AwsException Misplaced(int index) =>
        ValidationException(
            "Unable to validate certificate chain. The certificate chain must start with the immediate signing "
                + "certificate, followed by any intermediaries in order. The index within the chain of the invalid "
                + $"certificate is: {index}"
        );

    /// <summary>Checks that it may take the place of another ("Reimport a certificate", user guide).</summary>
    /// <exception cref="AwsException"><c>ValidationException</c>: it lacks something, or has another key.</exception>
    internal void CheckReplaces(CertificateFacts current)
    {
        if (Facts.KeyAlgorithm != current.KeyAlgorithm)
            throw ValidationException(
                "New certificate has another key type or size than the currently imported certificate"
            );
        if (current.Names.Count > 0 && Facts.Names.Count == 0)
            throw ValidationException("New certificate has none of the domain names of the currently imported one");
        var usages = current.KeyUsages.Except(Facts.KeyUsages, StringComparer.Ordinal);
        // RFC 5480 does not know this use of a key of elliptic curves.
        if (usages.Any(usage => usage != KeyUsageName.KeyEncipherment || IsRsa(current)))
            throw ValidationException(
                "New certificate is missing one or more Key Usages supported by the currently imported certificate"
            );
        var extended = current.ExtendedKeyUsages.Except(Facts.ExtendedKeyUsages);
        // Authorities do not certify this use any more.
        if (extended.Any(usage => usage.Name != ExtendedKeyUsageName.TlsWebClientAuthentication))
            throw ValidationException(
                "New certificate is missing one or more Extended Key Usages supported by the currently imported "
                    + "certificate"
            );
    }

    private static bool IsRsa(CertificateFacts facts) => facts.KeyAlgorithm.StartsWith("RSA", StringComparison.Ordinal);

    private readonly struct Disposing(X509Certificate2Collection certificates) : IDisposable
    {
        public void Dispose()
        {
            foreach (var certificate in certificates)
                certificate.Dispose();
        }
    }
}
