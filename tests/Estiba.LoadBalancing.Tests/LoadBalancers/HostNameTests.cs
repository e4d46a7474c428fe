using System.Net;
using Estiba.Contracts.ElbV2;
using Estiba.Dns.Names;
using Estiba.LoadBalancing.HealthChecks;
using static Estiba.LoadBalancing.Tests.LoadBalancingWorld;

namespace Estiba.LoadBalancing.Tests.LoadBalancers;

/// <summary>What the platform's name server says of load balancers.</summary>
public sealed class HostNameTests
{
    [Fact]
    public async Task A_name_stands_for_an_address_in_each_subnet()
    {
        await using var world = await CreateAsync();
        var made = await world.LoadBalancerAsync("Web");
        var name = made.DNSName!.ToLowerInvariant();
        name.ShouldNotBe(made.DNSName);

        AddressesOf(world, name).ShouldBe(world.Ec2.Interfaces.Select(its => its.PrivateIpAddress!), ignoreOrder: true);
        AddressesOf(world, "dualstack." + name).ShouldBe(AddressesOf(world, name));
        world.Names.Find(name)!.Zone.ShouldBe(name);
    }

    [Fact]
    public async Task It_leaves_out_zones_without_a_healthy_target_unless_there_is_none_with_one()
    {
        await using var world = await CreateAsync();
        world.Probe.Answer = static _ => new ProbeOutcome(ProbeKind.Connected);
        var balancer = await world.NetworkLoadBalancerAsync();
        var group = await world.TargetGroupAsync(change: request => request with { Protocol = ProtocolEnum.Tcp });
        await world.ForwardAsync(balancer, group);
        var name = balancer.DNSName!;
        AddressesOf(world, name).Count.ShouldBe(3);

        await world.RegisterAsync(group, "10.0.2.50");

        AddressesOf(world, name).ShouldBe(AddressesOf(world, "eu-west-1b." + name));
        AddressesOf(world, "eu-west-1a." + name).ShouldHaveSingleItem();

        // Across zones each target counts for each of them.
        await world.Api.ModifyTargetGroupAttributesAsync(
            new ModifyTargetGroupAttributesInput
            {
                TargetGroupArn = group.TargetGroupArn,
                Attributes = [new() { Key = "load_balancing.cross_zone.enabled", Value = "true" }],
            },
            Context
        );
        AddressesOf(world, name).Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("count", "2", 1)]
    [InlineData("count", "1", 2)]
    [InlineData("count", "off", 3)]
    public async Task How_many_must_be_healthy_is_an_attribute(string kind, string value, int zones)
    {
        await using var world = await CreateAsync();
        world.Probe.Answer = static _ => new ProbeOutcome(ProbeKind.Connected);
        var balancer = await world.NetworkLoadBalancerAsync();
        var group = await world.TargetGroupAsync(change: request => request with { Protocol = ProtocolEnum.Tcp });
        await world.ForwardAsync(balancer, group);
        await world.RegisterAsync(group, "10.0.1.50", "10.0.1.51", "10.0.2.50");

        await world.Api.ModifyTargetGroupAttributesAsync(
            new ModifyTargetGroupAttributesInput
            {
                TargetGroupArn = group.TargetGroupArn,
                Attributes =
                [
                    new() { Key = $"target_group_health.dns_failover.minimum_healthy_targets.{kind}", Value = value },
                ],
            },
            Context
        );

        AddressesOf(world, balancer.DNSName!).Count.ShouldBe(zones);
    }

    [Fact]
    public async Task With_a_zone_before_it_a_name_stands_for_the_address_there()
    {
        await using var world = await CreateAsync();
        var name = (await world.NetworkLoadBalancerAsync()).DNSName!;

        AddressesOf(world, "eu-west-1b." + name)
            .ShouldBe(
                world.Ec2.Interfaces.Where(its => its.SubnetId == "subnet-b").Select(its => its.PrivateIpAddress!)
            );
    }

    [Fact]
    public async Task Other_names_below_a_load_balancers_do_not_exist()
    {
        await using var world = await CreateAsync();
        var name = (await world.LoadBalancerAsync()).DNSName!;

        world.Names.Find("eu-west-1d." + name).ShouldBe(new NameAnswer(name, null));
        world.Names.Find("eu-west-1a.dualstack." + name).ShouldBe(new NameAnswer(name, null));
    }

    [Fact]
    public async Task Names_of_nobody_here_are_left_to_others()
    {
        await using var world = await CreateAsync();
        var name = (await world.LoadBalancerAsync()).DNSName!;

        foreach (var other in new[] { "x" + name, name[(name.IndexOf('.') + 1)..], "example.org", "", ".elb." })
            world.Names.Find(other).ShouldBeNull(other);
    }

    [Fact]
    public async Task The_name_of_an_internal_one_says_so_and_is_answered()
    {
        await using var world = await CreateAsync();

        var made = await world.LoadBalancerAsync(change: request =>
            request with
            {
                Scheme = LoadBalancerSchemeEnum.Internal,
            }
        );

        made.DNSName.ShouldStartWith("internal-web-");
        AddressesOf(world, made.DNSName!).Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_deleted_one_gives_its_name_up_and_one_without_interfaces_has_no_address_yet()
    {
        await using var world = await CreateAsync(reconciling: false);
        var made = await world.LoadBalancerAsync();
        AddressesOf(world, made.DNSName!).ShouldBeEmpty();
        world.Names.Hosts().ShouldBeEmpty();

        await world.DeleteAsync(made);

        world.Names.Find(made.DNSName!).ShouldBeNull();
    }

    [Fact]
    public async Task A_hosts_file_has_each_address_with_its_names()
    {
        await using var world = await CreateAsync();
        var name = (await world.LoadBalancerAsync()).DNSName!;

        var its = world.Ec2.Interfaces.Single(each => each.SubnetId == "subnet-c").PrivateIpAddress!;
        var line = world.Names.Hosts().Single(entry => entry.Address.Equals(IPAddress.Parse(its)));
        line.Names.ShouldBe([name, "dualstack." + name, "eu-west-1c." + name]);
        world.Names.Hosts().Count().ShouldBe(3);
    }

    private static List<string> AddressesOf(LoadBalancingWorld world, string name) =>
        [
            .. world
                .Names.Find(name)
                .ShouldNotBeNull()
                .Records.ShouldNotBeNull()
                .Select(record => record.ShouldBeOfType<AddressRecord>().Address.ToString()),
        ];
}
