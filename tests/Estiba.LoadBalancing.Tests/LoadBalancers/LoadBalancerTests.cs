using Estiba.Contracts.ElbV2;
using static Estiba.LoadBalancing.Tests.LoadBalancingWorld;

namespace Estiba.LoadBalancing.Tests.LoadBalancers;

public sealed class LoadBalancerTests
{
    [Fact]
    public async Task An_application_load_balancer_has_the_defaults_of_AWS()
    {
        await using var world = await CreateAsync(reconciling: false);

        var made = await world.LoadBalancerAsync();

        made.LoadBalancerArn!.ShouldMatch(
            "^arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/[0-9a-f]{16}$"
        );
        made.DNSName!.ShouldMatch("^web-[0-9]{9,10}\\.eu-west-1\\.elb\\.amazonaws\\.com$");
        made.CanonicalHostedZoneId.ShouldBe("Z32O12XQLNTSW2");
        made.CreatedTime.ShouldBe(world.Time.GetUtcNow());
        made.Scheme.ShouldBe("internet-facing");
        made.Type.ShouldBe("application");
        made.VpcId.ShouldBe(StandInEc2.Vpc);
        made.IpAddressType.ShouldBe("ipv4");
        made.SecurityGroups.ShouldBe([StandInEc2.DefaultGroup]);
        made.State!.Code.ShouldBe("provisioning");
        made.AvailabilityZones!.Select(zone => (zone.ZoneName, zone.SubnetId))
            .ShouldBe([("eu-west-1a", "subnet-a"), ("eu-west-1b", "subnet-b"), ("eu-west-1c", "subnet-c")]);
    }

    [Fact]
    public async Task The_name_of_an_internal_load_balancer_begins_with_internal()
    {
        await using var world = await CreateAsync();

        var made = await world.LoadBalancerAsync(change: request => request with { Scheme = "internal" });

        made.DNSName.ShouldStartWith("internal-web-");
    }

    [Fact]
    public async Task A_network_load_balancer_has_its_id_in_its_name_and_no_security_groups()
    {
        await using var world = await CreateAsync();

        var made = await world.NetworkLoadBalancerAsync();

        var id = made.LoadBalancerArn![^16..];
        made.LoadBalancerArn.ShouldEndWith($":loadbalancer/net/net/{id}");
        made.DNSName.ShouldBe($"net-{id}.elb.eu-west-1.amazonaws.com");
        made.CanonicalHostedZoneId.ShouldBe("Z2IFOLAFXWLO4F");
        made.SecurityGroups.ShouldBeNull();
        made.EnablePrefixForIpv6SourceNat.ShouldBe("off");
    }

    [Fact]
    public async Task The_same_name_with_the_same_settings_is_the_same_load_balancer()
    {
        await using var world = await CreateAsync();

        var first = await world.LoadBalancerAsync();
        var second = await world.LoadBalancerAsync(change: request =>
            request with
            {
                Subnets = [.. StandInEc2.Subnets.Reverse()],
            }
        );

        second.LoadBalancerArn.ShouldBe(first.LoadBalancerArn);
    }

    [Fact]
    public async Task The_same_name_with_other_settings_is_a_duplicate()
    {
        await using var world = await CreateAsync();
        await world.LoadBalancerAsync();

        (await ErrorOfAsync(() => world.NetworkLoadBalancerAsync("web"))).ShouldBe(
            (
                "DuplicateLoadBalancerName",
                "A load balancer with the same name 'web' exists, but with different settings"
            )
        );
    }

    public static TheoryData<string, string> WrongNames =>
        new()
        {
            {
                new string('a', 33),
                $"The load balancer name '{new string('a', 33)}' cannot be longer than '32' characters"
            },
            {
                "a_b",
                "The load balancer name 'a_b' can only contain characters that are alphanumeric characters or "
                    + "hyphens(-)"
            },
            { "-a", "The load balancer name '-a' cannot begin or end with a hyphen(-)" },
            { "a-", "The load balancer name 'a-' cannot begin or end with a hyphen(-)" },
            { "internal-a", "The load balancer name 'internal-a' cannot begin with 'internal-'" },
        };

