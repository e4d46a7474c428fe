using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using static Estiba.LoadBalancing.Tests.LoadBalancingWorld;

namespace Estiba.LoadBalancing.Tests.LoadBalancers;

/// <summary>A load balancer has one network interface in each of its subnets, whatever is killed when.</summary>
public sealed class InterfaceTests
{
    [Fact]
    public async Task A_load_balancer_is_active_when_it_has_an_interface_in_each_subnet()
    {
        await using var world = await CreateAsync();

        var made = await world.LoadBalancerAsync();

        (await world.FindAsync(made)).State!.Code.ShouldBe("active");
        var resource = made.LoadBalancerArn!.Split(":loadbalancer/")[1];
        world.Ec2.Interfaces.ShouldAllBe(its => its.Description == "ELB " + resource);
        world.Ec2.Interfaces.Select(its => its.SubnetId).ShouldBe(StandInEc2.Subnets, ignoreOrder: true);
        world.Ec2.Caller!.Service.ShouldBe("elasticloadbalancing.amazonaws.com");
        world.Ec2.Caller.SourceArn.ShouldBe(made.LoadBalancerArn);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Killed_after_an_interface_was_made_it_is_taken_over(int after)
    {
        await using var world = await CreateAsync();
        KillAfter(world, "CreateNetworkInterface", after);
        var made = await world.LoadBalancerAsync();
        world.Ec2.Interfaces.Count.ShouldBe(after);
        (await world.FindAsync(made)).State!.Code.ShouldBe("provisioning");
        world.Ec2.Afterwards = static _ => { };

        await world.RestartAsync();

        (await world.FindAsync(made)).State!.Code.ShouldBe("active");
        world.Ec2.Interfaces.Select(its => its.SubnetId).ShouldBe(StandInEc2.Subnets, ignoreOrder: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Killed_while_it_is_deleted_it_leaves_no_interface_behind(int after)
    {
        await using var world = await CreateAsync();
        var made = await world.LoadBalancerAsync();
        KillAfter(world, "DeleteNetworkInterface", after);
        await world.DeleteAsync(made);
        world.Ec2.Interfaces.Count.ShouldBe(3 - after);
        world.Ec2.Afterwards = static _ => { };

        await world.RestartAsync();

        world.Ec2.Interfaces.ShouldBeEmpty();
    }

    [Fact]
    public async Task Deleted_before_it_was_active_it_leaves_no_interface_behind()
    {
        await using var world = await CreateAsync();
        KillAfter(world, "CreateNetworkInterface", 1);
        var made = await world.LoadBalancerAsync();
        world.Ec2.Afterwards = static _ => { };

        await world.DeleteAsync(made);
        await world.RestartAsync();

        world.Ec2.Interfaces.ShouldBeEmpty();
    }

    [Fact]
    public async Task Other_subnets_get_interfaces_and_the_former_lose_theirs()
    {
        await using var world = await CreateAsync();
        var made = await world.LoadBalancerAsync(change: request =>
            request with
            {
                Subnets = ["subnet-a", "subnet-b"],
            }
        );
        var kept = world.Ec2.Interfaces.Single(its => its.SubnetId == "subnet-b").NetworkInterfaceId;

        var set = await world.Api.SetSubnetsAsync(
            new SetSubnetsInput { LoadBalancerArn = made.LoadBalancerArn, Subnets = ["subnet-b", "subnet-c"] },
            Context
        );
        await world.IdleAsync();

        set.AvailabilityZones!.Select(zone => zone.ZoneName).ShouldBe(["eu-west-1b", "eu-west-1c"]);
        world.Ec2.Interfaces.Select(its => its.SubnetId).ShouldBe(["subnet-b", "subnet-c"], ignoreOrder: true);
        world.Ec2.Interfaces.ShouldContain(its => its.NetworkInterfaceId == kept);
    }

    [Fact]
    public async Task A_network_load_balancer_has_the_addresses_that_are_asked_for()
    {
        await using var world = await CreateAsync();

        var made = await world.LoadBalancerAsync("net", request =>
            request with
            {
                Type = "network",
                Scheme = "internal",
                Subnets = null,
                SubnetMappings = [new SubnetMapping { SubnetId = "subnet-a", PrivateIPv4Address = "10.0.1.9" }],
            }
        );

        world.Ec2.Interfaces.ShouldHaveSingleItem().PrivateIpAddress.ShouldBe("10.0.1.9");
        made.AvailabilityZones![0].LoadBalancerAddresses![0].PrivateIPv4Address.ShouldBe("10.0.1.9");
    }

    [Fact]
    public async Task A_load_balancer_that_cannot_be_set_up_says_why_and_is_tried_again()
    {
        await using var world = await CreateAsync();
        world.Ec2.Before = name =>
        {
            if (name == "CreateNetworkInterface")
                throw new AwsException("InsufficientFreeAddressesInSubnet", "The subnet has no free addresses");
        };
        var made = await world.LoadBalancerAsync();
        var failed = (await world.FindAsync(made)).State!;

        world.Ec2.Before = static _ => { };
        await world.AdvanceAsync(1);

        (failed.Code, failed.Reason).ShouldBe(("failed", "The subnet has no free addresses"));
        var state = (await world.FindAsync(made)).State!;
        (state.Code, state.Reason).ShouldBe(("active", null));
    }

    // The platform is killed when an operation has done something for the so-and-so-many-eth time: nobody hears of it.
    private static void KillAfter(LoadBalancingWorld world, string operation, int times)
    {
        var done = 0;
        world.Ec2.Afterwards = name =>
        {
            if (name == operation && ++done >= times)
                throw new OperationCanceledException("killed");
        };
    }
}
