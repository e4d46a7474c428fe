using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using static Estiba.LoadBalancing.Tests.LoadBalancingWorld;

namespace Estiba.LoadBalancing.Tests.Listeners;

public sealed class ListenerTests
{
    [Fact]
    public async Task A_listener_forwards_as_AWS_shows_it()
    {
        await using var world = await CreateAsync();
        var loadBalancer = await world.LoadBalancerAsync();
        var group = await world.TargetGroupAsync();

        var made = await world.ForwardAsync(loadBalancer, group);

        var id = loadBalancer.LoadBalancerArn!.Split("loadbalancer/")[1];
        made.ListenerArn!.ShouldMatch(
            $"^arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/{id}/[0-9a-f]{{16}}$"
        );
        (made.Protocol, made.Port, made.LoadBalancerArn).ShouldBe(("HTTP", 80, loadBalancer.LoadBalancerArn));
        (made.Certificates, made.SslPolicy, made.MutualAuthentication).ShouldBe((null, null, null));
        var action = made.DefaultActions.ShouldHaveSingleItem();
        (action.Type, action.TargetGroupArn).ShouldBe(("forward", group.TargetGroupArn));
        action.ForwardConfig!.TargetGroups.ShouldBe([
            new TargetGroupTuple { TargetGroupArn = group.TargetGroupArn, Weight = 1 },
        ]);
        action.ForwardConfig.TargetGroupStickinessConfig!.Enabled.ShouldBe(false);
    }

    [Fact]
    public async Task The_same_listener_once_more_is_the_same_and_another_at_its_port_a_duplicate()
    {
        await using var world = await CreateAsync();
        var loadBalancer = await world.LoadBalancerAsync();
        var group = await world.TargetGroupAsync();

        var first = await world.ForwardAsync(loadBalancer, group);
        var second = await world.ForwardAsync(loadBalancer, group);

        second.ListenerArn.ShouldBe(first.ListenerArn);
        (await ErrorOfAsync(() => world.ListenerAsync(loadBalancer))).ShouldBe(
            (
                "DuplicateListener",
                $"A listener already exists on this port for this load balancer '{loadBalancer.LoadBalancerArn}'"
            )
        );
    }

    [Fact]
    public async Task A_group_belongs_to_one_load_balancer()
    {
        await using var world = await CreateAsync();
        var group = await world.TargetGroupAsync();
        await world.ForwardAsync(await world.LoadBalancerAsync("one"), group);
        var two = await world.LoadBalancerAsync("two");

        (await ErrorOfAsync(() => world.ForwardAsync(two, group))).ShouldBe(
            (
                "TargetGroupAssociationLimit",
                "The following target groups cannot be associated with more than one load balancer: "
                    + group.TargetGroupArn
            )
        );
    }

    [Fact]
    public async Task A_group_is_forwarded_to_by_its_own_protocol_alone()
    {
        await using var world = await CreateAsync();
        var loadBalancer = await world.NetworkLoadBalancerAsync();
        var group = await world.TargetGroupAsync();

        (await ErrorOfAsync(() => world.ForwardAsync(loadBalancer, group))).ShouldBe(
            (
                "IncompatibleProtocols",
                $"The listener and its associated target group '{group.TargetGroupArn}' have incompatible protocols: "
                    + "'TCP' and 'HTTP'"
            )
        );
    }

    [Theory]
    [InlineData("TCP", "TCP,TCP_UDP")]
    [InlineData("TLS", "TCP,TLS")]
    [InlineData("UDP", "UDP,TCP_UDP")]
    [InlineData("TCP_UDP", "TCP_UDP")]
    public async Task A_listener_of_a_network_load_balancer_takes_groups_of_some_protocols(string listener, string fit)
    {
        await using var world = await CreateAsync();
        var loadBalancer = await world.NetworkLoadBalancerAsync();
        string[] protocols = ["TCP", "TLS", "UDP", "TCP_UDP"];
        var took = new List<string>();

        foreach (var protocol in protocols)
        {
            var group = await world.TargetGroupAsync($"group-{Array.IndexOf(protocols, protocol)}", request =>
                request with
                {
                    Protocol = protocol,
                }
            );
            try
            {
                await world.ListenerAsync(loadBalancer, request =>
                    request with
                    {
                        Port = 1000 + Array.IndexOf(protocols, protocol),
                        Protocol = listener,
                        Certificates =
                            listener == "TLS" ? [new Certificate { CertificateArn = FirstCertificate }] : null,
                        DefaultActions = [Forward(group)],
                    }
                );
                took.Add(protocol);
            }
            catch (AwsException refused) when (refused.Code == "IncompatibleProtocols")
            {
                refused.Message.ShouldContain($"'{listener}' and '{protocol}'");
            }
        }

        took.ShouldBe(fit.Split(','), ignoreOrder: true);
    }

