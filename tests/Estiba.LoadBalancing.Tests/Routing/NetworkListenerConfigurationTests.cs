using System.Net.Security;
using System.Security.Authentication;
using Estiba.Contracts.ElbV2;
using Estiba.Listeners;
using Estiba.LoadBalancing.HealthChecks;
using Estiba.LoadBalancing.Routing;
using Estiba.LoadBalancing.Tests.Traffic;
using Estiba.LoadBalancing.Traffic.Network;
using Estiba.LoadBalancing.Traffic.Targets;
using static Estiba.LoadBalancing.Tests.LoadBalancingWorld;

namespace Estiba.LoadBalancing.Tests.Routing;

public sealed class NetworkListenerConfigurationTests
{
    [Fact]
    public async Task A_listener_has_the_addresses_of_its_load_balancer_AWSs_defaults_and_the_targets()
    {
        await using var world = await CreateAsync();
        world.Probe.Answer = static _ => new ProbeOutcome(ProbeKind.Connected);
        var loadBalancer = await world.NetworkLoadBalancerAsync();
        var group = await GroupAsync(world, "TCP");
        await world.ForwardAsync(loadBalancer, group, 5432);
        await world.RegisterAsync(group, "10.0.1.50", "10.0.2.50");

        var listener = Only(world);

        listener.LoadBalancerArn.ShouldBe(loadBalancer.LoadBalancerArn);
        (listener.Port, listener.Protocol, listener.Tls).ShouldBe((5432, NetworkProtocol.Tcp, null));
        listener.IdleTimeout.ShouldBe(TimeSpan.FromSeconds(350));
        listener.Addresses.Select(its => its.Zone).ShouldBe(["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
        listener
            .Addresses.Select(its => its.Address.ToString())
            .ShouldBe(world.Ec2.Interfaces.Select(its => its.PrivateIpAddress!), ignoreOrder: true);
        var its = listener.Groups.ShouldHaveSingleItem().Group;
        (its.Secure, its.CrossZone, its.StickyBySource, its.ProxyProtocol).ShouldBe((false, false, false, false));
        (its.EndsWithDeregistration, its.EndsWhenUnhealthy).ShouldBe((false, true));
        its.Threshold.ShouldBe(new HealthThreshold(1));
        its.Targets.Select(target => $"{target.EndPoint} {target.Zone} {target.State}")
            .ShouldBe(["10.0.1.50:80 eu-west-1a Healthy", "10.0.2.50:80 eu-west-1b Healthy"]);
    }

    [Fact]
    public async Task Attributes_that_were_changed_reach_the_traffic()
    {
        await using var world = await CreateAsync();
        var loadBalancer = await world.NetworkLoadBalancerAsync();
        var group = await GroupAsync(world, "TCP");
        var listener = await world.ForwardAsync(loadBalancer, group);
        await world.Api.ModifyListenerAttributesAsync(
            new ModifyListenerAttributesInput
            {
                ListenerArn = listener.ListenerArn,
                Attributes = [new ListenerAttribute { Key = "tcp.idle_timeout.seconds", Value = "6000" }],
            },
            Context
        );
        await world.Api.ModifyLoadBalancerAttributesAsync(
            new ModifyLoadBalancerAttributesInput
            {
                LoadBalancerArn = loadBalancer.LoadBalancerArn,
                Attributes = [new() { Key = "load_balancing.cross_zone.enabled", Value = "true" }],
            },
            Context
        );
        await SetAsync(
            world,
            group,
            ("stickiness.enabled", "true"),
            ("proxy_protocol_v2.enabled", "true"),
            ("deregistration_delay.connection_termination.enabled", "true"),
            ("target_health_state.unhealthy.connection_termination.enabled", "false"),
            ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "2"),
            ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "50")
        );

        var its = Only(world).Groups[0].Group;
        await SetAsync(world, group, ("load_balancing.cross_zone.enabled", "false"));

        Only(world).IdleTimeout.ShouldBe(TimeSpan.FromSeconds(6000));
        (its.CrossZone, its.StickyBySource, its.ProxyProtocol).ShouldBe((true, true, true));
        (its.EndsWithDeregistration, its.EndsWhenUnhealthy).ShouldBe((true, false));
        its.Threshold.ShouldBe(new HealthThreshold(2, 50));
        Only(world).Groups[0].Group.CrossZone.ShouldBeFalse();
    }

