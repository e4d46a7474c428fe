using System.Security.Cryptography.X509Certificates;
using Estiba.Contracts.Acm;
using static Estiba.Acm.Tests.AcmWorld;

namespace Estiba.Acm.Tests.Issuing;

public sealed class RequestTests
{
    [Fact]
    public async Task A_requested_certificate_is_issued_at_once_for_all_its_names()
    {
        await using var world = await CreateAsync();

        var arn = await world.RequestAsync("example.com", request =>
            request with
            {
                SubjectAlternativeNames = ["*.example.com", "example.com"],
                ValidationMethod = "DNS",
            }
        );

        var now = world.Time.GetUtcNow();
        var from = new DateTimeOffset(now.Date, TimeSpan.Zero);
        var described = await world.DescribeAsync(arn);
        var expected = new CertificateDetail
        {
            CertificateArn = arn,
            DomainName = "example.com",
            SubjectAlternativeNames = ["example.com", "*.example.com"],
            DomainValidationOptions = described.DomainValidationOptions,
            Serial = described.Serial,
            Subject = "CN=example.com",
            Issuer = "Estiba",
            CreatedAt = now,
            IssuedAt = now,
            Status = "ISSUED",
            NotBefore = from,
            NotAfter = from.AddDays(198).AddSeconds(-1),
            KeyAlgorithm = "RSA-2048",
            SignatureAlgorithm = "SHA256WITHRSA",
            InUseBy = [],
            Type = "AMAZON_ISSUED",
            KeyUsages = [new KeyUsage { Name = "DIGITAL_SIGNATURE" }, new KeyUsage { Name = "KEY_ENCIPHERMENT" }],
            ExtendedKeyUsages =
            [
                new ExtendedKeyUsage { Name = "TLS_WEB_SERVER_AUTHENTICATION", OID = "1.3.6.1.5.5.7.3.1" },
            ],
            RenewalEligibility = "INELIGIBLE",
            Options = new CertificateOptions
            {
                CertificateTransparencyLoggingPreference = "ENABLED",
                Export = "DISABLED",
            },
            CertificateKeyPairOrigin = "AWS_MANAGED",
        };
        Text(described).ShouldBe(Text(expected));
        described.Serial!.ShouldMatch("^[0-9a-f]{2}(:[0-9a-f]{2}){15}$");
        described
            .DomainValidationOptions!.Select(each =>
                (each.DomainName, each.ValidationDomain, each.ValidationMethod, each.ValidationStatus)
            )
            .ShouldBe([
                ("example.com", "example.com", "DNS", "SUCCESS"),
                ("*.example.com", "example.com", "DNS", "SUCCESS"),
            ]);
        // A domain and its wildcard are validated by one record.
        var record = described
            .DomainValidationOptions!.Select(each => each.ResourceRecord)
            .Distinct()
            .ShouldHaveSingleItem();
        record!.Name!.ShouldMatch(@"^_[0-9a-f]{32}\.example\.com\.$");
        record.Value!.ShouldMatch(@"^_[0-9a-f]{32}\.[a-z]{10}\.acm-validations\.aws\.$");
    }

    [Fact]
    public async Task Without_a_method_a_domain_is_validated_by_mail()
    {
        await using var world = await CreateAsync();

        var arn = await world.RequestAsync("www.example.com", request =>
            request with
            {
                DomainValidationOptions =
                [
                    new DomainValidationOption { DomainName = "www.example.com", ValidationDomain = "example.com" },
                ],
            }
        );

        var validation = (await world.DescribeAsync(arn)).DomainValidationOptions.ShouldHaveSingleItem();
        (validation.ValidationMethod, validation.ValidationDomain).ShouldBe(("EMAIL", "example.com"));
        validation.ValidationEmails.ShouldBe(
            [
                "admin@example.com",
                "administrator@example.com",
                "hostmaster@example.com",
                "postmaster@example.com",
                "webmaster@example.com",
            ],
            ignoreOrder: true
        );
    }

