using Estiba.Contracts.ElbV2;
using static Estiba.LoadBalancing.Tests.LoadBalancingWorld;

namespace Estiba.LoadBalancing.Tests.Attributes;

/// <summary>Attributes have AWS's defaults and ranges, and what is not there is refused.</summary>
public sealed class AttributeTests
{
    [Fact]
    public async Task An_application_load_balancer_has_its_attributes()
    {
        await using var world = await CreateAsync();
        var made = await world.LoadBalancerAsync();

        (await OfAsync(world, made)).ShouldBe(
            new Dictionary<string, string?>
            {
                ["access_logs.s3.enabled"] = "false",
                ["access_logs.s3.bucket"] = "",
                ["access_logs.s3.prefix"] = "",
                ["deletion_protection.enabled"] = "false",
                ["load_balancing.cross_zone.enabled"] = "true",
                ["zonal_shift.config.enabled"] = "false",
                ["idle_timeout.timeout_seconds"] = "60",
                ["client_keep_alive.seconds"] = "3600",
                ["connection_logs.s3.enabled"] = "false",
                ["connection_logs.s3.bucket"] = "",
                ["connection_logs.s3.prefix"] = "",
                ["health_check_logs.s3.enabled"] = "false",
                ["health_check_logs.s3.bucket"] = "",
                ["health_check_logs.s3.prefix"] = "",
                ["routing.http.desync_mitigation_mode"] = "defensive",
                ["routing.http.drop_invalid_header_fields.enabled"] = "false",
                ["routing.http.preserve_host_header.enabled"] = "false",
                ["routing.http.x_amzn_tls_version_and_cipher_suite.enabled"] = "false",
                ["routing.http.xff_client_port.enabled"] = "false",
                ["routing.http.xff_header_processing.mode"] = "append",
                ["routing.http2.enabled"] = "true",
                ["waf.fail_open.enabled"] = "false",
            },
            ignoreOrder: true
        );
    }

    [Fact]
    public async Task A_network_load_balancer_has_its_attributes()
    {
        await using var world = await CreateAsync();
        var made = await world.NetworkLoadBalancerAsync();

        (await OfAsync(world, made)).ShouldBe(
            new Dictionary<string, string?>
            {
                ["access_logs.s3.enabled"] = "false",
                ["access_logs.s3.bucket"] = "",
                ["access_logs.s3.prefix"] = "",
                ["deletion_protection.enabled"] = "false",
                ["load_balancing.cross_zone.enabled"] = "false",
                ["zonal_shift.config.enabled"] = "false",
                ["dns_record.client_routing_policy"] = "any_availability_zone",
                ["secondary_ips.auto_assigned.per_subnet"] = "0",
            },
            ignoreOrder: true
        );
    }

    [Theory]
    [InlineData("application", "idle_timeout.timeout_seconds", "1")]
    [InlineData("application", "idle_timeout.timeout_seconds", "4000")]
    [InlineData("application", "client_keep_alive.seconds", "60")]
    [InlineData("application", "client_keep_alive.seconds", "604800")]
    [InlineData("application", "routing.http.desync_mitigation_mode", "strictest")]
    [InlineData("application", "routing.http.xff_header_processing.mode", "remove")]
    [InlineData("network", "load_balancing.cross_zone.enabled", "true")]
    public async Task A_value_that_may_be_is_kept(string type, string key, string value)
    {
        await using var world = await CreateAsync();
        var made = await world.LoadBalancerAsync(change: request => request with { Type = type });

        var changed = await SetAsync(world, made, key, value);
        await world.RestartAsync();

        changed.Attributes!.Single(each => each.Key == key).Value.ShouldBe(value);
        (await OfAsync(world, made))[key].ShouldBe(value);
    }

    [Theory]
    [InlineData("application", "idle_timeout.timeout_seconds", "0", "ValidationError")]
    [InlineData("application", "idle_timeout.timeout_seconds", "4001", "ValidationError")]
    [InlineData("application", "client_keep_alive.seconds", "59", "ValidationError")]
    [InlineData("application", "client_keep_alive.seconds", "604801", "ValidationError")]
    [InlineData("application", "routing.http2.enabled", "maybe", "ValidationError")]
    [InlineData("application", "load_balancing.cross_zone.enabled", "false", "InvalidConfigurationRequest")]
    [InlineData("application", "access_logs.s3.enabled", "true", "InvalidConfigurationRequest")]
    [InlineData("application", "connection_logs.s3.enabled", "true", "InvalidConfigurationRequest")]
    [InlineData("application", "health_check_logs.s3.enabled", "true", "InvalidConfigurationRequest")]
    [InlineData("application", "zonal_shift.config.enabled", "true", "InvalidConfigurationRequest")]
    [InlineData("network", "secondary_ips.auto_assigned.per_subnet", "1", "InvalidConfigurationRequest")]
    [InlineData("network", "secondary_ips.auto_assigned.per_subnet", "8", "ValidationError")]
    public async Task A_value_that_may_not_be_is_refused(string type, string key, string value, string code)
    {
        await using var world = await CreateAsync();
        var made = await world.LoadBalancerAsync(change: request => request with { Type = type });

        (await ErrorOfAsync(() => SetAsync(world, made, key, value))).Code.ShouldBe(code);
    }

