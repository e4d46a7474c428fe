using Estiba.Contracts.Acm;
using Estiba.Contracts.ElbV2;
using static Estiba.Acm.Tests.AcmWorld;

namespace Estiba.Acm.Tests.Listeners;

/// <summary>Certificates at listeners of load balancers, as clients see them.</summary>
public sealed class ListenerTests
{
    private static readonly DateTimeOffset Yesterday = DateTimeOffset.UtcNow.AddDays(-1);

    [Fact]
    public async Task A_listener_answers_with_a_requested_certificate_whose_authority_a_client_trusts()
    {
        await using var world = await ListenerWorld.CreateAsync();
        var arn = await world.RequestAsync("www.example.com");
        await world.ListenAsync(arn);

        var answer = await world.UntilAsync("www.example.com", await world.AuthorityAsync(arn));

        answer.Text.ShouldStartWith("HTTP/1.1 200 OK");
        answer.Text.ShouldEndWith("secure");
        (await world.GetAsync("other.example.com", await world.AuthorityAsync(arn))).ShouldBeNull();
    }

    [Fact]
    public async Task A_client_gets_the_certificate_of_the_name_that_it_asks_for()
    {
        await using var world = await ListenerWorld.CreateAsync();
        var (first, second) = (await world.RequestAsync("a.example.com"), await world.RequestAsync("b.example.com"));
        var listener = await world.ListenAsync(first);
        await world.Elb.AddListenerCertificatesAsync(
            new AddListenerCertificatesInput
            {
                ListenerArn = listener.ListenerArn,
                Certificates = [new Certificate { CertificateArn = second }],
            },
            Context
        );

        var authority = await world.AuthorityAsync(first);
        (await world.UntilAsync("b.example.com", authority)).Sent[0].ShouldBe("CN=b.example.com");
        (await world.UntilAsync("a.example.com", authority)).Sent[0].ShouldBe("CN=a.example.com");
        (await world.UntilAsync("c.example.com", null)).Sent[0].ShouldBe("CN=a.example.com");
    }

    [Fact]
    public async Task A_listener_sends_the_chain_between_its_certificate_and_the_root()
    {
        await using var world = await ListenerWorld.CreateAsync();
        var root = Issued.By(null, "CN=Root", from: Yesterday, to: Yesterday.AddYears(1));
        var middle = Issued.By(root, "CN=Middle", from: Yesterday, to: Yesterday.AddYears(1));
        await world.ListenAsync(await world.ImportAsync(Own(middle, "CN=www.example.com"), middle.Pem));

        var answer = await world.UntilAsync("www.example.com", root.Pem);

        answer.Text.ShouldEndWith("secure");
        answer.Sent.ShouldBe(["CN=www.example.com", "CN=Middle"]);
    }

    [Fact]
    public async Task What_is_imported_again_reaches_open_listeners()
    {
        await using var world = await ListenerWorld.CreateAsync();
        var arn = await world.ImportAsync(Own(null, "CN=first"));
        await world.ListenAsync(arn);
        await world.UntilAsync("www.example.com", null, answer => answer.Sent[0] == "CN=first");

        await world.ImportAsync(Own(null, "CN=second"), arn: arn);
        await world.UntilAsync("www.example.com", null, answer => answer.Sent[0] == "CN=second");
    }

    [Fact]
    public async Task What_is_renewed_reaches_open_listeners()
    {
        await using var world = await ListenerWorld.CreateAsync();
        var arn = await world.RequestAsync("www.example.com");
        await world.ListenAsync(arn);
        var authority = await world.AuthorityAsync(arn);
        var before = await world.UntilAsync("www.example.com", authority);

        await world.Acm.RenewCertificateAsync(new RenewCertificateRequest { CertificateArn = arn }, Context);

        await world.UntilAsync("www.example.com", authority, answer => answer.Serial != before.Serial);
    }

    [Fact]
    public async Task A_certificate_is_in_use_as_long_as_a_listener_has_it()
    {
        await using var world = await ListenerWorld.CreateAsync();
        var arn = await world.RequestAsync("www.example.com");
        var listener = await world.ListenAsync(arn);
        Task DeleteAsync() =>
            world.Acm.DeleteCertificateAsync(new DeleteCertificateRequest { CertificateArn = arn }, Context);

        (
            await world.Acm.DescribeCertificateAsync(new DescribeCertificateRequest { CertificateArn = arn }, Context)
        ).Certificate!.InUseBy.ShouldBe([world.LoadBalancer.LoadBalancerArn!]);
        (await ErrorOfAsync(DeleteAsync)).Code.ShouldBe("ResourceInUseException");
        await world.Elb.DeleteListenerAsync(new DeleteListenerInput { ListenerArn = listener.ListenerArn }, Context);
        await DeleteAsync();

        (await ErrorOfAsync(() => world.ListenAsync(arn))).ShouldBe(
            ("CertificateNotFound", $"Certificate '{arn}' not found")
        );
    }

    private static Issued Own(Issued? issuer, string subject) =>
        Issued.By(issuer, subject, names: ["www.example.com"], from: Yesterday, to: Yesterday.AddMonths(1));
}