    [Theory]
    [InlineData("HTTP1Only")]
    [InlineData("HTTP2Only")]
    [InlineData("HTTP2Optional")]
    [InlineData("HTTP2Preferred")]
    [InlineData("None")]
    public async Task A_TLS_listener_has_an_ALPN_policy(string policy)
    {
        await using var world = await CreateAsync();
        var loadBalancer = await world.NetworkLoadBalancerAsync();
        var group = await world.TargetGroupAsync(change: request => request with { Protocol = "TLS" });

        var made = await world.ListenerAsync(loadBalancer, request =>
            request with
            {
                Protocol = "TLS",
                AlpnPolicy = [policy],
                Certificates = [new Certificate { CertificateArn = FirstCertificate }],
                DefaultActions = [Forward(group)],
            }
        );

        made.AlpnPolicy.ShouldBe([policy]);
    }

    [Fact]
    public async Task A_group_must_be_there_and_in_the_same_VPC()
    {
        await using var world = await CreateAsync();
        var loadBalancer = await world.LoadBalancerAsync();
        var elsewhere = await world.TargetGroupAsync(change: request => request with { VpcId = StandInEc2.OtherVpc });
        const string Absent = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/none/0123456789abcdef";

        (
            await ErrorOfAsync(() => world.ForwardAsync(loadBalancer, new TargetGroup { TargetGroupArn = Absent }))
        ).ShouldBe(("TargetGroupNotFound", $"Target groups '{Absent}' not found"));
        (await ErrorOfAsync(() => world.ForwardAsync(loadBalancer, elsewhere))).Code.ShouldBe(
            "InvalidConfigurationRequest"
        );
    }

    public static TheoryData<string, Func<CreateListenerInput, CreateListenerInput>, string, string> Wrong =>
        new()
        {
            {
                "application",
                request => request with { Protocol = "TCP" },
                "ValidationError",
                "Listener protocol 'TCP' must be one of 'HTTP, HTTPS'"
            },
            {
                "network",
                request => request with { Protocol = "HTTP" },
                "ValidationError",
                "Listener protocol 'HTTP' must be one of 'TCP, TLS, UDP, TCP_UDP'"
            },
            {
                "network",
                request => request with { Protocol = "QUIC" },
                "UnsupportedProtocol",
                "Estiba does not support listeners with the QUIC protocol yet."
            },
            {
                "application",
                request => request with { Protocol = "HTTPS" },
                "ValidationError",
                "A certificate must be specified for HTTPS listeners"
            },
            {
                "application",
                request => request with { Protocol = null },
                "ValidationError",
                "A listener protocol must be specified"
            },
            {
                "application",
                request => request with { Port = null },
                "ValidationError",
                "A listener port must be specified"
            },
            {
                "application",
                request => request with { SslPolicy = "ELBSecurityPolicy-2016-08" },
                "ValidationError",
                "An SSL policy cannot be specified for HTTP listeners"
            },
            {
                "application",
                request =>
                    request with
                    {
                        MutualAuthentication = new MutualAuthenticationAttributes { Mode = "verify" },
                    },
                "ValidationError",
                "Mutual authentication can only be specified for HTTPS listeners"
            },
            {
                "network",
                request => request with { Protocol = "TCP" },
                "InvalidLoadBalancerAction",
                "Actions of type 'fixed-response' are not supported on load balancers with type 'network'"
            },
            {
                "application",
                request => request with { DefaultActions = [Answer(), Answer()] },
                "InvalidLoadBalancerAction",
                "You must specify exactly one of the following actions, as the last one: forward, redirect, "
                    + "fixed-response"
            },
        };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Wrong_settings_are_refused(
        string type,
        Func<CreateListenerInput, CreateListenerInput> change,
        string code,
        string message
    )
    {
        await using var world = await CreateAsync();
        var loadBalancer = await world.LoadBalancerAsync(change: request => request with { Type = type });

        (await ErrorOfAsync(() => world.ListenerAsync(loadBalancer, change))).ShouldBe((code, message));
    }

