using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Estiba.Contracts.Acm;
using static Estiba.Acm.Tests.AcmWorld;

namespace Estiba.Acm.Tests.Importing;

public sealed class ImportTests
{
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";
    private static readonly string[] Names = ["www.example.com"];

    [Fact]
    public async Task An_imported_certificate_is_described_as_it_is()
    {
        await using var world = await CreateAsync();
        var root = Issued.By(null, "CN=Root, O=Example Trust");
        var certificate = Issued.By(
            root,
            "CN=www.example.com, O=Example, C=ES",
            names: ["www.example.com", "example.com"],
            usages: X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment,
            extendedUsages: [ServerUsage]
        );

        var arn = await world.ImportAsync(certificate, root.Pem);

        arn.ShouldMatch("^arn:aws:acm:eu-west-1:111122223333:certificate/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$");
        var now = world.Time.GetUtcNow();
        var expected = new CertificateDetail
        {
            CertificateArn = arn,
            DomainName = "www.example.com",
            SubjectAlternativeNames = ["www.example.com", "example.com"],
            Serial = "01:02:ab",
            Subject = "C=ES,O=Example,CN=www.example.com",
            Issuer = "Example Trust",
            CreatedAt = now,
            ImportedAt = now,
            Status = "ISSUED",
            NotBefore = Issued.From,
            NotAfter = Issued.From.AddYears(1),
            KeyAlgorithm = "RSA-2048",
            SignatureAlgorithm = "SHA256WITHRSA",
            InUseBy = [],
            Type = "IMPORTED",
            KeyUsages = [new KeyUsage { Name = "DIGITAL_SIGNATURE" }, new KeyUsage { Name = "KEY_ENCIPHERMENT" }],
            ExtendedKeyUsages = [new ExtendedKeyUsage { Name = "TLS_WEB_SERVER_AUTHENTICATION", OID = ServerUsage }],
            RenewalEligibility = "INELIGIBLE",
            Options = new CertificateOptions { CertificateTransparencyLoggingPreference = "DISABLED" },
            CertificateKeyPairOrigin = "CUSTOMER_PROVIDED",
        };
        Text(await world.DescribeAsync(arn)).ShouldBe(Text(expected));
        (await world.GetAsync(arn)).ShouldBe(
            new GetCertificateResponse { Certificate = certificate.Pem, CertificateChain = root.Pem }
        );
    }

    public static TheoryData<string, Func<AsymmetricAlgorithm>> Keys =>
        new()
        {
            { "RSA-1024", () => Issued.Rsa(1024) },
            { "RSA-2048", () => Issued.Rsa() },
            { "RSA-3072", () => Issued.Rsa(3072) },
            { "RSA-4096", () => Issued.Rsa(4096) },
            { "EC-prime256v1", () => Issued.Elliptic() },
            { "EC-secp384r1", () => Issued.Elliptic(ECCurve.NamedCurves.nistP384) },
            { "EC-secp521r1", () => Issued.Elliptic(ECCurve.NamedCurves.nistP521) },
        };

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Every_key_of_ACMs_can_be_imported_with_a_certificate_that_it_signs_itself(
        string algorithm,
        Func<AsymmetricAlgorithm> key
    )
    {
        await using var world = await CreateAsync();

        var arn = await world.ImportAsync(Issued.By(null, "CN=www.example.com", key(), Names));

        var described = await world.DescribeAsync(arn);
        described.KeyAlgorithm.ShouldBe(algorithm);
        described.KeyUsages.ShouldBe([new KeyUsage { Name = "ANY" }]);
        described.ExtendedKeyUsages.ShouldBe([new ExtendedKeyUsage { Name = "NONE" }]);
        (await world.GetAsync(arn)).CertificateChain.ShouldBeNull();
        world.Certificates.Find(world.Store.Current, arn, Home)!.Certificate.HasPrivateKey.ShouldBeTrue();
    }

    [Fact]
    public async Task A_key_may_be_in_the_forms_that_openssl_writes()
    {
        await using var world = await CreateAsync();
        using var rsa = Issued.Rsa();
        using var elliptic = Issued.Elliptic();
        const string Curve = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";

        await ImportAsync(world, Issued.By(null, "CN=a.example.com", rsa, Names), rsa.ExportRSAPrivateKeyPem());
        await ImportAsync(
            world,
            Issued.By(null, "CN=b.example.com", elliptic, Names),
            Curve + elliptic.ExportECPrivateKeyPem()
        );
    }

