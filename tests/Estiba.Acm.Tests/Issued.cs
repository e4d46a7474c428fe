using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Estiba.Acm.Tests;

/// <summary>A certificate that somebody made elsewhere, with its key.</summary>
internal sealed record Issued(X509Certificate2 Certificate, AsymmetricAlgorithm Key)
{
    /// <summary>When those of a test begin to be valid, unless it says otherwise.</summary>
    public static readonly DateTimeOffset From = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string Pem => Certificate.ExportCertificatePem();

    public string KeyPem => Key.ExportPkcs8PrivateKeyPem();

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static ReadOnlyMemory<byte>? BytesOrNull(string? text) =>
        text is null ? default(ReadOnlyMemory<byte>?) : Bytes(text);

    public static RSA Rsa(int bits = 2048) => RSA.Create(bits);

    public static ECDsa Elliptic(ECCurve? curve = null) => ECDsa.Create(curve ?? ECCurve.NamedCurves.nistP256);

    /// <summary>One that is signed by another's key, or by its own.</summary>
    public static Issued By(
        Issued? issuer,
        string subject,
        AsymmetricAlgorithm? key = null,
        string[]? names = null,
        X509KeyUsageFlags usages = X509KeyUsageFlags.None,
        string[]? extendedUsages = null,
        DateTimeOffset? from = null,
        DateTimeOffset? to = null
    )
    {
        key ??= Rsa();
        var request = Request(subject, key);
        if (names is not null)
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            foreach (var name in names)
                alternatives.AddDnsName(name);
            request.CertificateExtensions.Add(alternatives.Build());
        }

        if (usages != X509KeyUsageFlags.None)
            request.CertificateExtensions.Add(new X509KeyUsageExtension(usages, critical: true));
        if (extendedUsages is not null)
            request.CertificateExtensions.Add(
                new X509EnhancedKeyUsageExtension([.. extendedUsages.Select(usage => new Oid(usage))], critical: false)
            );
        if (names is null)
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var certificate = request.Create(
            (issuer?.Certificate.SubjectName ?? request.SubjectName),
            (issuer?.Key ?? key) is RSA rsa
                ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1)
                : X509SignatureGenerator.CreateForECDsa((ECDsa)(issuer?.Key ?? key)),
            from ?? From,
            to ?? From.AddYears(1),
            [0x01, 0x02, 0xAB]
        );
        return new Issued(certificate, key);
    }

    private static CertificateRequest Request(string subject, AsymmetricAlgorithm key) =>
        key is RSA rsa
            ? new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject, (ECDsa)key, HashAlgorithmName.SHA256);
}
