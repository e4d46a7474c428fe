using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Estiba.Acm.Certificates;

/// <summary>Who signed a certificate.</summary>
internal static class CertificateSignatures
{
    private const string RsaPss = "1.2.840.113549.1.1.10";

    private static readonly Dictionary<string, HashAlgorithmName> Hashes = new()
    {
        ["1.2.840.113549.1.1.5"] = HashAlgorithmName.SHA1,
        ["1.2.840.113549.1.1.11"] = HashAlgorithmName.SHA256,
        ["1.2.840.113549.1.1.12"] = HashAlgorithmName.SHA384,
        ["1.2.840.113549.1.1.13"] = HashAlgorithmName.SHA512,
        ["1.2.840.10045.4.1"] = HashAlgorithmName.SHA1,
        ["1.2.840.10045.4.3.2"] = HashAlgorithmName.SHA256,
        ["1.2.840.10045.4.3.3"] = HashAlgorithmName.SHA384,
        ["1.2.840.10045.4.3.4"] = HashAlgorithmName.SHA512,
    };

    private static readonly HashAlgorithmName[] PssHashes =
    [
        HashAlgorithmName.SHA256,
        HashAlgorithmName.SHA384,
        HashAlgorithmName.SHA512,
    ];

    /// <summary>Whether a certificate names another as its issuer, and that one's key has signed it.</summary>
    internal static bool IsSignedBy(X509Certificate2 certificate, X509Certificate2 issuer)
    {
        if (!certificate.IssuerName.RawData.AsSpan().SequenceEqual(issuer.SubjectName.RawData))
            return false;
        var whole = new AsnReader(certificate.RawData, AsnEncodingRules.DER).ReadSequence();
        var signed = whole.ReadEncodedValue().Span;
        whole.ReadEncodedValue();
        var signature = whole.ReadBitString(out _);
        var algorithm = certificate.SignatureAlgorithm.Value!;

        using var rsa = issuer.GetRSAPublicKey();
        if (algorithm == RsaPss)
        {
            foreach (var each in PssHashes)
            {
                if (rsa?.VerifyData(signed, signature, each, RSASignaturePadding.Pss) == true)
                    return true;
            }

            return false;
        }

        if (!Hashes.TryGetValue(algorithm, out var hash))
            return false;
        if (rsa is not null)
            return rsa.VerifyData(signed, signature, hash, RSASignaturePadding.Pkcs1);
        using var elliptic = issuer.GetECDsaPublicKey();
        return elliptic?.VerifyData(signed, signature, hash, DSASignatureFormat.Rfc3279DerSequence) == true;
    }
}