    [Fact]
    public async Task All_certificates_of_an_account_in_a_region_have_one_authority_which_is_their_chain()
    {
        await using var world = await CreateAsync();
        var first = await world.GetAsync(await world.RequestAsync("a.example.com"));
        await world.RestartAsync();
        var second = await world.GetAsync(
            await world.RequestAsync("b.example.com", request => request with { KeyAlgorithm = "EC_secp384r1" })
        );
        var elsewhere = In("111122223333", "us-east-1");
        var other = await world.Api.RequestCertificateAsync(
            new RequestCertificateRequest { DomainName = "a.example.com" },
            elsewhere
        );

        second.CertificateChain.ShouldBe(first.CertificateChain);
        (
            await world.Api.GetCertificateAsync(
                new GetCertificateRequest { CertificateArn = other.CertificateArn },
                elsewhere
            )
        ).CertificateChain.ShouldNotBe(first.CertificateChain);
        foreach (var (answer, name) in new[] { (first, "a.example.com"), (second, "b.example.com") })
        {
            using var certificate = X509Certificate2.CreateFromPem(answer.Certificate);
            certificate.MatchesHostname(name).ShouldBeTrue();
            Verifies(certificate, answer.CertificateChain!, world.Time.GetUtcNow()).ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData(null, "RSA-2048")]
    [InlineData("EC_prime256v1", "EC-prime256v1")]
    [InlineData("EC_secp384r1", "EC-secp384r1")]
    public async Task The_algorithm_of_the_key_can_be_chosen(string? algorithm, string told)
    {
        await using var world = await CreateAsync();

        var arn = await world.RequestAsync(change: request => request with { KeyAlgorithm = algorithm });

        (await world.DescribeAsync(arn)).KeyAlgorithm.ShouldBe(told);
        world.Certificates.Find(world.Store.Current, arn, Home)!.Certificate.HasPrivateKey.ShouldBeTrue();
    }

    [Fact]
    public async Task Asking_with_the_same_token_within_an_hour_makes_one_certificate()
    {
        await using var world = await CreateAsync();
        Task<string> RequestAsync(string token) =>
            world.RequestAsync(change: request => request with { IdempotencyToken = token });

        var first = await RequestAsync("one");

        (await RequestAsync("one")).ShouldBe(first);
        (await RequestAsync("two")).ShouldNotBe(first);
        world.Time.Advance(TimeSpan.FromHours(1));
        (await RequestAsync("one")).ShouldNotBe(first);
    }

    [Fact]
    public async Task A_certificate_has_up_to_ten_names_and_the_first_up_to_64_characters()
    {
        await using var world = await CreateAsync();
        Task<string> RequestAsync(int others) =>
            world.RequestAsync(change: request =>
                request with
                {
                    SubjectAlternativeNames = [.. Enumerable.Range(1, others).Select(each => $"{each}.example.com")],
                }
            );
        var label = new string('a', 53);

        await RequestAsync(9);
        (await ErrorOfAsync(() => RequestAsync(10))).ShouldBe(
            ("LimitExceededException", "Certificate has too many domains.")
        );
        await world.RequestAsync(label[..52] + ".example.com");
        (await ErrorOfAsync(() => world.RequestAsync(label + ".example.com"))).ShouldBe(
            ("InvalidDomainValidationOptionsException", "The first domain name can be no longer than 64 characters.")
        );
    }

    [Fact]
    public async Task Options_for_mails_are_for_the_names_and_domains_above_them()
    {
        await using var world = await CreateAsync();
        async Task<string> CodeAsync(string domain, string validation) =>
            (
                await ErrorOfAsync(() =>
                    world.RequestAsync(change: request =>
                        request with
                        {
                            DomainValidationOptions =
                            [
                                new DomainValidationOption { DomainName = domain, ValidationDomain = validation },
                            ],
                        }
                    )
                )
            ).Code;

        (await CodeAsync("other.example.com", "example.com")).ShouldBe("InvalidDomainValidationOptionsException");
        (await CodeAsync("www.example.com", "example.org")).ShouldBe("InvalidDomainValidationOptionsException");
        (await CodeAsync("www.example.com", "ple.com")).ShouldBe("InvalidDomainValidationOptionsException");
    }

    [Fact]
    public async Task What_cannot_be_kept_is_refused()
    {
        await using var world = await CreateAsync();
        async Task<string> CodeAsync(Func<RequestCertificateRequest, RequestCertificateRequest> change) =>
            (await ErrorOfAsync(() => world.RequestAsync(change: change))).Code;
        const string Authority = "arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/one";

        (await CodeAsync(it => it with { CertificateAuthorityArn = Authority })).ShouldBe("InvalidParameterException");
        (await CodeAsync(it => it with { ManagedBy = "CLOUDFRONT" })).ShouldBe("InvalidParameterException");
        (await CodeAsync(it => it with { ValidationMethod = "HTTP" })).ShouldBe("InvalidParameterException");
        (await CodeAsync(it => it with { Options = new CertificateOptions { Export = "ENABLED" } })).ShouldBe(
            "InvalidParameterException"
        );
        (await CodeAsync(it => it with { Options = new CertificateOptions { ValidationMethod = "DNS" } })).ShouldBe(
            "ValidationException"
        );
        (await CodeAsync(it => it with { KeyAlgorithm = "RSA_4096" })).ShouldBe("ValidationException");
    }

    [Fact]
    public async Task There_is_no_mail_to_send_again()
    {
        await using var world = await CreateAsync();
        var arn = await world.RequestAsync();
        async Task<string> CodeAsync(string domain, string validation) =>
            (
                await ErrorOfAsync(() =>
                    world.Api.ResendValidationEmailAsync(
                        new ResendValidationEmailRequest
                        {
                            CertificateArn = arn,
                            Domain = domain,
                            ValidationDomain = validation,
                        },
                        Context
                    )
                )
            ).Code;

        (await CodeAsync("www.example.com", "example.com")).ShouldBe("InvalidStateException");
        (await CodeAsync("www.example.com", "example.org")).ShouldBe("InvalidDomainValidationOptionsException");
    }

    internal static bool Verifies(X509Certificate2 certificate, string authority, DateTimeOffset at)
    {
        using var chain = new X509Chain();
        using var root = X509Certificate2.CreateFromPem(authority);
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.VerificationTime = at.UtcDateTime;
        return chain.Build(certificate);
    }
}
