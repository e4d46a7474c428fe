using Estiba.Contracts.ElbV2;
using static Estiba.LoadBalancing.Tests.LoadBalancingWorld;

namespace Estiba.LoadBalancing.Tests.Certificates;

public sealed class CertificateTests
{
    [Fact]
    public async Task An_HTTPS_listener_has_its_certificate_and_the_default_policy()
    {
        await using var world = await CreateAsync();

        var made = await SecureAsync(world);

        made.Certificates.ShouldBe([new Certificate { CertificateArn = FirstCertificate }]);
        made.SslPolicy.ShouldBe("ELBSecurityPolicy-2016-08");
        made.MutualAuthentication!.Mode.ShouldBe("off");
    }

    [Fact]
    public async Task A_certificate_that_nobody_has_is_not_found()
    {
        await using var world = await CreateAsync();
        const string Absent = "arn:aws:iam::111122223333:server-certificate/none";

        (await ErrorOfAsync(() => SecureAsync(world, Absent))).ShouldBe(
            ("CertificateNotFound", $"Certificate '{Absent}' not found")
        );
    }

    [Fact]
    public async Task A_policy_that_is_not_there_is_not_found()
    {
        await using var world = await CreateAsync();

        (await ErrorOfAsync(() => SecureAsync(world, change: request => request with { SslPolicy = "mine" }))).ShouldBe(
            ("SSLPolicyNotFound", "SSL policy 'mine' not found")
        );
    }

    [Fact]
    public async Task Further_certificates_are_added_and_removed_but_not_the_default()
    {
        await using var world = await CreateAsync();
        var listener = await SecureAsync(world);
        Certificate[] others = [new Certificate { CertificateArn = OtherCertificate }];

        var added = await world.Api.AddListenerCertificatesAsync(
            new AddListenerCertificatesInput { ListenerArn = listener.ListenerArn, Certificates = others },
            Context
        );
        var both = await DescribeAsync(world, listener);
        await world.Api.RemoveListenerCertificatesAsync(
            new RemoveListenerCertificatesInput { ListenerArn = listener.ListenerArn, Certificates = others },
            Context
        );

        added.Certificates.ShouldBe([new Certificate { CertificateArn = OtherCertificate, IsDefault = false }]);
        both.ShouldBe([(FirstCertificate, true), (OtherCertificate, false)]);
        (await DescribeAsync(world, listener)).ShouldBe([(FirstCertificate, true)]);
        (
            await ErrorOfAsync(() =>
                world.Api.RemoveListenerCertificatesAsync(
                    new RemoveListenerCertificatesInput
                    {
                        ListenerArn = listener.ListenerArn,
                        Certificates = [new Certificate { CertificateArn = FirstCertificate }],
                    },
                    Context
                )
            )
        ).ShouldBe(("OperationNotPermitted", "Default certificate cannot be removed"));
    }

    [Fact]
    public async Task A_load_balancer_has_up_to_25_certificates_beside_the_defaults()
    {
        await using var world = await CreateAsync();
        var listener = await SecureAsync(world);
        Task AddAsync(int from, int count) =>
            world.Api.AddListenerCertificatesAsync(
                new AddListenerCertificatesInput
                {
                    ListenerArn = listener.ListenerArn,
                    Certificates =
                    [
                        .. Enumerable
                            .Range(from, count)
                            .Select(number => new Certificate
                            {
                                CertificateArn = $"arn:aws:acm:eu-west-1:111122223333:certificate/many-{number}",
                            }),
                    ],
                },
                Context
            );

        await AddAsync(1, 25);

        (await ErrorOfAsync(() => AddAsync(26, 1))).Code.ShouldBe("TooManyCertificates");
    }

    [Fact]
    public async Task A_listener_without_TLS_has_no_certificates()
    {
        await using var world = await CreateAsync();
        var listener = await world.ListenerAsync(await world.LoadBalancerAsync());

        (
            await ErrorOfAsync(() =>
                world.Api.AddListenerCertificatesAsync(
                    new AddListenerCertificatesInput
                    {
                        ListenerArn = listener.ListenerArn,
                        Certificates = [new Certificate { CertificateArn = FirstCertificate }],
                    },
                    Context
                )
            )
        ).Code.ShouldBe("InvalidConfigurationRequest");
    }

    [Fact]
    public async Task Policies_are_described_with_their_protocols_and_ciphers()
    {
        await using var world = await CreateAsync();
        var request = new DescribeSSLPoliciesInput { Names = ["ELBSecurityPolicy-TLS13-1-2-2021-06"] };

        var policy = (await world.Api.DescribeSSLPoliciesAsync(request, Context)).SslPolicies.ShouldHaveSingleItem();

        policy.SslProtocols.ShouldBe(["TLSv1.2", "TLSv1.3"]);
        policy
            .Ciphers!.Select(cipher => (cipher.Priority, cipher.Name))
            .ShouldBe([
                (1, "TLS_AES_128_GCM_SHA256"),
                (2, "TLS_AES_256_GCM_SHA384"),
                (3, "TLS_CHACHA20_POLY1305_SHA256"),
                (4, "ECDHE-ECDSA-AES128-GCM-SHA256"),
                (5, "ECDHE-RSA-AES128-GCM-SHA256"),
                (6, "ECDHE-ECDSA-AES128-SHA256"),
                (7, "ECDHE-RSA-AES128-SHA256"),
                (8, "ECDHE-ECDSA-AES256-GCM-SHA384"),
                (9, "ECDHE-RSA-AES256-GCM-SHA384"),
                (10, "ECDHE-ECDSA-AES256-SHA384"),
                (11, "ECDHE-RSA-AES256-SHA384"),
            ]);
        (
            await ErrorOfAsync(() =>
                world.Api.DescribeSSLPoliciesAsync(new DescribeSSLPoliciesInput { Names = ["mine"] }, Context)
            )
        ).ShouldBe(("SSLPolicyNotFound", "One or more SSL policies not found"));
    }

    [Fact]
    public async Task All_policies_are_described_in_pages()
    {
        await using var world = await CreateAsync();
        var request = new DescribeSSLPoliciesInput { PageSize = 10 };

        var first = await world.Api.DescribeSSLPoliciesAsync(request, Context);
        var second = await world.Api.DescribeSSLPoliciesAsync(request with { Marker = first.NextMarker }, Context);

        var names = first.SslPolicies!.Concat(second.SslPolicies!).Select(policy => policy.Name!).ToList();
        (first.SslPolicies!.Count, names.Distinct().Count(), second.NextMarker).ShouldBe((10, 17, null));
        names.ShouldBe(names.Order(StringComparer.Ordinal));
    }

    private static async Task<Listener> SecureAsync(
        LoadBalancingWorld world,
        string certificate = FirstCertificate,
        Func<CreateListenerInput, CreateListenerInput>? change = null
    ) =>
        await world.ListenerAsync(await world.LoadBalancerAsync(), request =>
            (change ?? (its => its))(
                request with
                {
                    Protocol = "HTTPS",
                    Port = 443,
                    Certificates = [new Certificate { CertificateArn = certificate }],
                }
            )
        );

    private static async Task<IEnumerable<(string?, bool?)>> DescribeAsync(LoadBalancingWorld world, Listener its) =>
        (
            await world.Api.DescribeListenerCertificatesAsync(
                new DescribeListenerCertificatesInput { ListenerArn = its.ListenerArn },
                Context
            )
        ).Certificates!.Select(each => (each.CertificateArn, each.IsDefault));
}
