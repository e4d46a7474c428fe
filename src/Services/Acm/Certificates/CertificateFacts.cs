using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Estiba.Contracts.Acm;

namespace Estiba.Acm.Certificates;

/// <summary>What a certificate says, as ACM tells it.</summary>
internal sealed record CertificateFacts
{
    /// <summary>The name of the subject, else the first of its alternative names; null when it has neither.</summary>
    public string? DomainName { get; init; }

    /// <summary>The DNS names that it is good for.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Bytes in lower-case hexadecimal, divided by colons.</summary>
    public required string Serial { get; init; }

    /// <summary>For example <c>CN=example.com</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>The issuer's organization, else its name.</summary>
    public required string Issuer { get; init; }

    /// <summary>From when on it is valid.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Until when it is valid.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>One of <see cref="KeyAlgorithm"/>.</summary>
    public required string KeyAlgorithm { get; init; }

    /// <summary>For example <c>SHA256WITHRSA</c>.</summary>
    public required string SignatureAlgorithm { get; init; }

    /// <summary>What the key may be used for; none when the certificate does not say.</summary>
    public IReadOnlyList<string> KeyUsages { get; init; } = [];

    /// <summary>What else it may be used for; none when the certificate does not say.</summary>
    public IReadOnlyList<ExtendedKeyUsage> ExtendedKeyUsages { get; init; } = [];

    private const string CommonName = "2.5.4.3";
    private const string Organization = "2.5.4.10";

    private static readonly (X509KeyUsageFlags Flag, string Name)[] Usages =
    [
        (X509KeyUsageFlags.DigitalSignature, KeyUsageName.DigitalSignature),
        (X509KeyUsageFlags.NonRepudiation, KeyUsageName.NonRepudiation),
        (X509KeyUsageFlags.KeyEncipherment, KeyUsageName.KeyEncipherment),
        (X509KeyUsageFlags.DataEncipherment, KeyUsageName.DataEncipherment),
        (X509KeyUsageFlags.KeyAgreement, KeyUsageName.KeyAgreement),
        (X509KeyUsageFlags.KeyCertSign, KeyUsageName.CertificateSigning),
        (X509KeyUsageFlags.CrlSign, KeyUsageName.CrlSigning),
        (X509KeyUsageFlags.EncipherOnly, KeyUsageName.EncipherOnly),
        (X509KeyUsageFlags.DecipherOnly, KeyUsageName.DecipherOnly),
    ];

    private static readonly Dictionary<string, string> ExtendedUsages = new()
    {
        ["1.3.6.1.5.5.7.3.1"] = ExtendedKeyUsageName.TlsWebServerAuthentication,
        ["1.3.6.1.5.5.7.3.2"] = ExtendedKeyUsageName.TlsWebClientAuthentication,
        ["1.3.6.1.5.5.7.3.3"] = ExtendedKeyUsageName.CodeSigning,
        ["1.3.6.1.5.5.7.3.4"] = ExtendedKeyUsageName.EmailProtection,
        ["1.3.6.1.5.5.7.3.5"] = ExtendedKeyUsageName.IpsecEndSystem,
        ["1.3.6.1.5.5.7.3.6"] = ExtendedKeyUsageName.IpsecTunnel,
        ["1.3.6.1.5.5.7.3.7"] = ExtendedKeyUsageName.IpsecUser,
        ["1.3.6.1.5.5.7.3.8"] = ExtendedKeyUsageName.TimeStamping,
        ["1.3.6.1.5.5.7.3.9"] = ExtendedKeyUsageName.OcspSigning,
        ["2.5.29.37.0"] = ExtendedKeyUsageName.Any,
    };

    private static readonly Dictionary<string, string> NameTypes = new()
    {
        [CommonName] = "CN",
        ["2.5.4.5"] = "SERIALNUMBER",
        ["2.5.4.6"] = "C",
        ["2.5.4.7"] = "L",
        ["2.5.4.8"] = "ST",
        ["2.5.4.9"] = "STREET",
        [Organization] = "O",
        ["2.5.4.11"] = "OU",
        ["0.9.2342.19200300.100.1.25"] = "DC",
        ["1.2.840.113549.1.9.1"] = "EMAILADDRESS",
    };

    private static readonly Dictionary<string, string> Signatures = new()
    {
        ["1.2.840.113549.1.1.5"] = "SHA1WITHRSA",
        ["1.2.840.113549.1.1.10"] = "RSASSA-PSS",
        ["1.2.840.113549.1.1.11"] = "SHA256WITHRSA",
        ["1.2.840.113549.1.1.12"] = "SHA384WITHRSA",
        ["1.2.840.113549.1.1.13"] = "SHA512WITHRSA",
        ["1.2.840.10045.4.1"] = "SHA1WITHECDSA",
        ["1.2.840.10045.4.3.2"] = "SHA256WITHECDSA",
        ["1.2.840.10045.4.3.3"] = "SHA384WITHECDSA",
        ["1.2.840.10045.4.3.4"] = "SHA512WITHECDSA",
    };

