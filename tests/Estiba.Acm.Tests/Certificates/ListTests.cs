using System.Security.Cryptography.X509Certificates;
using Estiba.Contracts.Acm;
using static Estiba.Acm.Tests.AcmWorld;

namespace Estiba.Acm.Tests.Certificates;

public sealed class ListTests
{
    private static readonly string[] Names = ["www.example.com"];

    [Fact]
    public async Task Without_key_types_those_with_RSA_keys_of_1024_and_2048_bits_are_listed()
    {
        await using var world = await CreateAsync();
        var rsa = await world.RequestAsync();
        var elliptic = await world.RequestAsync(change: request => request with { KeyAlgorithm = "EC_prime256v1" });
        var small = await world.ImportAsync(Issued.By(null, "CN=a.example.com", Issued.Rsa(1024), Names));
        var large = await world.ImportAsync(Issued.By(null, "CN=a.example.com", Issued.Rsa(3072), Names));

        (await ArnsAsync(world)).ShouldBe([rsa, small], ignoreOrder: true);
        (await ArnsAsync(world, With(new Filters { KeyTypes = ["EC_prime256v1", "RSA_3072"] }))).ShouldBe(
            [elliptic, large],
            ignoreOrder: true
        );
    }

    [Fact]
    public async Task A_list_has_what_is_important_of_each()
    {
        await using var world = await CreateAsync();
        var arn = await world.RequestAsync("example.com", request =>
            request with
            {
                SubjectAlternativeNames = ["www.example.com"],
            }
        );
        world.Used.Add(arn);
        var described = await world.DescribeAsync(arn);

        var listed = await world.Api.ListCertificatesAsync(new ListCertificatesRequest(), Context);

        var expected = new CertificateSummary
        {
            CertificateArn = arn,
            DomainName = "example.com",
            SubjectAlternativeNameSummaries = ["example.com", "www.example.com"],
            HasAdditionalSubjectAlternativeNames = false,
            Status = "ISSUED",
            Type = "AMAZON_ISSUED",
            KeyAlgorithm = "RSA-2048",
            KeyUsages = ["DIGITAL_SIGNATURE", "KEY_ENCIPHERMENT"],
            ExtendedKeyUsages = ["TLS_WEB_SERVER_AUTHENTICATION"],
            ExportOption = "DISABLED",
            InUse = true,
            RenewalEligibility = "ELIGIBLE",
            NotBefore = described.NotBefore,
            NotAfter = described.NotAfter,
            CreatedAt = described.CreatedAt,
            IssuedAt = described.IssuedAt,
            CertificateKeyPairOrigin = "AWS_MANAGED",
        };
        Text(listed.CertificateSummaryList.ShouldHaveSingleItem()).ShouldBe(Text(expected));
    }

