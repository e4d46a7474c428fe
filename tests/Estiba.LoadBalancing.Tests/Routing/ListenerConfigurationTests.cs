using Estiba.Contracts.ElbV2;
using Estiba.Listeners;
using Estiba.LoadBalancing.Routing;
using Estiba.LoadBalancing.Tests.Traffic;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Headers;
using Estiba.LoadBalancing.Traffic.Rules;
using Estiba.LoadBalancing.Traffic.Targets;
using static Estiba.LoadBalancing.Tests.LoadBalancingWorld;
using Listener = Estiba.Contracts.ElbV2.Listener;

namespace Estiba.LoadBalancing.Tests.Routing;

public sealed class ListenerConfigurationTests
{
    private static readonly Dictionary<string, ServerCertificate> Certificates = new()
    {
        [FirstCertificate] = TestCertificate.Of("www.example.com"),
    };

    [Fact]
    public async Task A_listener_has_the_addresses_of_its_load_balancer_AWSs_defaults_and_the_targets()
    {
        await using var world = await CreateAsync();
        var group = await world.TargetGroupAsync();
        await world.ForwardAsync(await world.LoadBalancerAsync(), group);
        await world.RegisterAsync(group, "10.0.1.50");

        var listener = Only(world);

        listener.Addresses.Select(its => its.Zone).ShouldBe(["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
        listener.ResponseHeaders.ShouldBe(ResponseHeaders.Unchanged);
        listener.TlsHeaders.ShouldBeNull();
        var its = GroupOf(listener);
        (its.Algorithm, its.MitigatesAnomalies, its.CrossZone).ShouldBe((TargetAlgorithm.RoundRobin, false, true));
        its.Threshold.ShouldBe(new HealthThreshold(1));
        its.Targets.Select(target => $"{target.EndPoint} {target.Zone} {target.State}")
            .ShouldBe(["10.0.1.50:80 eu-west-1a Healthy"]);
    }

    [Fact]
    public async Task Attributes_that_were_changed_reach_the_traffic()
    {
        await using var world = await CreateAsync();
        var group = await world.TargetGroupAsync();
        var listener = await world.ForwardAsync(await world.LoadBalancerAsync(), group);
        await SetAsync(
            world,
            group,
            ("load_balancing.algorithm.type", "weighted_random"),
            ("load_balancing.algorithm.anomaly_mitigation", "on"),
            ("load_balancing.cross_zone.enabled", "false"),
            ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "2"),
            ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "50")
        );
        await SetAsync(
            world,
            listener,
            ("routing.http.response.server.enabled", "false"),
            ("routing.http.response.x_frame_options.header_value", "DENY"),
            ("routing.http.response.access_control_allow_origin.header_value", "*")
        );

        var its = GroupOf(Only(world));
        (its.Algorithm, its.MitigatesAnomalies, its.CrossZone).ShouldBe((TargetAlgorithm.WeightedRandom, true, false));
        its.Threshold.ShouldBe(new HealthThreshold(2, 50));
        Only(world).ResponseHeaders.ShowsServer.ShouldBeFalse();
        Only(world)
            .ResponseHeaders.Values.ShouldBe([new("Access-Control-Allow-Origin", "*"), new("X-Frame-Options", "DENY")]);
    }

    [Fact]
    public async Task A_header_of_answers_is_printable_text()
    {
        await using var world = await CreateAsync();
        var listener = await world.ListenerAsync(await world.LoadBalancerAsync());

        (
            await ErrorOfAsync(() =>
                SetAsync(
                    world,
                    listener,
                    ("routing.http.response.x_frame_options.header_value", "DENY\r\nSet-Cookie: a=b")
                )
            )
        ).Code.ShouldBe("ValidationError");
    }

    [Fact]
    public async Task Names_of_headers_about_TLS_reach_the_traffic_of_secure_listeners_that_are_to_tell_of_it()
    {
        await using var world = await CreateAsync();
        var balancer = await world.LoadBalancerAsync();
        var listener = await world.ListenerAsync(balancer, request =>
            request with
            {
                Protocol = ProtocolEnum.Https,
                Port = 443,
                Certificates = [new Certificate { CertificateArn = FirstCertificate }],
            }
        );
        await SetAsync(world, listener, ("routing.http.request.x_amzn_tls_version.header_name", "X-Version"));
        Only(world).TlsHeaders.ShouldBeNull();

        await world.Api.ModifyLoadBalancerAttributesAsync(
            new ModifyLoadBalancerAttributesInput
            {
                LoadBalancerArn = balancer.LoadBalancerArn,
                Attributes =
                [
                    new() { Key = "routing.http.x_amzn_tls_version_and_cipher_suite.enabled", Value = "true" },
                ],
            },
            Context
        );

        Only(world).TlsHeaders.ShouldBe(new TlsHeaders("X-Version", "X-Amzn-Tls-Cipher-Suite"));
        (
            await ErrorOfAsync(() =>
                SetAsync(world, listener, ("routing.http.request.x_amzn_mtls_clientcert.header_name", "X-Client"))
            )
        ).Code.ShouldBe("InvalidConfigurationRequest");
    }

    private static ListenerConfiguration Only(LoadBalancingWorld world) =>
        ListenerConfigurations.Of(world.View, Certificates).ShouldHaveSingleItem();

    private static TargetGroupConfiguration GroupOf(ListenerConfiguration listener) =>
        ((ForwardAction)listener.Rules.Single().Action).Groups.Single().Group;

    private static Task SetAsync(
        LoadBalancingWorld world,
        TargetGroup group,
        params (string Key, string Value)[] all
    ) =>
        world.Api.ModifyTargetGroupAttributesAsync(
            new ModifyTargetGroupAttributesInput
            {
                TargetGroupArn = group.TargetGroupArn,
                Attributes = [.. all.Select(each => new TargetGroupAttribute { Key = each.Key, Value = each.Value })],
            },
            Context
        );

    private static Task SetAsync(
        LoadBalancingWorld world,
        Listener listener,
        params (string Key, string Value)[] all
    ) =>
        world.Api.ModifyListenerAttributesAsync(
            new ModifyListenerAttributesInput
            {
                ListenerArn = listener.ListenerArn,
                Attributes = [.. all.Select(each => new ListenerAttribute { Key = each.Key, Value = each.Value })],
            },
            Context
        );
}
