using Estiba.Contracts.ElbV2;
using static Estiba.LoadBalancing.Tests.LoadBalancingWorld;

namespace Estiba.LoadBalancing.Tests.TargetGroups;

public sealed class TargetGroupTests
{
    [Fact]
    public async Task An_HTTP_group_has_the_defaults_of_AWS()
    {
        await using var world = await CreateAsync();

        var made = await world.TargetGroupAsync(change: request => request with { TargetType = null });

        made.TargetGroupArn!.ShouldMatch(
            "^arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/group/[0-9a-f]{16}$"
        );
        made.ShouldBe(
            new TargetGroup
            {
                TargetGroupArn = made.TargetGroupArn,
                TargetGroupName = "group",
                Protocol = "HTTP",
                Port = 80,
                VpcId = StandInEc2.Vpc,
                HealthCheckProtocol = "HTTP",
                HealthCheckPort = "traffic-port",
                HealthCheckEnabled = true,
                HealthCheckIntervalSeconds = 30,
                HealthCheckTimeoutSeconds = 5,
                HealthyThresholdCount = 5,
                UnhealthyThresholdCount = 2,
                HealthCheckPath = "/",
                Matcher = new Matcher { HttpCode = "200" },
                LoadBalancerArns = made.LoadBalancerArns,
                TargetType = "instance",
                ProtocolVersion = "HTTP1",
                IpAddressType = "ipv4",
            }
        );
        made.LoadBalancerArns.ShouldBeEmpty();
    }

    public static TheoryData<
        Func<CreateTargetGroupInput, CreateTargetGroupInput>,
        (string Protocol, string? Path, string? Http, string? Grpc, int Timeout)
    > Defaults =>
        new()
        {
            { request => request with { Protocol = "TCP" }, ("TCP", null, null, null, 10) },
            {
                request => request with { Protocol = "TCP", HealthCheckProtocol = "HTTP" },
                ("HTTP", "/", "200-399", null, 6)
            },
            {
                request => request with { Protocol = "TLS", HealthCheckProtocol = "HTTPS" },
                ("HTTPS", "/", "200-399", null, 10)
            },
            { request => request with { Protocol = "HTTPS" }, ("HTTP", "/", "200", null, 5) },
            { request => request with { ProtocolVersion = "GRPC" }, ("HTTP", "/AWS.ALB/healthcheck", null, "12", 5) },
            { request => request with { Protocol = "TCP", TargetType = "alb" }, ("HTTP", "/", "200-399", null, 6) },
        };

    [Theory]
    [MemberData(nameof(Defaults))]
    public async Task Health_checks_have_the_defaults_of_the_protocol(
        Func<CreateTargetGroupInput, CreateTargetGroupInput> change,
        (string Protocol, string? Path, string? Http, string? Grpc, int Timeout) expected
    )
    {
        await using var world = await CreateAsync();

        var made = await world.TargetGroupAsync(change: change);

        (
            made.HealthCheckProtocol,
            made.HealthCheckPath,
            made.Matcher?.HttpCode,
            made.Matcher?.GrpcCode,
            made.HealthCheckTimeoutSeconds
        ).ShouldBe(expected);
        (made.HealthCheckIntervalSeconds, made.HealthyThresholdCount, made.UnhealthyThresholdCount).ShouldBe(
            (30, 5, 2)
        );
    }

    public static TheoryData<Func<CreateTargetGroupInput, CreateTargetGroupInput>, string, string> Wrong =>
        new()
        {
            {
                request => request with { Name = new string('a', 33) },
                "ValidationError",
                $"Target group name '{new string('a', 33)}' cannot be longer than '32' characters"
            },
            {
                request => request with { Name = "a_b" },
                "ValidationError",
                "Target group name 'a_b' can only contain characters that are alphanumeric characters or hyphens(-)"
            },
            { request => request with { Protocol = null }, "ValidationError", "A protocol must be specified" },
            { request => request with { Port = null }, "ValidationError", "A port must be specified" },
            { request => request with { VpcId = null }, "ValidationError", "A VPC ID must be specified" },
            { request => request with { VpcId = "vpc-none" }, "ValidationError", "The VPC ID 'vpc-none' is not found" },
            {
                request => request with { HealthCheckEnabled = false },
                "ValidationError",
                "Health check enabled must be true for target groups with target type 'ip'"
            },
            {
                request => request with { HealthCheckIntervalSeconds = 5 },
                "ValidationError",
                "Health check interval must be greater than the timeout."
            },
            {
                request => request with { Matcher = new Matcher { HttpCode = "200-500" } },
                "ValidationError",
                "Health check matcher HTTP code '200-500' must be within '200-499' inclusive"
            },
            {
                request =>
                    request with
                    {
                        Protocol = "TCP",
                        HealthCheckProtocol = "HTTP",
                        Matcher = new Matcher { HttpCode = "100" },
                    },
                "ValidationError",
                "Health check matcher HTTP code '100' must be within '200-599' inclusive"
            },
            {
                request => request with { HealthCheckProtocol = "TCP" },
                "ValidationError",
                "Health check protocol 'TCP' must be one of 'HTTP, HTTPS'"
            },
            {
                request => request with { Protocol = "GENEVE" },
                "InvalidConfigurationRequest",
                "Estiba does not support target groups with the GENEVE protocol yet."
            },
            {
                request => request with { TargetType = "lambda" },
                "InvalidConfigurationRequest",
                "Estiba does not support target groups with target type 'lambda' yet."
            },
            {
                request => request with { IpAddressType = "ipv6" },
                "InvalidConfigurationRequest",
                "Estiba does not support target groups with IPv6 addresses yet."
            },
            {
                request => request with { TargetControlPort = 90 },
                "InvalidConfigurationRequest",
                "Estiba does not support target control ports yet."
            },
        };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Wrong_settings_are_refused(
        Func<CreateTargetGroupInput, CreateTargetGroupInput> change,
        string code,
        string message
    )
    {
        await using var world = await CreateAsync();

        (await ErrorOfAsync(() => world.TargetGroupAsync(change: change))).ShouldBe((code, message));
    }