    [Theory]
    [InlineData("UDP", NetworkProtocol.Udp)]
    [InlineData("TCP_UDP", NetworkProtocol.TcpUdp)]
    public async Task Flows_of_UDP_outlive_bad_health_and_end_with_the_deregistration(
        string protocol,
        NetworkProtocol expected
    )
    {
        await using var world = await CreateAsync();
        var group = await GroupAsync(world, protocol);
        await world.ListenerAsync(await world.NetworkLoadBalancerAsync(), request =>
            request with
            {
                Protocol = protocol,
                DefaultActions = [Forward(group)],
            }
        );

        var listener = Only(world);

        listener.Protocol.ShouldBe(expected);
        listener.IdleTimeout.ShouldBe(TimeSpan.FromSeconds(350));
        var its = listener.Groups[0].Group;
        (its.EndsWithDeregistration, its.EndsWhenUnhealthy).ShouldBe((true, false));
    }

    [Fact]
    public async Task A_TLS_listener_ends_TLS_by_its_policies_and_is_left_out_without_its_certificate()
    {
        await using var world = await CreateAsync();
        var group = await GroupAsync(world, "TLS");
        await world.ListenerAsync(await world.NetworkLoadBalancerAsync(), request =>
            request with
            {
                Protocol = "TLS",
                AlpnPolicy = ["HTTP2Preferred"],
                SslPolicy = "ELBSecurityPolicy-TLS13-1-2-2021-06",
                Certificates = [new Certificate { CertificateArn = FirstCertificate }],
                DefaultActions = [Forward(group)],
            }
        );
        using var certificate = TestCertificate.Of("a");

        NetworkListenerConfigurations.Of(world.View, new Dictionary<string, ServerCertificate>()).ShouldBeEmpty();
        var listener = NetworkListenerConfigurations
            .Of(world.View, new Dictionary<string, ServerCertificate> { [FirstCertificate] = certificate })
            .ShouldHaveSingleItem();

        listener.Protocol.ShouldBe(NetworkProtocol.Tls);
        listener.Groups[0].Group.Secure.ShouldBeTrue();
        listener.Tls!.Certificates("any.example.com").ShouldBe(certificate);
        listener.Tls.Versions.ShouldBe(SslProtocols.Tls12 | SslProtocols.Tls13);
        listener.Tls.Alpn.ShouldBe([
            SslApplicationProtocol.Http2,
            SslApplicationProtocol.Http11,
            new SslApplicationProtocol("http/1.0"),
        ]);
    }

    [Fact]
    public async Task An_Application_Load_Balancer_is_a_target_at_all_of_its_addresses()
    {
        await using var world = await CreateAsync();
        var application = await world.LoadBalancerAsync();
        await world.ListenerAsync(application);
        var group = await world.TargetGroupAsync(change: request =>
            request with
            {
                Protocol = "TCP",
                TargetType = TargetTypeEnum.Alb,
            }
        );
        await world.ForwardAsync(await world.NetworkLoadBalancerAsync(), group);
        await world.RegisterAsync(group, application.LoadBalancerArn!);

        var targets = Only(world).Groups[0].Group.Targets;

        targets.Count.ShouldBe(StandInEc2.Subnets.Length);
        targets.ShouldAllBe(target => target.Zone == null && target.EndPoint.Port == 80);
        targets
            .Select(target => target.EndPoint.Address.ToString())
            .ShouldBe(
                world
                    .Ec2.Interfaces.Where(its => its.Description!.StartsWith("ELB app/", StringComparison.Ordinal))
                    .Select(its => its.PrivateIpAddress!),
                ignoreOrder: true
            );
    }

    private static NetworkListenerConfiguration Only(LoadBalancingWorld world) =>
        NetworkListenerConfigurations
            .Of(world.View, new Dictionary<string, ServerCertificate>())
            .ShouldHaveSingleItem();

    private static Task<TargetGroup> GroupAsync(LoadBalancingWorld world, string protocol) =>
        world.TargetGroupAsync(change: request => request with { Protocol = protocol });

    private static Task SetAsync(
        LoadBalancingWorld world,
        TargetGroup group,
        params (string Key, string Value)[] what
    ) =>
        world.Api.ModifyTargetGroupAttributesAsync(
            new ModifyTargetGroupAttributesInput
            {
                TargetGroupArn = group.TargetGroupArn,
                Attributes = [.. what.Select(each => new TargetGroupAttribute { Key = each.Key, Value = each.Value })],
            },
            Context
        );
}