    [Theory]
    [MemberData(nameof(WrongNames))]
    public async Task A_wrong_name_is_refused(string name, string message)
    {
        await using var world = await CreateAsync();

        (await ErrorOfAsync(() => world.LoadBalancerAsync(name))).ShouldBe(("ValidationError", message));
    }

    public static TheoryData<string, string[], string, string> WrongSubnets =>
        new()
        {
            {
                "application",
                ["subnet-a"],
                "ValidationError",
                "At least two subnets in two different Availability Zones must be specified"
            },
            {
                "application",
                [],
                "ValidationError",
                "At least two subnets in two different Availability Zones must be specified"
            },
            { "network", [], "ValidationError", "At least one subnet must be specified" },
            {
                "application",
                ["subnet-a", StandInEc2.SubnetBesideA],
                "InvalidConfigurationRequest",
                "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
            },
            {
                "application",
                ["subnet-a", "subnet-none"],
                "SubnetNotFound",
                "The subnet ID 'subnet-none' does not exist"
            },
            {
                "application",
                ["subnet-b", StandInEc2.OtherSubnet],
                "InvalidConfigurationRequest",
                "All subnets must belong to the same VPC: 'vpc-1, vpc-2'"
            },
            {
                "application",
                [StandInEc2.OtherSubnet, StandInEc2.OtherSubnetB],
                "InvalidSubnet",
                "VPC vpc-2 has no internet gateway"
            },
        };

    [Theory]
    [MemberData(nameof(WrongSubnets))]
    public async Task Wrong_subnets_are_refused(string type, string[] subnets, string code, string message)
    {
        await using var world = await CreateAsync();

        var error = await ErrorOfAsync(() =>
            world.LoadBalancerAsync(change: request => request with { Type = type, Subnets = subnets })
        );

        error.ShouldBe((code, message));
    }

    [Fact]
    public async Task A_VPC_without_internet_gateway_may_have_internal_load_balancers()
    {
        await using var world = await CreateAsync();

        var made = await world.LoadBalancerAsync(change: request =>
            request with
            {
                Scheme = "internal",
                Subnets = [StandInEc2.OtherSubnet, StandInEc2.OtherSubnetB],
            }
        );

        made.VpcId.ShouldBe(StandInEc2.OtherVpc);
    }

    [Fact]
    public async Task Security_groups_must_be_in_the_VPC()
    {
        await using var world = await CreateAsync();

        (
            await ErrorOfAsync(() =>
                world.LoadBalancerAsync(change: request => request with { SecurityGroups = ["sg-other"] })
            )
        ).ShouldBe(("InvalidConfigurationRequest", "One or more security groups are invalid"));
    }

    [Fact]
    public async Task A_load_balancer_has_up_to_five_security_groups()
    {
        await using var world = await CreateAsync();

        (
            await ErrorOfAsync(() =>
                world.LoadBalancerAsync(change: request => request with { SecurityGroups = StandInEc2.Groups })
            )
        ).Code.ShouldBe("InvalidConfigurationRequest");
        var made = await world.LoadBalancerAsync(change: request =>
            request with
            {
                SecurityGroups = StandInEc2.Groups[..5],
            }
        );

        made.SecurityGroups!.Count.ShouldBe(5);
    }

    public static TheoryData<Func<CreateLoadBalancerInput, CreateLoadBalancerInput>, string> NotThere =>
        new()
        {
            { request => request with { Type = "gateway" }, "InvalidConfigurationRequest" },
            { request => request with { IpAddressType = "dualstack" }, "InvalidSubnet" },
            { request => request with { CustomerOwnedIpv4Pool = "ipv4pool-coip-1" }, "InvalidConfigurationRequest" },
            {
                request => request with { IpamPools = new IpamPools { Ipv4IpamPoolId = "ipam-pool-1" } },
                "InvalidConfigurationRequest"
            },
            { request => request with { EnablePrefixForIpv6SourceNat = "on" }, "InvalidConfigurationRequest" },
            {
                request =>
                    request with
                    {
                        Type = "network",
                        Subnets = null,
                        SubnetMappings = [new SubnetMapping { SubnetId = "subnet-a", AllocationId = "eipalloc-1" }],
                    },
                "AllocationIdNotFound"
            },
            {
                request =>
                    request with
                    {
                        Type = "network",
                        Subnets = null,
                        SubnetMappings = [new SubnetMapping { SubnetId = "subnet-a", IPv6Address = "::1" }],
                    },
                "InvalidConfigurationRequest"
            },
        };