    [Fact]
    public async Task The_same_name_with_the_same_settings_is_the_same_group_and_else_a_duplicate()
    {
        await using var world = await CreateAsync();

        var first = await world.TargetGroupAsync();
        var second = await world.TargetGroupAsync();

        second.TargetGroupArn.ShouldBe(first.TargetGroupArn);
        (await ErrorOfAsync(() => world.TargetGroupAsync(change: request => request with { Port = 81 }))).ShouldBe(
            (
                "DuplicateTargetGroupName",
                "A target group with the same name 'group' exists, but with different settings"
            )
        );
    }

    [Fact]
    public async Task A_group_is_the_same_after_its_attributes_and_tags_were_changed()
    {
        await using var world = await CreateAsync();
        var first = await world.TargetGroupAsync();
        await world.Api.AddTagsAsync(
            new AddTagsInput { ResourceArns = [first.TargetGroupArn!], Tags = [new Tag { Key = "a" }] },
            Context
        );
        await world.RestartAsync();

        (await world.TargetGroupAsync()).TargetGroupArn.ShouldBe(first.TargetGroupArn);
    }

    [Fact]
    public async Task What_health_checks_ask_for_can_be_changed()
    {
        await using var world = await CreateAsync();
        var made = await world.TargetGroupAsync(change: request => request with { Protocol = "TCP" });
        var request = new ModifyTargetGroupInput { TargetGroupArn = made.TargetGroupArn };

        var changed = (
            await world.Api.ModifyTargetGroupAsync(
                request with
                {
                    HealthCheckProtocol = "HTTP",
                    HealthCheckPath = "/health",
                    HealthCheckPort = "8080",
                },
                Context
            )
        ).TargetGroups![0];
        var back = (
            await world.Api.ModifyTargetGroupAsync(request with { HealthCheckProtocol = "TCP" }, Context)
        ).TargetGroups![0];

        (changed.HealthCheckPath, changed.HealthCheckPort, changed.Matcher!.HttpCode).ShouldBe(
            ("/health", "8080", "200-399")
        );
        (back.HealthCheckPath, back.HealthCheckPort, back.Matcher).ShouldBe((null, "8080", null));
    }

    [Fact]
    public async Task A_group_that_is_only_in_a_forward_action_of_a_rule_is_in_use()
    {
        await using var world = await CreateAsync();
        var loadBalancer = await world.LoadBalancerAsync();
        var (one, two) = (await world.TargetGroupAsync("one"), await world.TargetGroupAsync("two"));
        var listener = await world.ListenerAsync(loadBalancer);
        var rule = await world.RuleAsync(listener, change: request => request with { Actions =
                [
                    new ElbV2Action
                    {
                        Type = "forward",
                        ForwardConfig = new ForwardActionConfig
                        {
                            TargetGroups =
                            [
                                new TargetGroupTuple { TargetGroupArn = one.TargetGroupArn, Weight = 1 },
                                new TargetGroupTuple { TargetGroupArn = two.TargetGroupArn, Weight = 0 },
                            ],
                        },
                    },
                ] });
        Task DeleteAsync() =>
            world.Api.DeleteTargetGroupAsync(
                new DeleteTargetGroupInput { TargetGroupArn = two.TargetGroupArn },
                Context
            );

        (await ErrorOfAsync(DeleteAsync)).ShouldBe(
            ("ResourceInUse", $"Target group '{two.TargetGroupArn}' is currently in use by a listener or a rule")
        );
        await world.Api.DeleteRuleAsync(new DeleteRuleInput { RuleArn = rule.RuleArn }, Context);
        await DeleteAsync();

        (
            await ErrorOfAsync(() =>
                world.Api.DescribeTargetGroupsAsync(new DescribeTargetGroupsInput { Names = ["two"] }, Context)
            )
        ).ShouldBe(("TargetGroupNotFound", "One or more target groups not found"));
    }

    [Fact]
    public async Task Groups_are_found_by_their_load_balancer_and_name_it()
    {
        await using var world = await CreateAsync();
        var loadBalancer = await world.LoadBalancerAsync();
        var used = await world.TargetGroupAsync("used");
        await world.TargetGroupAsync("unused");
        await world.ForwardAsync(loadBalancer, used);

        var found = await world.Api.DescribeTargetGroupsAsync(
            new DescribeTargetGroupsInput { LoadBalancerArn = loadBalancer.LoadBalancerArn },
            Context
        );

        var its = found.TargetGroups.ShouldHaveSingleItem();
        its.TargetGroupName.ShouldBe("used");
        its.LoadBalancerArns.ShouldBe([loadBalancer.LoadBalancerArn!]);
    }

    [Fact]
    public async Task Groups_are_described_in_pages()
    {
        await using var world = await CreateAsync();
        foreach (var name in new[] { "c", "a", "b" })
            await world.TargetGroupAsync(name);
        var request = new DescribeTargetGroupsInput { PageSize = 2 };

        var first = await world.Api.DescribeTargetGroupsAsync(request, Context);
        var second = await world.Api.DescribeTargetGroupsAsync(request with { Marker = first.NextMarker }, Context);

        first.TargetGroups!.Select(each => each.TargetGroupName).ShouldBe(["a", "b"]);
        second.TargetGroups!.Select(each => each.TargetGroupName).ShouldBe(["c"]);
        second.NextMarker.ShouldBeNull();
    }
}