    [Theory]
    [InlineData("what.is.this", "ValidationError", "Load balancer attribute key 'what.is.this' is not recognized")]
    [InlineData(
        "routing.http2.enabled",
        "InvalidConfigurationRequest",
        "Load balancer attribute key 'routing.http2.enabled' is not supported on load balancers with type 'network'"
    )]
    [InlineData(
        "ipv6.deny_all_igw_traffic",
        "InvalidConfigurationRequest",
        "Load balancer attribute key 'ipv6.deny_all_igw_traffic' is not supported on load balancers with IP address "
            + "type 'ipv4'"
    )]
    public async Task A_key_that_is_not_there_is_refused(string key, string code, string message)
    {
        await using var world = await CreateAsync();
        var made = await world.NetworkLoadBalancerAsync();

        (await ErrorOfAsync(() => SetAsync(world, made, key, "true"))).ShouldBe((code, message));
    }

    [Fact]
    public async Task Attributes_cannot_be_empty_or_there_twice()
    {
        await using var world = await CreateAsync();
        var made = await world.LoadBalancerAsync();
        Task ModifyAsync(params string[] keys) =>
            world.Api.ModifyLoadBalancerAttributesAsync(
                new ModifyLoadBalancerAttributesInput
                {
                    LoadBalancerArn = made.LoadBalancerArn,
                    Attributes = [.. keys.Select(key => new LoadBalancerAttribute { Key = key, Value = "true" })],
                },
                Context
            );

        (await ErrorOfAsync(() => ModifyAsync())).ShouldBe(("ValidationError", "Attributes cannot be empty"));
        (await ErrorOfAsync(() => ModifyAsync("waf.fail_open.enabled", "waf.fail_open.enabled"))).ShouldBe(
            ("ValidationError", "Load balancer attribute key 'waf.fail_open.enabled' is specified more than once")
        );
    }

    [Fact]
    public async Task An_HTTP_group_has_its_attributes()
    {
        await using var world = await CreateAsync();
        var made = await world.TargetGroupAsync();

        (await OfAsync(world, made)).ShouldBe(
            new Dictionary<string, string?>(OfAllGroups)
            {
                ["stickiness.type"] = "lb_cookie",
                ["stickiness.app_cookie.cookie_name"] = "",
                ["stickiness.app_cookie.duration_seconds"] = "86400",
                ["stickiness.lb_cookie.duration_seconds"] = "86400",
                ["load_balancing.algorithm.type"] = "round_robin",
                ["load_balancing.algorithm.anomaly_mitigation"] = "off",
                ["slow_start.duration_seconds"] = "0",
            },
            ignoreOrder: true
        );
    }

    [Theory]
    [InlineData("instance", "true")]
    [InlineData("ip", "false")]
    public async Task A_TCP_group_has_its_attributes(string targetType, string preservesAddresses)
    {
        await using var world = await CreateAsync();
        var made = await world.TargetGroupAsync(change: request =>
            request with
            {
                Protocol = "TCP",
                TargetType = targetType,
            }
        );

        (await OfAsync(world, made)).ShouldBe(
            new Dictionary<string, string?>(OfAllGroups)
            {
                ["stickiness.type"] = "source_ip",
                ["deregistration_delay.connection_termination.enabled"] = "false",
                ["preserve_client_ip.enabled"] = preservesAddresses,
                ["proxy_protocol_v2.enabled"] = "false",
                ["target_health_state.unhealthy.connection_termination.enabled"] = "true",
                ["target_health_state.unhealthy.draining_interval_seconds"] = "0",
            },
            ignoreOrder: true
        );
    }

    [Theory]
    [InlineData("UDP")]
    [InlineData("TCP_UDP")]
    public async Task A_group_that_takes_UDP_has_its_attributes(string protocol)
    {
        await using var world = await CreateAsync();
        var made = await world.TargetGroupAsync(change: request => request with { Protocol = protocol });

        (await OfAsync(world, made)).ShouldBe(
            new Dictionary<string, string?>(OfAllGroups)
            {
                ["stickiness.type"] = "source_ip",
                ["deregistration_delay.connection_termination.enabled"] = "true",
                ["preserve_client_ip.enabled"] = "true",
                ["proxy_protocol_v2.enabled"] = "false",
                ["target_health_state.unhealthy.connection_termination.enabled"] = "false",
                ["target_health_state.unhealthy.draining_interval_seconds"] = "0",
            },
            ignoreOrder: true
        );
    }