    [Theory]
    [MemberData(nameof(NotThere))]
    public async Task What_is_not_there_is_refused_and_not_ignored(
        Func<CreateLoadBalancerInput, CreateLoadBalancerInput> change,
        string code
    )
    {
        await using var world = await CreateAsync();

        (await ErrorOfAsync(() => world.LoadBalancerAsync(change: change))).Code.ShouldBe(code);
    }

    [Fact]
    public async Task A_region_has_up_to_fifty_load_balancers_of_a_type()
    {
        await using var world = await CreateAsync(reconciling: false);
        for (var number = 0; number < 50; number++)
            await world.LoadBalancerAsync($"web-{number}");

        (await ErrorOfAsync(() => world.LoadBalancerAsync("more"))).ShouldBe(
            ("TooManyLoadBalancers", "The maximum number of load balancers has been reached")
        );
        await world.NetworkLoadBalancerAsync();
    }

    [Fact]
    public async Task Load_balancers_are_described_in_pages()
    {
        await using var world = await CreateAsync();
        foreach (var name in new[] { "c", "a", "b" })
            await world.LoadBalancerAsync(name);
        var request = new DescribeLoadBalancersInput { PageSize = 2 };

        var first = await world.Api.DescribeLoadBalancersAsync(request, Context);
        var second = await world.Api.DescribeLoadBalancersAsync(
            request with
            {
                Marker = first.NextMarker,
                PageSize = 400,
            },
            Context
        );

        first.LoadBalancers!.Select(each => each.LoadBalancerName).ShouldBe(["a", "b"]);
        second.LoadBalancers!.Select(each => each.LoadBalancerName).ShouldBe(["c"]);
        second.NextMarker.ShouldBeNull();
        (
            await ErrorOfAsync(() => world.Api.DescribeLoadBalancersAsync(request with { Marker = "nothing" }, Context))
        ).Code.ShouldBe("ValidationError");
    }

    [Fact]
    public async Task What_is_not_found_is_said_as_AWS_does()
    {
        await using var world = await CreateAsync();
        const string Absent =
            "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/no/0123456789abcdef";

        (
            await ErrorOfAsync(() =>
                world.Api.DescribeLoadBalancersAsync(
                    new DescribeLoadBalancersInput { LoadBalancerArns = [Absent] },
                    Context
                )
            )
        ).ShouldBe(("LoadBalancerNotFound", "One or more load balancers not found"));
        (
            await ErrorOfAsync(() =>
                world.Api.DescribeLoadBalancersAsync(new DescribeLoadBalancersInput { Names = ["no"] }, Context)
            )
        ).ShouldBe(("LoadBalancerNotFound", "Load balancers '[no]' not found"));
        (
            await ErrorOfAsync(() =>
                world.Api.DescribeLoadBalancerAttributesAsync(
                    new DescribeLoadBalancerAttributesInput { LoadBalancerArn = Absent },
                    Context
                )
            )
        ).ShouldBe(("LoadBalancerNotFound", $"Load balancer '{Absent}' not found"));
        (
            await ErrorOfAsync(() =>
                world.Api.DescribeLoadBalancerAttributesAsync(
                    new DescribeLoadBalancerAttributesInput { LoadBalancerArn = "web" },
                    Context
                )
            )
        ).ShouldBe(("ValidationError", "'web' is not a valid load balancer ARN"));
    }

