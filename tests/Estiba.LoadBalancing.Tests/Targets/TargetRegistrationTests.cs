using Estiba.Contracts.ElbV2;
using static Estiba.LoadBalancing.Tests.LoadBalancingWorld;

namespace Estiba.LoadBalancing.Tests.Targets;

public sealed class TargetRegistrationTests
{
    [Fact]
    public async Task Instances_must_run_and_be_in_the_VPC()
    {
        await using var world = await CreateAsync();
        var group = await world.TargetGroupAsync(change: request => request with { TargetType = "instance" });
        world.Ec2.Run("i-1", "10.0.1.5");
        world.Ec2.Run("i-stopped", "10.0.1.6", state: "stopped");
        world.Ec2.Run("i-other", "10.9.1.7", vpc: StandInEc2.OtherVpc);

        await world.RegisterAsync(group, "i-1");

        (await world.HealthAsync(group))
            .ShouldHaveSingleItem()
            .Target.ShouldBe(new TargetDescription { Id = "i-1", Port = 80 });
        (await ErrorOfAsync(() => world.RegisterAsync(group, "i-stopped", "i-none"))).ShouldBe(
            (
                "InvalidTarget",
                "The following targets are not in a running state and cannot be registered: 'i-stopped, i-none'"
            )
        );
        (await ErrorOfAsync(() => world.RegisterAsync(group, "i-other"))).ShouldBe(
            ("InvalidTarget", "The following targets are not in the target group VPC 'vpc-1': 'i-other'")
        );
        (await ErrorOfAsync(() => world.RegisterAsync(group, "10.0.1.5"))).ShouldBe(
            ("ValidationError", "Instance ID '10.0.1.5' is not valid")
        );
    }

    public static TheoryData<string, string?, string> WrongAddresses =>
        new()
        {
            { "no-address", null, "The IP address 'no-address' is not a valid IPv4 address" },
            {
                "192.168.7.7",
                null,
                "The Availability Zone is required for IP address '192.168.7.7' because it is not in the VPC"
            },
            {
                "192.168.7.7",
                "eu-west-1z",
                "You must specify a valid Availability Zone or select 'all' for all enabled Availability zones, since "
                    + "the IP address '192.168.7.7' is outside the VPC"
            },
            {
                "10.0.2.7",
                "all",
                "The IP address '10.0.2.7' is within the VPC, and cannot have its Availability Zone overridden to "
                    + "'all' from 'eu-west-1b'"
            },
            {
                "8.8.8.8",
                "all",
                "The IP address '8.8.8.8' must be in the VPC or in one of the ranges "
                    + "'10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16'"
            },
        };

    [Theory]
    [MemberData(nameof(WrongAddresses))]
    public async Task Wrong_addresses_are_refused(string address, string? zone, string message)
    {
        await using var world = await CreateAsync();
        var group = await world.TargetGroupAsync();

        (
            await ErrorOfAsync(() =>
                world.Api.RegisterTargetsAsync(
                    new RegisterTargetsInput
                    {
                        TargetGroupArn = group.TargetGroupArn,
                        Targets = [new TargetDescription { Id = address, AvailabilityZone = zone }],
                    },
                    Context
                )
            )
        ).ShouldBe(("ValidationError", message));
    }

    [Fact]
    public async Task An_address_is_in_the_zone_of_its_subnet()
    {
        await using var world = await CreateAsync();
        var group = await world.TargetGroupAsync();

        await world.RegisterAsync(group, "10.0.2.7");

        (await world.HealthAsync(group))[0]
            .Target.ShouldBe(
                new TargetDescription
                {
                    Id = "10.0.2.7",
                    Port = 80,
                    AvailabilityZone = "eu-west-1b",
                }
            );
    }

    [Fact]
    public async Task A_group_has_up_to_a_thousand_targets()
    {
        await using var world = await CreateAsync(reconciling: false);
        var group = await world.TargetGroupAsync();
        await world.Api.RegisterTargetsAsync(
            new RegisterTargetsInput
            {
                TargetGroupArn = group.TargetGroupArn,
                Targets =
                [
                    .. Enumerable.Range(1, 1000).Select(port => new TargetDescription { Id = "10.0.1.5", Port = port }),
                ],
            },
            Context
        );

        (await ErrorOfAsync(() => world.RegisterAsync(group, "10.0.1.6"))).ShouldBe(
            (
                "TooManyTargets",
                "The maximum number of targets per target group '1000' has been reached on target group "
                    + $"'{group.TargetGroupArn}'"
            )
        );
    }

    [Fact]
    public async Task A_load_balancer_is_a_target_when_it_listens_at_the_port()
    {
        await using var world = await CreateAsync();
        var application = await world.LoadBalancerAsync();
        var group = await world.TargetGroupAsync(change: request =>
            request with
            {
                Protocol = "TCP",
                TargetType = "alb",
            }
        );

        (await ErrorOfAsync(() => world.RegisterAsync(group, application.LoadBalancerArn!))).ShouldBe(
            (
                "ValidationError",
                "If the target type is ALB, the target must have at least one listener that matches the target group "
                    + "port or any specified port overrides"
            )
        );
        await world.ListenerAsync(application);
        await world.RegisterAsync(group, application.LoadBalancerArn!);

        (await ErrorOfAsync(() => world.DeleteAsync(application))).ShouldBe(
            (
                "ResourceInUse",
                $"Load balancer '{application.LoadBalancerArn}' cannot be deleted because it is currently associated "
                    + "with another service"
            )
        );
        var other = await world.LoadBalancerAsync("other");
        await world.ListenerAsync(other);
        (await ErrorOfAsync(() => world.RegisterAsync(group, other.LoadBalancerArn!))).Code.ShouldBe("TooManyTargets");
    }

    [Fact]
    public async Task A_target_of_a_group_that_nobody_uses_is_gone_at_once()
    {
        await using var world = await CreateAsync();
        var group = await world.TargetGroupAsync();
        await world.RegisterAsync(group, "10.0.1.5");

        await world.DeregisterAsync(group, "10.0.1.5");
        await world.DeregisterAsync(group, "10.0.1.5");

        (await world.HealthAsync(group)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_a_target_that_is_not_registered_that_is_said()
    {
        await using var world = await CreateAsync();
        var group = await world.TargetGroupAsync();

        var answer = await world.Api.DescribeTargetHealthAsync(
            new DescribeTargetHealthInput
            {
                TargetGroupArn = group.TargetGroupArn,
                Targets = [new TargetDescription { Id = "10.0.1.5" }],
            },
            Context
        );

        answer
            .TargetHealthDescriptions.ShouldHaveSingleItem()
            .TargetHealth.ShouldBe(
                new TargetHealth
                {
                    State = "unused",
                    Reason = "Target.NotRegistered",
                    Description = "Target is not registered to the target group",
                }
            );
    }
}
