using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Estiba.Acm.Certificates;
using Estiba.Contracts;
using Estiba.Contracts.Acm;
using Estiba.Hosting.Certificates;
using Estiba.State;

namespace Estiba.Acm.Issuing;

/// <summary>
/// Issues the certificates that are requested. Where AWS has Amazon's public authorities, each account has one of its
/// own here in each region, made when it is needed first: nobody else can know whose a domain is in a local network.
/// Whoever is to trust the certificates needs the authority's, which is their chain.
/// </summary>
internal sealed class CertificateAuthority(Store store, PrivateKeySeal seal, TimeProvider time)
{
    /// <summary>How long a certificate is valid ("ACM certificate characteristics", user guide).</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromDays(198);

    private const int AuthorityYears = 20;
    private const int RsaBits = 2048;
    private const int SerialBytes = 16;
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>Issues a certificate with a new key.</summary>
    /// <param name="scope">Whose it is.</param>
    /// <param name="id">The last part of its ARN.</param>
    /// <param name="names">The domain names, the first of which names the subject.</param>
    /// <param name="keyAlgorithm">One of <see cref="KeyAlgorithm"/> that may be requested.</param>
    /// <param name="cancellation">Issues none.</param>
    internal async Task<CertificateMaterial> IssueAsync(
        Scope scope,
        string id,
        IReadOnlyList<string> names,
        string keyAlgorithm,
        CancellationToken cancellation
    )
    {
        var authority = await AuthorityAsync(scope, cancellation);
        using var issuer = X509Certificate2.CreateFromPem(authority.Certificate);
        using var issuerKey = RSA.Create();
        issuerKey.ImportFromPem(seal.Open(authority.PrivateKey, authority.Key));
        using var key = NewKey(keyAlgorithm);
        var request = RequestOf(names, key);
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(
                issuer.Extensions.OfType<X509SubjectKeyIdentifierExtension>().First()
            )
        );
        // From midnight on, as AWS's are: so clocks that are a little behind do not matter.
        var from = Today;
        using var certificate = request.Create(
            issuer.SubjectName,
            X509SignatureGenerator.CreateForRSA(issuerKey, RSASignaturePadding.Pkcs1),
            from,
            from + Lifetime - TimeSpan.FromSeconds(1),
            NewSerial()
        );
        return new CertificateMaterial(
            certificate.ExportCertificatePem(),
            authority.Certificate,
            seal.Seal(key.ExportPkcs8PrivateKeyPem(), scope.Key(id)),
            CertificateFacts.Of(certificate, keyAlgorithm)
        );
    }

    private DateTimeOffset Today => new(time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);

    private async Task<AuthorityRecord> AuthorityAsync(Scope scope, CancellationToken cancellation)
    {
        if (Usable(store.Current, scope) is { } known)
            return known;
        var made = NewAuthority(scope);
        return await store.CommitAsync(
            transaction =>
            {
                if (Usable(transaction, scope) is { } added)
                    return added;
                transaction.Put(AcmTables.Authorities, made);
                return made;
            },
            cancellation
        );
    }

    // One that would not outlive what it issues is replaced, and so is one whose key is sealed with another key than
    // this platform has.
    private AuthorityRecord? Usable(View view, Scope scope) =>
        view.Find(AcmTables.Authorities, AuthorityRecord.KeyOf(scope)) is { } record
        && record.NotAfter > time.GetUtcNow() + Lifetime
        && seal.Open(record.PrivateKey, record.Key) is not null
            ? record
            : null;

    private AuthorityRecord NewAuthority(Scope scope)
    {
        using var key = RSA.Create(RsaBits);
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName($"Estiba certificate authority of {scope.AccountId} in {scope.Region}");
        name.AddOrganizationName("Estiba");
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(
            X509BasicConstraintsExtension.CreateForCertificateAuthority(pathLengthConstraint: 0)
        );
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true)
        );
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var certificate = request.CreateSelfSigned(Today, Today.AddYears(AuthorityYears));
        return new AuthorityRecord
        {
            Scope = scope,
            Certificate = certificate.ExportCertificatePem(),
            PrivateKey = seal.Seal(key.ExportPkcs8PrivateKeyPem(), AuthorityRecord.KeyOf(scope)),
            NotAfter = Today.AddYears(AuthorityYears),
        };
    }

    private static CertificateRequest RequestOf(IReadOnlyList<string> names, AsymmetricAlgorithm key)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(names[0]);
        var request = key is RSA rsa
            ? new CertificateRequest(subject.Build(), rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject.Build(), (ECDsa)key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var each in names)
            alternatives.AddDnsName(each);
        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity(critical: true));
        var usages = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment;
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(key is RSA ? usages : X509KeyUsageFlags.DigitalSignature, critical: true)
        );
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false)
        );
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    private static AsymmetricAlgorithm NewKey(string algorithm) =>
        algorithm switch
        {
            KeyAlgorithm.ECPrime256v1 => ECDsa.Create(ECCurve.NamedCurves.nistP256),
            KeyAlgorithm.ECSecp384r1 => ECDsa.Create(ECCurve.NamedCurves.nistP384),
            _ => RSA.Create(RsaBits),
        };

    private static byte[] NewSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        // Positive, and of that length.
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }
}
