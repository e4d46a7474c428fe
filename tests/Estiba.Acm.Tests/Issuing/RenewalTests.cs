using Estiba.Contracts.Acm;
using static Estiba.Acm.Tests.AcmWorld;

namespace Estiba.Acm.Tests.Issuing;

public sealed class RenewalTests
{
    // The certificates of a test are issued on this day at seven, and valid from midnight on.
    private static readonly TimeSpan Until45DaysBefore = TimeSpan.FromDays(198 - 45) - TimeSpan.FromHours(8);

    [Fact]
    public async Task A_certificate_that_something_uses_is_renewed_45_days_before_it_expires()
    {
        await using var world = await CreateAsync();
        var arn = await world.RequestAsync("example.com", request =>
            request with
            {
                SubjectAlternativeNames = ["www.example.com"],
                KeyAlgorithm = "EC_prime256v1",
            }
        );
        world.Used.Add(arn);
        var before = await world.DescribeAsync(arn);

        await world.RenewAsync(Until45DaysBefore);
        (await world.DescribeAsync(arn)).Serial.ShouldBe(before.Serial);
        await world.RenewAsync(TimeSpan.FromHours(1));

        var now = world.Time.GetUtcNow();
        var after = await world.DescribeAsync(arn);
        after.Serial.ShouldNotBe(before.Serial);
        after.NotAfter.ShouldBe(new DateTimeOffset(now.Date, TimeSpan.Zero).AddDays(198).AddSeconds(-1));
        (after.IssuedAt, after.RenewalEligibility, after.KeyAlgorithm).ShouldBe(
            (before.IssuedAt, "ELIGIBLE", "EC-prime256v1")
        );
        after.SubjectAlternativeNames.ShouldBe(["example.com", "www.example.com"]);
        after.InUseBy.ShouldBe([LoadBalancer]);
        var summary = new RenewalSummary
        {
            RenewalStatus = "SUCCESS",
            DomainValidationOptions = before.DomainValidationOptions,
            UpdatedAt = now,
        };
        Text(after.RenewalSummary!).ShouldBe(Text(summary));
    }

    [Fact]
    public async Task One_that_nothing_uses_expires_and_is_renewed_when_something_does()
    {
        await using var world = await CreateAsync();
        var arn = await world.RequestAsync();

        await world.RenewAsync(TimeSpan.FromDays(198));
        (await world.DescribeAsync(arn)).Status.ShouldBe("EXPIRED");
        world.Used.Add(arn);
        await world.RenewAsync();

        (await world.DescribeAsync(arn)).Status.ShouldBe("ISSUED");
    }

    [Fact]
    public async Task An_imported_certificate_is_not_renewed()
    {
        await using var world = await CreateAsync();
        var arn = await world.ImportAsync(Issued.By(null, "CN=www.example.com", names: ["www.example.com"]));
        world.Used.Add(arn);

        await world.RenewAsync(TimeSpan.FromDays(366));

        (await world.DescribeAsync(arn)).Status.ShouldBe("EXPIRED");
        (await ErrorOfAsync(() => RenewAsync(world, arn))).ShouldBe(
            ("ValidationException", $"Certificate {arn} is not eligible for renewal: it was imported.")
        );
    }

    [Fact]
    public async Task Somebody_can_have_a_requested_certificate_renewed_at_any_time()
    {
        await using var world = await CreateAsync();
        var arn = await world.RequestAsync();
        var before = await world.GetAsync(arn);

        await RenewAsync(world, arn);

        var after = await world.GetAsync(arn);
        after.Certificate.ShouldNotBe(before.Certificate);
        after.CertificateChain.ShouldBe(before.CertificateChain);
    }

    [Fact]
    public async Task An_authority_that_would_not_outlive_what_it_issues_is_replaced()
    {
        await using var world = await CreateAsync();
        var arn = await world.RequestAsync();
        var before = await world.GetAsync(arn);

        world.Time.Advance(TimeSpan.FromDays(20 * 365));
        await RenewAsync(world, arn);

        (await world.GetAsync(arn)).CertificateChain.ShouldNotBe(before.CertificateChain);
    }

    [Fact]
    public async Task A_certificate_whose_key_cannot_be_opened_any_more_is_renewed()
    {
        await using var world = await CreateAsync();
        var arn = await world.RequestAsync();
        world.Used.Add(arn);
        await world.RestartAsync(otherKey: 2);
        world.Certificates.Find(world.Store.Current, arn, Home).ShouldBeNull();

        await world.RenewAsync();

        world.Certificates.Find(world.Store.Current, arn, Home)!.Certificate.HasPrivateKey.ShouldBeTrue();
    }

    private static Task RenewAsync(AcmWorld world, string arn) =>
        world.Api.RenewCertificateAsync(new RenewCertificateRequest { CertificateArn = arn }, Context);
}