    [Theory]
    [InlineData("HTTP", "deregistration_delay.timeout_seconds", "3600", null)]
    [InlineData("HTTP", "deregistration_delay.timeout_seconds", "3601", "ValidationError")]
    [InlineData("HTTP", "slow_start.duration_seconds", "30", null)]
    [InlineData("HTTP", "slow_start.duration_seconds", "29", "ValidationError")]
    [InlineData("HTTP", "slow_start.duration_seconds", "901", "ValidationError")]
    [InlineData("HTTP", "stickiness.lb_cookie.duration_seconds", "604800", null)]
    [InlineData("HTTP", "stickiness.lb_cookie.duration_seconds", "604801", "ValidationError")]
    [InlineData("HTTP", "load_balancing.algorithm.type", "least_outstanding_requests", null)]
    [InlineData("HTTP", "load_balancing.algorithm.anomaly_mitigation", "on", "InvalidConfigurationRequest")]
    [InlineData("HTTP", "stickiness.app_cookie.cookie_name", "AWSALBAPP", "InvalidConfigurationRequest")]
    [InlineData("HTTP", "proxy_protocol_v2.enabled", "true", "InvalidConfigurationRequest")]
    [InlineData("HTTP", "what", "true", "ValidationError")]
    [InlineData("TCP", "proxy_protocol_v2.enabled", "true", null)]
    [InlineData("UDP", "proxy_protocol_v2.enabled", "true", "InvalidConfigurationRequest")]
    [InlineData("TCP", "preserve_client_ip.enabled", "false", null)]
    [InlineData("TCP", "preserve_client_ip.enabled", "true", "InvalidConfigurationRequest")]
    [InlineData("UDP", "preserve_client_ip.enabled", "false", "InvalidConfigurationRequest")]
    [InlineData("TCP", "target_health_state.unhealthy.draining_interval_seconds", "10", "InvalidConfigurationRequest")]
    [InlineData("TCP", "target_group_health.dns_failover.minimum_healthy_targets.count", "off", null)]
    [InlineData(
        "TCP",
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count",
        "off",
        "ValidationError"
    )]
    public async Task Attributes_of_groups_have_their_ranges(string protocol, string key, string value, string? code)
    {
        await using var world = await CreateAsync();
        var made = await world.TargetGroupAsync(change: request => request with { Protocol = protocol });

        if (code is null)
        {
            await SetAsync(world, made, (key, value));
            (await OfAsync(world, made))[key].ShouldBe(value);
        }
        else
            (await ErrorOfAsync(() => SetAsync(world, made, (key, value)))).Code.ShouldBe(code);
    }

    [Fact]
    public async Task Stickiness_is_of_the_protocol()
    {
        await using var world = await CreateAsync();
        var made = await world.TargetGroupAsync(change: request => request with { Protocol = "TCP" });

        (await ErrorOfAsync(() => SetAsync(world, made, ("stickiness.type", "lb_cookie")))).ShouldBe(
            (
                "InvalidConfigurationRequest",
                "Stickiness type 'lb_cookie' is not supported for target groups with the TCP protocol"
            )
        );
    }

    [Fact]
    public async Task Slow_start_needs_round_robin_anomaly_mitigation_chance_and_an_application_cookie_its_name()
    {
        await using var world = await CreateAsync();
        var made = await world.TargetGroupAsync();
        await SetAsync(
            world,
            made,
            ("load_balancing.algorithm.anomaly_mitigation", "on"),
            ("load_balancing.algorithm.type", "weighted_random")
        );
        (
            await ErrorOfAsync(() => SetAsync(world, made, ("load_balancing.algorithm.type", "round_robin")))
        ).Code.ShouldBe("InvalidConfigurationRequest");
        await SetAsync(
            world,
            made,
            ("load_balancing.algorithm.anomaly_mitigation", "off"),
            ("load_balancing.algorithm.type", "round_robin")
        );

        (
            await ErrorOfAsync(() =>
                SetAsync(
                    world,
                    made,
                    ("slow_start.duration_seconds", "60"),
                    ("load_balancing.algorithm.type", "weighted_random")
                )
            )
        ).Code.ShouldBe("InvalidConfigurationRequest");
        (
            await ErrorOfAsync(() =>
                SetAsync(world, made, ("stickiness.enabled", "true"), ("stickiness.type", "app_cookie"))
            )
        ).Code.ShouldBe("InvalidConfigurationRequest");
        await SetAsync(
            world,
            made,
            ("stickiness.enabled", "true"),
            ("stickiness.type", "app_cookie"),
            ("stickiness.app_cookie.cookie_name", "session")
        );
    }