    /// <summary>What a certificate says.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="keyAlgorithm">Its key's, one of <see cref="KeyAlgorithm"/>.</param>
    internal static CertificateFacts Of(X509Certificate2 certificate, string keyAlgorithm)
    {
        var commonName = Part(certificate.SubjectName, CommonName);
        List<string> alternatives =
        [
            .. certificate
                .Extensions.OfType<X509SubjectAlternativeNameExtension>()
                .SelectMany(extension => extension.EnumerateDnsNames()),
        ];
        return new CertificateFacts
        {
            DomainName = commonName ?? alternatives.FirstOrDefault(),
            // A common name counts where there are no alternatives.
            Names = alternatives.Count > 0 || commonName is null ? alternatives : [commonName],
            Serial = SerialOf(certificate),
            Subject = Text(certificate.SubjectName),
            Issuer = Part(certificate.IssuerName, Organization)
                ?? Part(certificate.IssuerName, CommonName)
                ?? Text(certificate.IssuerName),
            NotBefore = new DateTimeOffset(certificate.NotBefore.ToUniversalTime()),
            NotAfter = new DateTimeOffset(certificate.NotAfter.ToUniversalTime()),
            KeyAlgorithm = keyAlgorithm,
            SignatureAlgorithm = Signatures.TryGetValue(certificate.SignatureAlgorithm.Value!, out var signature)
                ? signature
                : certificate.SignatureAlgorithm.FriendlyName ?? certificate.SignatureAlgorithm.Value!,
            KeyUsages =
            [
                .. certificate
                    .Extensions.OfType<X509KeyUsageExtension>()
                    .SelectMany(extension => Usages.Where(usage => extension.KeyUsages.HasFlag(usage.Flag)))
                    .Select(usage => usage.Name),
            ],
            ExtendedKeyUsages =
            [
                .. certificate
                    .Extensions.OfType<X509EnhancedKeyUsageExtension>()
                    .SelectMany(extension => extension.EnhancedKeyUsages.Cast<Oid>())
                    .Select(usage => new ExtendedKeyUsage
                    {
                        Name = ExtendedUsages.GetValueOrDefault(usage.Value!, ExtendedKeyUsageName.Custom),
                        OID = usage.Value,
                    }),
            ],
        };
    }

    /// <summary>The algorithm of a certificate's key, one of <see cref="KeyAlgorithm"/>; null when ACM has none
    /// such.</summary>
    internal static string? KeyAlgorithmOf(X509Certificate2 certificate)
    {
        if (certificate.GetRSAPublicKey() is { } rsa)
        {
            using (rsa)
            {
                return rsa.KeySize switch
                {
                    1024 => Contracts.Acm.KeyAlgorithm.Rsa1024,
                    2048 => Contracts.Acm.KeyAlgorithm.Rsa2048,
                    3072 => Contracts.Acm.KeyAlgorithm.Rsa3072,
                    4096 => Contracts.Acm.KeyAlgorithm.Rsa4096,
                    _ => null,
                };
            }
        }

        using var elliptic = certificate.GetECDsaPublicKey();
        return elliptic?.ExportParameters(includePrivateParameters: false).Curve.Oid.Value switch
        {
            "1.2.840.10045.3.1.7" => Contracts.Acm.KeyAlgorithm.ECPrime256v1,
            "1.3.132.0.34" => Contracts.Acm.KeyAlgorithm.ECSecp384r1,
            "1.3.132.0.35" => Contracts.Acm.KeyAlgorithm.ECSecp521r1,
            _ => null,
        };
    }

    private static string SerialOf(X509Certificate2 certificate)
    {
        var digits = Convert.ToHexStringLower(certificate.SerialNumberBytes.Span.TrimStart((byte)0));
        return string.Join(':', digits.Chunk(2).Select(pair => new string(pair)));
    }

    private static string? Part(X500DistinguishedName name, string type) =>
        name.EnumerateRelativeDistinguishedNames()
            .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == type)
            .Select(part => part.GetSingleElementValue())
            .FirstOrDefault();

    private static string Text(X500DistinguishedName name)
    {
        var parts = name.EnumerateRelativeDistinguishedNames(reversed: false).ToList();
        return parts.Exists(part => part.HasMultipleElements)
            ? name.Name
            : string.Join(
                ',',
                parts.Select(part =>
                {
                    var type = part.GetSingleElementType().Value!;
                    return $"{NameTypes.GetValueOrDefault(type, type)}={part.GetSingleElementValue()}";
                })
            );
    }
}