    [Fact]
    public async Task What_is_no_certificate_or_not_one_is_refused()
    {
        await using var world = await CreateAsync();
        var one = Issued.By(null, "CN=www.example.com", names: Names);
        var other = Issued.By(null, "CN=other.example.com", names: Names);

        (await RefusalAsync(world, "certificate", one.KeyPem)).ShouldBe(
            "The certificate body/chain provided is not in a valid PEM format."
        );
        (await RefusalAsync(world, one.KeyPem, one.KeyPem)).ShouldBe(
            "The certificate body/chain provided is not in a valid PEM format."
        );
        (
            await RefusalAsync(world, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", one.KeyPem)
        ).ShouldBe("Unable to parse certificate. Please ensure the certificate is in PEM format.");
        (await RefusalAsync(world, one.Pem + "\n" + other.Pem, one.KeyPem)).ShouldBe(
            "The certificate field contains more than one certificate. You can specify only one certificate in this "
                + "field."
        );
    }

    [Fact]
    public async Task What_is_no_key_or_not_the_certificates_is_refused()
    {
        await using var world = await CreateAsync();
        var one = Issued.By(null, "CN=www.example.com", names: Names);
        var other = Issued.By(null, "CN=other.example.com", names: Names);
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        using var dsa = DSA.Create(1024);

        (await RefusalAsync(world, one.Pem, "key")).ShouldBe("The private key is not supported.");
        (await RefusalAsync(world, one.Pem, dsa.ExportPkcs8PrivateKeyPem())).ShouldBe(
            "The private key is not supported."
        );
        (await RefusalAsync(world, one.Pem, one.Pem)).ShouldBe("Passed PEM was not a private key.");
        (await RefusalAsync(world, one.Pem, one.Key.ExportEncryptedPkcs8PrivateKeyPem("secret", parameters))).ShouldBe(
            "Your private key should not be encrypted."
        );
        (await RefusalAsync(world, one.Pem, other.KeyPem)).ShouldBe("The private key does not match the certificate.");
        using var elliptic = Issued.Elliptic();
        (await RefusalAsync(world, one.Pem, elliptic.ExportPkcs8PrivateKeyPem())).ShouldBe(
            "The private key does not match the certificate."
        );
        var odd = Issued.By(null, "CN=www.example.com", Issued.Rsa(2056), Names);
        (await RefusalAsync(world, odd.Pem, odd.KeyPem)).ShouldBe(
            "The private key length 2056 is not supported for key algorithm."
        );
    }

    [Fact]
    public async Task A_certificate_must_be_valid_now()
    {
        await using var world = await CreateAsync();
        var now = world.Time.GetUtcNow();
        var past = Issued.By(null, "CN=www.example.com", names: Names, to: now.AddSeconds(-1));
        var future = Issued.By(null, "CN=www.example.com", names: Names, from: now.AddSeconds(2));

        (await RefusalAsync(world, past.Pem, past.KeyPem)).ShouldBe(
            "Certificate is no longer valid. The 'Not After' date restriction on the certificate has passed."
        );
        (await RefusalAsync(world, future.Pem, future.KeyPem)).ShouldBe(
            "Certificate is not yet valid. The 'Not Before' date restriction on the certificate has not passed."
        );
    }

    [Fact]
    public async Task A_chain_begins_with_the_signer_and_goes_on_in_order()
    {
        await using var world = await CreateAsync();
        var root = Issued.By(null, "CN=Root");
        var middle = Issued.By(root, "CN=Middle");
        var impostor = Issued.By(null, "CN=Middle");
        var own = Issued.By(middle, "CN=www.example.com", names: Names);
        Task<string> Refused(params Issued[] chain) =>
            RefusalAsync(world, own.Pem, own.KeyPem, string.Join('\n', chain.Select(each => each.Pem)));
        static string Misplaced(int index) =>
            "Unable to validate certificate chain. The certificate chain must start with the immediate signing "
            + $"certificate, followed by any intermediaries in order. The index within the chain of the invalid "
            + $"certificate is: {index}";

        (await Refused(own, middle, root)).ShouldBe(Misplaced(0));
        (await Refused(middle, middle)).ShouldBe(Misplaced(1));
        (await Refused(root, middle)).ShouldBe("Could not validate the certificate with the certificate chain.");
        (await Refused(impostor, root)).ShouldBe("Could not validate the certificate with the certificate chain.");
        var arn = await world.ImportAsync(own, middle.Pem + "\n" + root.Pem);
        (await world.GetAsync(arn)).CertificateChain.ShouldBe(middle.Pem + "\n" + root.Pem);
    }

    [Fact]
    public async Task The_algorithm_of_the_signer_is_the_certificates()
    {
        await using var world = await CreateAsync();
        var root = Issued.By(null, "CN=Root", Issued.Elliptic());
        var own = Issued.By(root, "CN=www.example.com", Issued.Rsa(), Names);
        var fitting = Issued.By(root, "CN=www.example.com", Issued.Elliptic(), Names);

        (await RefusalAsync(world, own.Pem, own.KeyPem, root.Pem)).ShouldBe(
            "The cryptographic algorithm of an imported certificate must match the algorithm of the signing CA."
        );
        await world.ImportAsync(fitting, root.Pem);
    }

    [Fact]
    public async Task A_certificate_that_is_imported_again_keeps_its_ARN_and_tags()
    {
        await using var world = await CreateAsync();
        Tag[] tags = [new Tag { Key = "team", Value = "web" }];
        var first = Issued.By(null, "CN=www.example.com", names: Names);
        var second = Issued.By(null, "CN=new.example.com", names: ["new.example.com"]);
        var arn = (
            await world.Api.ImportCertificateAsync(
                new ImportCertificateRequest
                {
                    Certificate = Issued.Bytes(first.Pem),
                    PrivateKey = Issued.Bytes(first.KeyPem),
                    Tags = tags,
                },
                Context
            )
        ).CertificateArn!;
        var imported = world.Time.GetUtcNow();
        world.Time.Advance(TimeSpan.FromDays(1));

        (await world.ImportAsync(second, arn: arn)).ShouldBe(arn);

        var described = await world.DescribeAsync(arn);
        (described.DomainName, described.CreatedAt, described.ImportedAt).ShouldBe(
            ("new.example.com", imported, imported.AddDays(1))
        );
        (
            await world.Api.ListTagsForCertificateAsync(
                new ListTagsForCertificateRequest { CertificateArn = arn },
                Context
            )
        ).Tags.ShouldBe(tags);
        (
            await ErrorOfAsync(() =>
                world.Api.ImportCertificateAsync(
                    new ImportCertificateRequest
                    {
                        CertificateArn = arn,
                        Certificate = Issued.Bytes(first.Pem),
                        PrivateKey = Issued.Bytes(first.KeyPem),
                        Tags = tags,
                    },
                    Context
                )
            )
        ).ShouldBe(("ValidationException", "Tagging is not permitted on re-import."));
    }

    [Fact]
    public async Task What_is_imported_again_has_the_same_kind_of_key_and_all_usages()
    {
        await using var world = await CreateAsync();
        const X509KeyUsageFlags Both = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment;
        Issued Made(X509KeyUsageFlags usages, params string[] extended) =>
            Issued.By(null, "CN=www.example.com", names: Names, usages: usages, extendedUsages: extended);
        var arn = await world.ImportAsync(Made(Both, ServerUsage, ClientUsage));
        async Task<string> Refused(Issued other) =>
            (await ErrorOfAsync(() => world.ImportAsync(other, arn: arn))).Message;

        (await Refused(Issued.By(null, "CN=www.example.com", Issued.Elliptic(), Names))).ShouldBe(
            "New certificate has another key type or size than the currently imported certificate"
        );
        (await Refused(Made(X509KeyUsageFlags.DigitalSignature, ServerUsage, ClientUsage))).ShouldBe(
            "New certificate is missing one or more Key Usages supported by the currently imported certificate"
        );
        (await Refused(Made(Both, ClientUsage))).ShouldBe(
            "New certificate is missing one or more Extended Key Usages supported by the currently imported certificate"
        );
        // Only this usage may go.
        await world.ImportAsync(Made(Both, ServerUsage), arn: arn);
    }

    [Fact]
    public async Task Only_what_was_imported_is_imported_again()
    {
        await using var world = await CreateAsync();
        var own = Issued.By(null, "CN=www.example.com", names: Names);
        var requested = await world.RequestAsync();
        const string Absent = "arn:aws:acm:eu-west-1:111122223333:certificate/none";

        (await ErrorOfAsync(() => world.ImportAsync(own, arn: requested))).Code.ShouldBe("ValidationException");
        (await ErrorOfAsync(() => world.ImportAsync(own, arn: Absent))).ShouldBe(
            ("ResourceNotFoundException", $"Could not find certificate {Absent} in account 111122223333.")
        );
    }

    private static async Task<string> RefusalAsync(AcmWorld world, string certificate, string key, string? chain = null)
    {
        var (code, message) = await ErrorOfAsync(() =>
            world.Api.ImportCertificateAsync(
                new ImportCertificateRequest
                {
                    Certificate = Issued.Bytes(certificate),
                    PrivateKey = Issued.Bytes(key),
                    CertificateChain = Issued.BytesOrNull(chain),
                },
                Context
            )
        );
        code.ShouldBe("ValidationException");
        return message;
    }

    private static Task<ImportCertificateResponse> ImportAsync(AcmWorld world, Issued certificate, string key) =>
        world.Api.ImportCertificateAsync(
            new ImportCertificateRequest
            {
                Certificate = Issued.Bytes(certificate.Pem),
                PrivateKey = Issued.Bytes(key),
            },
            Context
        );
}