    [Fact]
    public async Task A_load_balancer_has_up_to_fifty_listeners()
    {
        await using var world = await CreateAsync();
        var loadBalancer = await world.LoadBalancerAsync();
        for (var port = 1; port <= 50; port++)
            await world.ListenerAsync(loadBalancer, request => request with { Port = port });

        (await ErrorOfAsync(() => world.ListenerAsync(loadBalancer, request => request with { Port = 51 }))).ShouldBe(
            (
                "TooManyListeners",
                "The maximum number of listeners per load balancer '50' has been reached on load balancer "
                    + $"'{loadBalancer.LoadBalancerArn}'"
            )
        );
    }

    [Fact]
    public async Task A_listener_is_changed_with_what_it_does()
    {
        await using var world = await CreateAsync();
        var loadBalancer = await world.LoadBalancerAsync();
        var group = await world.TargetGroupAsync();
        var listener = await world.ForwardAsync(loadBalancer, group);
        await world.ListenerAsync(loadBalancer, request => request with { Port = 90 });
        var request = new ModifyListenerInput { ListenerArn = listener.ListenerArn };

        var changed = (
            await world.Api.ModifyListenerAsync(request with { Port = 81, DefaultActions = [Answer()] }, Context)
        ).Listeners![0];

        (changed.Port, changed.DefaultActions![0].Type).ShouldBe((81, "fixed-response"));
        (await ErrorOfAsync(() => world.Api.ModifyListenerAsync(request with { Port = 90 }, Context))).Code.ShouldBe(
            "DuplicateListener"
        );
        await world.Api.DeleteTargetGroupAsync(
            new DeleteTargetGroupInput { TargetGroupArn = group.TargetGroupArn },
            Context
        );
    }

    [Fact]
    public async Task A_deleted_listener_is_not_found_and_its_groups_are_free()
    {
        await using var world = await CreateAsync();
        var group = await world.TargetGroupAsync();
        var listener = await world.ForwardAsync(await world.LoadBalancerAsync(), group);
        var request = new DeleteListenerInput { ListenerArn = listener.ListenerArn };

        await world.Api.DeleteListenerAsync(request, Context);

        (await ErrorOfAsync(() => world.Api.DeleteListenerAsync(request, Context))).ShouldBe(
            ("ListenerNotFound", $"Listener '{listener.ListenerArn}' not found")
        );
        await world.ForwardAsync(await world.LoadBalancerAsync("other"), group);
    }

    [Fact]
    public async Task Listeners_are_described_in_pages()
    {
        await using var world = await CreateAsync();
        var loadBalancer = await world.LoadBalancerAsync();
        foreach (var port in new[] { 80, 81, 82 })
            await world.ListenerAsync(loadBalancer, request => request with { Port = port });
        var request = new DescribeListenersInput { LoadBalancerArn = loadBalancer.LoadBalancerArn, PageSize = 2 };

        var first = await world.Api.DescribeListenersAsync(request, Context);
        var second = await world.Api.DescribeListenersAsync(request with { Marker = first.NextMarker }, Context);

        first.Listeners!.Concat(second.Listeners!).Select(each => each.Port!.Value).Order().ShouldBe([80, 81, 82]);
        (first.Listeners!.Count, second.NextMarker).ShouldBe((2, null));
        (await ErrorOfAsync(() => world.Api.DescribeListenersAsync(new DescribeListenersInput(), Context))).ShouldBe(
            ("ValidationError", "You must specify either listener ARNs or a load balancer ARN")
        );
    }
}