    [Fact]
    public async Task Nobody_finds_the_load_balancers_of_another_account()
    {
        await using var world = await CreateAsync();
        var made = await world.LoadBalancerAsync();
        var other = Context with { AccountId = "444455556666" };

        (
            await ErrorOfAsync(() =>
                world.Api.DescribeLoadBalancersAsync(
                    new DescribeLoadBalancersInput { LoadBalancerArns = [made.LoadBalancerArn!] },
                    other
                )
            )
        ).Code.ShouldBe("LoadBalancerNotFound");
        (
            await world.Api.DescribeLoadBalancersAsync(new DescribeLoadBalancersInput(), other)
        ).LoadBalancers.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_deleted_load_balancer_is_gone_with_its_listeners_and_its_name_is_free()
    {
        await using var world = await CreateAsync();
        var made = await world.LoadBalancerAsync();
        var group = await world.TargetGroupAsync();
        var listener = await world.ForwardAsync(made, group);

        await world.DeleteAsync(made);
        await world.DeleteAsync(made);

        (
            await world.Api.DescribeLoadBalancersAsync(new DescribeLoadBalancersInput(), Context)
        ).LoadBalancers.ShouldBeEmpty();
        (
            await ErrorOfAsync(() =>
                world.Api.DescribeListenersAsync(
                    new DescribeListenersInput { ListenerArns = [listener.ListenerArn!] },
                    Context
                )
            )
        ).ShouldBe(("ListenerNotFound", "One or more listeners not found"));
        await world.Api.DeleteTargetGroupAsync(
            new DeleteTargetGroupInput { TargetGroupArn = group.TargetGroupArn },
            Context
        );
        (await world.NetworkLoadBalancerAsync("web")).LoadBalancerArn.ShouldNotBe(made.LoadBalancerArn);
    }

    [Fact]
    public async Task Deletion_protection_keeps_a_load_balancer()
    {
        await using var world = await CreateAsync();
        var made = await world.LoadBalancerAsync();
        await world.Api.ModifyLoadBalancerAttributesAsync(
            new ModifyLoadBalancerAttributesInput
            {
                LoadBalancerArn = made.LoadBalancerArn,
                Attributes = [new LoadBalancerAttribute { Key = "deletion_protection.enabled", Value = "true" }],
            },
            Context
        );

        (await ErrorOfAsync(() => world.DeleteAsync(made))).ShouldBe(
            (
                "OperationNotPermitted",
                $"Load balancer '{made.LoadBalancerArn}' cannot be deleted because deletion protection is enabled"
            )
        );
    }

    [Fact]
    public async Task Security_groups_are_set_but_not_on_a_network_load_balancer_that_was_made_without()
    {
        await using var world = await CreateAsync();
        var made = await world.LoadBalancerAsync();
        var network = await world.NetworkLoadBalancerAsync();
        var request = new SetSecurityGroupsInput { SecurityGroups = ["sg-1", "sg-2"] };

        var set = await world.Api.SetSecurityGroupsAsync(
            request with
            {
                LoadBalancerArn = made.LoadBalancerArn,
            },
            Context
        );
        await world.IdleAsync();

        set.SecurityGroupIds.ShouldBe(["sg-1", "sg-2"]);
        world
            .Ec2.Interfaces.Where(its => its.Description!.Contains("app/web"))
            .ShouldAllBe(its => its.Groups!.Count == 2);
        (
            await ErrorOfAsync(() =>
                world.Api.SetSecurityGroupsAsync(request with { LoadBalancerArn = network.LoadBalancerArn }, Context)
            )
        ).Code.ShouldBe("InvalidConfigurationRequest");
    }

    [Fact]
    public async Task The_address_type_is_ipv4_and_stays_so()
    {
        await using var world = await CreateAsync();
        var made = await world.LoadBalancerAsync();
        var request = new SetIpAddressTypeInput { LoadBalancerArn = made.LoadBalancerArn, IpAddressType = "ipv4" };

        (await world.Api.SetIpAddressTypeAsync(request, Context)).IpAddressType.ShouldBe("ipv4");
        (
            await ErrorOfAsync(() =>
                world.Api.SetIpAddressTypeAsync(request with { IpAddressType = "dualstack" }, Context)
            )
        ).ShouldBe(("InvalidSubnet", "You must specify subnets with an associated IPv6 CIDR block."));
    }
}