    [Fact]
    public async Task A_list_can_be_of_some_statuses_and_usages_alone()
    {
        await using var world = await CreateAsync();
        var brief = await world.ImportAsync(
            Issued.By(
                null,
                "CN=www.example.com",
                names: Names,
                usages: X509KeyUsageFlags.KeyAgreement,
                extendedUsages: ["1.3.6.1.5.5.7.3.2"],
                to: world.Time.GetUtcNow().AddDays(1)
            )
        );
        var lasting = await world.RequestAsync();
        world.Time.Advance(TimeSpan.FromDays(2));

        (await ArnsAsync(world, Of("EXPIRED"))).ShouldBe([brief]);
        (await ArnsAsync(world, Of("ISSUED"))).ShouldBe([lasting]);
        (await ArnsAsync(world, Of("ISSUED", "EXPIRED"))).Count.ShouldBe(2);
        (await ArnsAsync(world, Of("FAILED"))).ShouldBeEmpty();
        (await ArnsAsync(world, With(new Filters { KeyUsage = ["KEY_AGREEMENT"] }))).ShouldBe([brief]);
        (await ArnsAsync(world, With(new Filters { ExtendedKeyUsage = ["TLS_WEB_SERVER_AUTHENTICATION"] }))).ShouldBe([
            lasting,
        ]);
        (await ArnsAsync(world, With(new Filters { ExportOption = "ENABLED" }))).ShouldBeEmpty();
        (await ArnsAsync(world, With(new Filters { ManagedBy = "CLOUDFRONT" }))).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_list_can_be_of_those_whose_keys_have_one_origin()
    {
        await using var world = await CreateAsync();
        var requested = await world.RequestAsync();
        var imported = await world.ImportAsync(Issued.By(null, "CN=www.example.com", names: Names));

        Task<IReadOnlyList<string>> OfAsync(params string[] origins) =>
            ArnsAsync(world, new ListCertificatesRequest { CertificateKeyPairOrigins = origins });
        (await OfAsync("AWS_MANAGED")).ShouldBe([requested]);
        (await OfAsync("CUSTOMER_PROVIDED")).ShouldBe([imported]);
        (await OfAsync("AWS_MANAGED", "CUSTOMER_PROVIDED")).Count.ShouldBe(2);
        (await OfAsync("ACME")).ShouldBeEmpty();
        (await world.DescribeAsync(imported)).CertificateKeyPairOrigin.ShouldBe("CUSTOMER_PROVIDED");
    }

    [Theory]
    [InlineData("ASCENDING")]
    [InlineData("DESCENDING")]
    [InlineData(null)]
    public async Task A_list_is_given_in_pages_and_in_the_order_of_their_making(string? order)
    {
        await using var world = await CreateAsync();
        var made = new List<string>();
        using var key = Issued.Rsa(1024);
        for (var number = 0; number < 5; number++)
        {
            made.Add(await world.ImportAsync(Issued.By(null, "CN=www.example.com", key, Names)));
            world.Time.Advance(TimeSpan.FromSeconds(1));
        }

        var request = new ListCertificatesRequest
        {
            MaxItems = 2,
            SortBy = order is null ? null : "CREATED_AT",
            SortOrder = order,
        };
        var listed = new List<string>();
        var pages = 0;
        string? next = null;
        do
        {
            var page = await world.Api.ListCertificatesAsync(request with { NextToken = next }, Context);
            listed.AddRange(page.CertificateSummaryList!.Select(each => each.CertificateArn!));
            next = page.NextToken;
            pages++;
        } while (next is not null);

        pages.ShouldBe(3);
        if (order == "DESCENDING")
            made.Reverse();
        listed.ShouldBe(made, ignoreOrder: order is null);
    }

    [Fact]
    public async Task An_order_without_its_field_and_a_token_of_another_list_are_refused()
    {
        await using var world = await CreateAsync();
        using var key = Issued.Rsa(1024);
        await world.ImportAsync(Issued.By(null, "CN=www.example.com", key, Names));
        await world.ImportAsync(Issued.By(null, "CN=www.example.com", key, Names));
        var request = new ListCertificatesRequest { MaxItems = 1 };
        var token = (await world.Api.ListCertificatesAsync(request, Context)).NextToken;
        async Task<string> CodeAsync(ListCertificatesRequest wrong) =>
            (await ErrorOfAsync(() => world.Api.ListCertificatesAsync(wrong, Context))).Code;

        (await CodeAsync(request with { SortBy = "CREATED_AT" })).ShouldBe("ValidationException");
        (await CodeAsync(request with { SortOrder = "ASCENDING" })).ShouldBe("ValidationException");
        (await CodeAsync(request with { NextToken = "one" })).ShouldBe("InvalidArgsException");
        (await CodeAsync(request with { NextToken = token, CertificateStatuses = ["ISSUED"] })).ShouldBe(
            "InvalidArgsException"
        );
    }

    private static ListCertificatesRequest Of(params string[] statuses) => new() { CertificateStatuses = statuses };

    private static ListCertificatesRequest With(Filters filters) => new() { Includes = filters };

    private static async Task<IReadOnlyList<string>> ArnsAsync(
        AcmWorld world,
        ListCertificatesRequest? request = null
    ) =>
        [
            .. (
                await world.Api.ListCertificatesAsync(request ?? new ListCertificatesRequest(), Context)
            ).CertificateSummaryList!.Select(each => each.CertificateArn!),
        ];
}
