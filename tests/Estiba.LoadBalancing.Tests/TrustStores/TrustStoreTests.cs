using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Tests.Traffic;
using static Estiba.LoadBalancing.Tests.LoadBalancingWorld;

namespace Estiba.LoadBalancing.Tests.TrustStores;

public sealed class TrustStoreTests
{
    [Fact]
    public async Task One_is_made_of_what_S3_has_and_is_shown_until_it_is_deleted()
    {
        await using var world = await CreateAsync();
        using var authority = new TestAuthority("authority");
        world.Buckets.Put("ca.pem", authority.Pem);

        var made = (await world.Api.CreateTrustStoreAsync(Creation(), Context)).TrustStores![0];
        await world.RestartAsync();

        made.Status.ShouldBe(TrustStoreStatus.Active);
        made.NumberOfCaCertificates.ShouldBe(1);
        made.TrustStoreArn!.ShouldStartWith("arn:aws:elasticloadbalancing:eu-west-1:111122223333:truststore/mine/");
        var found = await world.Api.DescribeTrustStoresAsync(
            new DescribeTrustStoresInput { Names = ["mine"] },
            Context
        );
        found.TrustStores!.ShouldHaveSingleItem().TrustStoreArn.ShouldBe(made.TrustStoreArn);
        (await ErrorOfAsync(() => world.Api.CreateTrustStoreAsync(Creation(), Context))).Code.ShouldBe(
            "DuplicateTrustStoreName"
        );
        var deletion = new DeleteTrustStoreInput { TrustStoreArn = made.TrustStoreArn };
        await world.Api.DeleteTrustStoreAsync(deletion, Context);
        (await ErrorOfAsync(() => world.Api.DeleteTrustStoreAsync(deletion, Context))).Code.ShouldBe(
            "TrustStoreNotFound"
        );
    }

    [Theory]
    [InlineData(null, "CaCertificatesBundleNotFound")]
    [InlineData("", "InvalidCaCertificatesBundle")]
    [InlineData("no certificate", "InvalidCaCertificatesBundle")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "InvalidCaCertificatesBundle")]
    public async Task Of_what_is_no_bundle_none_is_made(string? content, string code)
    {
        await using var world = await CreateAsync();
        if (content is not null)
            world.Buckets.Put("ca.pem", content);

        (await ErrorOfAsync(() => world.Api.CreateTrustStoreAsync(Creation(), Context))).Code.ShouldBe(code);

        (await world.Api.DescribeTrustStoresAsync(new DescribeTrustStoresInput(), Context)).TrustStores.ShouldBeEmpty();
    }

    [Fact]
    public async Task Certificates_are_taken_back_by_lists_with_numbers()
    {
        await using var world = await CreateAsync();
        using var authority = new TestAuthority("authority");
        using var client = authority.Issue("client");
        world.Buckets.Put("ca.pem", authority.Pem);
        world.Buckets.Put("crl.pem", authority.Revoke(client));
        world.Buckets.Put("none.pem", "none");
        var arn = (await world.Api.CreateTrustStoreAsync(Creation(), Context)).TrustStores![0].TrustStoreArn;
        AddTrustStoreRevocationsInput Adding(string key) =>
            new()
            {
                TrustStoreArn = arn,
                RevocationContents = [new RevocationContent { S3Bucket = "bucket", S3Key = key }],
            };

        var added = await world.Api.AddTrustStoreRevocationsAsync(Adding("crl.pem"), Context);

        var list = added.TrustStoreRevocations!.ShouldHaveSingleItem();
        (list.RevocationId, list.NumberOfRevokedEntries).ShouldBe((1, 1));
        (await ErrorOfAsync(() => world.Api.AddTrustStoreRevocationsAsync(Adding("none.pem"), Context))).Code.ShouldBe(
            "InvalidRevocationContent"
        );
        (await ErrorOfAsync(() => world.Api.AddTrustStoreRevocationsAsync(Adding("gone"), Context))).Code.ShouldBe(
            "RevocationContentNotFound"
        );
        var removal = new RemoveTrustStoreRevocationsInput { TrustStoreArn = arn, RevocationIds = [1] };
        await world.Api.RemoveTrustStoreRevocationsAsync(removal, Context);
        (await ErrorOfAsync(() => world.Api.RemoveTrustStoreRevocationsAsync(removal, Context))).Code.ShouldBe(
            "RevocationIdNotFound"
        );
    }

    [Fact]
    public async Task A_listener_that_verifies_needs_one_and_keeps_it_from_being_deleted()
    {
        await using var world = await CreateAsync();
        using var authority = new TestAuthority("authority");
        world.Buckets.Put("ca.pem", authority.Pem);
        var arn = (await world.Api.CreateTrustStoreAsync(Creation(), Context)).TrustStores![0].TrustStoreArn;
        var balancer = await world.LoadBalancerAsync();
        Task<Listener> Make(MutualAuthenticationAttributes mutual) =>
            world.ListenerAsync(balancer, request =>
                request with
                {
                    Protocol = ProtocolEnum.Https,
                    Port = 443,
                    Certificates = [new Certificate { CertificateArn = FirstCertificate }],
                    MutualAuthentication = mutual,
                }
            );

        (await ErrorOfAsync(() => Make(new() { Mode = "verify" }))).Code.ShouldBe("ValidationError");
        (await ErrorOfAsync(() => Make(new() { Mode = "always" }))).Code.ShouldBe("ValidationError");
        (await ErrorOfAsync(() => Make(new() { Mode = "passthrough", TrustStoreArn = arn }))).Code.ShouldBe(
            "ValidationError"
        );
        (await ErrorOfAsync(() => Make(new() { Mode = "verify", TrustStoreArn = arn + "0" }))).Code.ShouldBe(
            "TrustStoreNotFound"
        );
        var listener = await Make(new() { Mode = "verify", TrustStoreArn = arn });

        listener.MutualAuthentication!.TrustStoreArn.ShouldBe(arn);
        var deletion = new DeleteTrustStoreInput { TrustStoreArn = arn };
        (await ErrorOfAsync(() => world.Api.DeleteTrustStoreAsync(deletion, Context))).Code.ShouldBe("TrustStoreInUse");
        var associations = await world.Api.DescribeTrustStoreAssociationsAsync(
            new DescribeTrustStoreAssociationsInput { TrustStoreArn = arn },
            Context
        );
        associations.TrustStoreAssociations!.ShouldHaveSingleItem().ResourceArn.ShouldBe(listener.ListenerArn);
        var modification = new ModifyListenerInput
        {
            ListenerArn = listener.ListenerArn,
            MutualAuthentication = new MutualAuthenticationAttributes { Mode = "off" },
        };
        await world.Api.ModifyListenerAsync(modification, Context);
        await world.Api.DeleteTrustStoreAsync(deletion, Context);
    }

    private static CreateTrustStoreInput Creation() =>
        new()
        {
            Name = "mine",
            CaCertificatesBundleS3Bucket = "bucket",
            CaCertificatesBundleS3Key = "ca.pem",
        };
}