    [Fact]
    public async Task Listeners_have_the_attributes_of_their_protocol()
    {
        await using var world = await CreateAsync();
        var listener = await world.ListenerAsync(await world.LoadBalancerAsync());
        Task<ModifyListenerAttributesOutput> ModifyAsync(string key, string value) =>
            world.Api.ModifyListenerAttributesAsync(
                new ModifyListenerAttributesInput
                {
                    ListenerArn = listener.ListenerArn,
                    Attributes = [new ListenerAttribute { Key = key, Value = value }],
                },
                Context
            );

        var described = await world.Api.DescribeListenerAttributesAsync(
            new DescribeListenerAttributesInput { ListenerArn = listener.ListenerArn },
            Context
        );
        var changed = await ModifyAsync("routing.http.response.server.enabled", "false");

        described.Attributes!.Single(each => each.Key == "routing.http.response.server.enabled").Value.ShouldBe("true");
        changed.Attributes!.Single(each => each.Key == "routing.http.response.server.enabled").Value.ShouldBe("false");
        (await ErrorOfAsync(() => ModifyAsync("tcp.idle_timeout.seconds", "60"))).ShouldBe(
            (
                "InvalidConfigurationRequest",
                "Listener attribute key 'tcp.idle_timeout.seconds' is not supported on listeners with the HTTP protocol"
            )
        );
    }

    [Theory]
    [InlineData("60", true)]
    [InlineData("6000", true)]
    [InlineData("59", false)]
    [InlineData("6001", false)]
    public async Task A_TCP_listener_has_an_idle_timeout(string value, bool fits)
    {
        await using var world = await CreateAsync();
        var group = await world.TargetGroupAsync(change: request => request with { Protocol = "TCP" });
        var listener = await world.ForwardAsync(await world.NetworkLoadBalancerAsync(), group);
        Task<ModifyListenerAttributesOutput> ModifyAsync() =>
            world.Api.ModifyListenerAttributesAsync(
                new ModifyListenerAttributesInput
                {
                    ListenerArn = listener.ListenerArn,
                    Attributes = [new ListenerAttribute { Key = "tcp.idle_timeout.seconds", Value = value }],
                },
                Context
            );

        if (fits)
            (await ModifyAsync()).Attributes.ShouldBe([
                new ListenerAttribute { Key = "tcp.idle_timeout.seconds", Value = value },
            ]);
        else
            (await ErrorOfAsync(ModifyAsync)).Code.ShouldBe("ValidationError");
    }

    private static readonly Dictionary<string, string?> OfAllGroups = new()
    {
        ["deregistration_delay.timeout_seconds"] = "300",
        ["stickiness.enabled"] = "false",
        ["load_balancing.cross_zone.enabled"] = "use_load_balancer_configuration",
        ["target_group_health.dns_failover.minimum_healthy_targets.count"] = "1",
        ["target_group_health.dns_failover.minimum_healthy_targets.percentage"] = "off",
        ["target_group_health.unhealthy_state_routing.minimum_healthy_targets.count"] = "1",
        ["target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage"] = "off",
    };

    private static async Task<Dictionary<string, string?>> OfAsync(LoadBalancingWorld world, LoadBalancer its) =>
        (
            await world.Api.DescribeLoadBalancerAttributesAsync(
                new DescribeLoadBalancerAttributesInput { LoadBalancerArn = its.LoadBalancerArn },
                Context
            )
        ).Attributes!.ToDictionary(each => each.Key!, each => each.Value);

    private static async Task<Dictionary<string, string?>> OfAsync(LoadBalancingWorld world, TargetGroup its) =>
        (
            await world.Api.DescribeTargetGroupAttributesAsync(
                new DescribeTargetGroupAttributesInput { TargetGroupArn = its.TargetGroupArn },
                Context
            )
        ).Attributes!.ToDictionary(each => each.Key!, each => each.Value);

    private static Task<ModifyLoadBalancerAttributesOutput> SetAsync(
        LoadBalancingWorld world,
        LoadBalancer its,
        string key,
        string value
    ) =>
        world.Api.ModifyLoadBalancerAttributesAsync(
            new ModifyLoadBalancerAttributesInput
            {
                LoadBalancerArn = its.LoadBalancerArn,
                Attributes = [new LoadBalancerAttribute { Key = key, Value = value }],
            },
            Context
        );

    private static Task<ModifyTargetGroupAttributesOutput> SetAsync(
        LoadBalancingWorld world,
        TargetGroup its,
        params (string Key, string Value)[] attributes
    ) =>
        world.Api.ModifyTargetGroupAttributesAsync(
            new ModifyTargetGroupAttributesInput
            {
                TargetGroupArn = its.TargetGroupArn,
                Attributes =
                [
                    .. attributes.Select(each => new TargetGroupAttribute { Key = each.Key, Value = each.Value }),
                ],
            },
            Context
        );
}
