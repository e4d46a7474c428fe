using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.Acm;
using static Estiba.Acm.Tests.AcmWorld;

namespace Estiba.Acm.Tests.Certificates;

public sealed class CertificateTests
{
    private static readonly string[] Names = ["www.example.com"];

    [Fact]
    public async Task A_certificate_that_something_uses_cannot_be_deleted()
    {
        await using var world = await CreateAsync();
        var arn = await world.RequestAsync();
        world.Used.Add(arn);

        (await ErrorOfAsync(() => world.DeleteAsync(arn))).ShouldBe(
            ("ResourceInUseException", $"Certificate {arn} in account 111122223333 is in use.")
        );
        (await world.DescribeAsync(arn)).InUseBy.ShouldBe([LoadBalancer]);
        world.Used.Clear();
        await world.DeleteAsync(arn);

        (await ErrorOfAsync(() => world.DescribeAsync(arn))).ShouldBe(
            ("ResourceNotFoundException", $"Could not find certificate {arn} in account 111122223333.")
        );
    }

    [Fact]
    public async Task A_certificate_is_its_accounts_and_regions_alone()
    {
        await using var world = await CreateAsync();
        var arn = await world.RequestAsync();
        var request = new DescribeCertificateRequest { CertificateArn = arn };

        foreach (var stranger in new[] { In("444455556666", "eu-west-1"), In("111122223333", "us-east-1") })
        {
            (await ErrorOfAsync(() => world.Api.DescribeCertificateAsync(request, stranger))).Code.ShouldBe(
                "ResourceNotFoundException"
            );
            world
                .Certificates.Find(world.Store.Current, arn, new Scope(stranger.AccountId, stranger.Region))
                .ShouldBeNull();
        }
    }

    [Fact]
    public async Task What_is_no_certificates_ARN_is_told_so()
    {
        await using var world = await CreateAsync();
        const string Other = "arn:aws:acm:eu-west-1:111122223333:thing/one";

        (await ErrorOfAsync(() => world.DescribeAsync(Other))).Code.ShouldBe("InvalidArnException");
    }

    [Fact]
    public async Task A_private_key_is_written_down_sealed_and_never_told()
    {
        await using var world = await CreateAsync();
        var imported = Issued.By(null, "CN=www.example.com", names: Names);
        var arn = await world.ImportAsync(imported);
        await world.RequestAsync();
        var secret = imported.KeyPem.Split('\n')[1];

        var records = world
            .Store.Current.Range(AcmTables.Certificates)
            .Select(record => JsonSerializer.Serialize(record, AcmJson.Default.CertificateRecord))
            .Concat(
                world
                    .Store.Current.Range(AcmTables.Authorities)
                    .Select(record => JsonSerializer.Serialize(record, AcmJson.Default.AuthorityRecord))
            )
            .ToList();

        records.Count.ShouldBe(3);
        records.ShouldAllBe(record => !record.Contains("PRIVATE KEY", StringComparison.Ordinal));
        records.ShouldAllBe(record => !record.Contains(secret, StringComparison.Ordinal));
        (
            await ErrorOfAsync(() =>
                world.Api.ExportCertificateAsync(
                    new ExportCertificateRequest { CertificateArn = arn, Passphrase = Issued.Bytes("secret") },
                    Context
                )
            )
        ).ShouldBe(("ValidationException", $"Certificate {arn} is neither private nor exportable."));
    }

    [Fact]
    public async Task Only_exported_certificates_could_be_revoked()
    {
        await using var world = await CreateAsync();
        var arn = await world.RequestAsync();

        (
            await ErrorOfAsync(() =>
                world.Api.RevokeCertificateAsync(
                    new RevokeCertificateRequest { CertificateArn = arn, RevocationReason = "KEY_COMPROMISE" },
                    Context
                )
            )
        ).Code.ShouldBe("ValidationException");
    }

    [Fact]
    public async Task The_options_of_a_requested_certificate_can_be_changed()
    {
        await using var world = await CreateAsync();
        var requested = await world.RequestAsync();
        var imported = await world.ImportAsync(Issued.By(null, "CN=www.example.com", names: Names));
        Task UpdateAsync(string arn, CertificateOptions options) =>
            world.Api.UpdateCertificateOptionsAsync(
                new UpdateCertificateOptionsRequest { CertificateArn = arn, Options = options },
                Context
            );
        var disabled = new CertificateOptions { CertificateTransparencyLoggingPreference = "DISABLED" };

        await UpdateAsync(requested, disabled);

        (await world.DescribeAsync(requested)).Options!.CertificateTransparencyLoggingPreference.ShouldBe("DISABLED");
        (await ErrorOfAsync(() => UpdateAsync(imported, disabled))).Code.ShouldBe("InvalidStateException");
        (await ErrorOfAsync(() => UpdateAsync(requested, new CertificateOptions { Export = "ENABLED" }))).Code.ShouldBe(
            "InvalidStateException"
        );
        await UpdateAsync(requested, new CertificateOptions { ValidationMethod = "EMAIL" });
        (
            await ErrorOfAsync(() => UpdateAsync(requested, new CertificateOptions { ValidationMethod = "DNS" }))
        ).Code.ShouldBe("InvalidStateException");
    }

    [Fact]
    public async Task Listeners_get_the_same_object_until_the_certificate_is_another_one()
    {
        await using var world = await CreateAsync();
        var (first, second) = (
            Issued.By(null, "CN=www.example.com", names: Names),
            Issued.By(null, "CN=new.example.com", names: Names)
        );
        var arn = await world.ImportAsync(first);
        var heard = new List<string>();
        using var watch = world.Store.Subscribe(commit =>
        {
            foreach (var trigger in world.Certificates.Changes("traffic"))
                trigger.Find(commit.View, [.. commit.Changes.Where(each => each.Table == trigger.Table)], heard.Add);
        });
        var before = world.Certificates.Find(world.Store.Current, arn, Home);

        await world.Api.AddTagsToCertificateAsync(
            new AddTagsToCertificateRequest { CertificateArn = arn, Tags = [new Tag { Key = "team" }] },
            Context
        );
        world.Certificates.Find(world.Store.Current, arn, Home).ShouldBeSameAs(before);
        heard.ShouldBeEmpty();
        await world.ImportAsync(second, arn: arn);

        heard.ShouldBe(["traffic"]);
        var after = world.Certificates.Find(world.Store.Current, arn, Home)!;
        after.Certificate.Thumbprint.ShouldBe(second.Certificate.Thumbprint);
    }
}
