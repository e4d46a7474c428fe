using System.Net;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Tests.NetworkInterfaces;

public sealed class NetworkInterfaceTests
{
    private static CallContext LoadBalancing { get; } =
        ComputeWorld.Context with
        {
            PrincipalArn = "elasticloadbalancing.amazonaws.com",
            Service = "elasticloadbalancing.amazonaws.com",
        };

    [Fact]
    public async Task A_created_interface_gets_an_address_of_its_subnet_that_answers_until_it_is_deleted()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var subnet = await SubnetAsync(world, 1);

        var created = await CreateAsync(world, new() { SubnetId = subnet.SubnetId, Description = "mine" });
        await world.IdleAsync();

        created.Status.ShouldBe("pending");
        created.NetworkInterfaceId!.ShouldStartWith("eni-");
        IPNetwork.Parse(subnet.CidrBlock!).Contains(IPAddress.Parse(created.PrivateIpAddress!)).ShouldBeTrue();
        world.Network.Present.ShouldContain(IPAddress.Parse(created.PrivateIpAddress!));
        var described = await FindAsync(world, created.NetworkInterfaceId!);
        described.ShouldSatisfyAllConditions(
            it => it.Status.ShouldBe("available"),
            it => it.InterfaceType.ShouldBe("interface"),
            it => it.Description.ShouldBe("mine"),
            it => it.SubnetId.ShouldBe(subnet.SubnetId),
            it => it.VpcId.ShouldBe(subnet.VpcId),
            it => it.AvailabilityZone.ShouldBe("eu-west-1b"),
            it => it.Groups!.Single().GroupName.ShouldBe("default"),
            it => it.RequesterManaged.ShouldBe(false),
            it => it.RequesterId.ShouldBe(ComputeWorld.Context.AccountId),
            it => it.Attachment.ShouldBeNull(),
            it => it.TagSet.ShouldBeEmpty(),
            it => it.PrivateIpAddresses!.Single().Primary.ShouldBe(true)
        );

        await DeleteAsync(world, created.NetworkInterfaceId!);
        await world.IdleAsync();

        world.Network.Present.ShouldBeEmpty();
        (await AllAsync(world)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Its_address_is_there_again_after_a_restart()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var created = await CreateAsync(world, new() { SubnetId = (await SubnetAsync(world, 0)).SubnetId });
        world.Network.Present = new HashSet<IPAddress>();

        await world.RestartAsync();

        world.Network.Present.ShouldBe([IPAddress.Parse(created.PrivateIpAddress!)]);
    }

    [Fact]
    public async Task What_load_balancing_creates_is_managed_by_it()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var subnet = await SubnetAsync(world, 0);
        var id = (
            await CreateAsync(
                world,
                new() { SubnetId = subnet.SubnetId, Description = "ELB app/web/50dc6c495c0c9188" },
                LoadBalancing
            )
        ).NetworkInterfaceId!;

        (await FindAsync(world, id)).ShouldSatisfyAllConditions(
            it => it.RequesterManaged.ShouldBe(true),
            it => it.RequesterId.ShouldBe("amazon-elb"),
            it => it.Status.ShouldBe("in-use"),
            it => it.Attachment!.InstanceOwnerId.ShouldBe("amazon-elb"),
            it => it.Attachment!.InstanceId.ShouldBeNull(),
            it => it.OwnerId.ShouldBe(ComputeWorld.Context.AccountId)
        );
        var delete = await ComputeWorld.ErrorOfAsync(() => DeleteAsync(world, id));
        delete.Message.ShouldBe($"Network interface '{id}' is currently in use.");
        var modify = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.ModifyNetworkInterfaceAttributeAsync(
                new()
                {
                    NetworkInterfaceId = id,
                    SourceDestCheck = new() { Value = false },
                },
                ComputeWorld.Context
            )
        );
        modify.Code.ShouldBe("AuthFailure");
        await DeleteAsync(world, id, LoadBalancing);
        (await AllAsync(world)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Instances_and_interfaces_never_share_an_address()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var subnet = (await SubnetAsync(world, 0)).SubnetId;
        var before = (await world.RunAsync(1, request => request with { SubnetId = subnet })).Single();
        var first = await CreateAsync(world, new() { SubnetId = subnet });
        var after = (await world.RunAsync(1, request => request with { SubnetId = subnet })).Single();
        var second = await CreateAsync(world, new() { SubnetId = subnet });

        string[] all =
        [
            before.PrivateIpAddress!,
            first.PrivateIpAddress!,
            after.PrivateIpAddress!,
            second.PrivateIpAddress!,
        ];
        all.ShouldBeUnique();
        await world.IdleAsync();
        world.Network.Present.ShouldBe(all.Select(IPAddress.Parse), ignoreOrder: true);
        (await SubnetAsync(world, 0)).AvailableIpAddressCount.ShouldBe(
            (await SubnetAsync(world, 1)).AvailableIpAddressCount - all.Length
        );
        var taken = await ComputeWorld.ErrorOfAsync(() =>
            world.RunAsync(1, request => request with { SubnetId = subnet, PrivateIpAddress = first.PrivateIpAddress })
        );
        taken.Code.ShouldBe("InvalidIPAddress.InUse");
        (await AllAsync(world)).Select(each => each.PrivateIpAddress!).ShouldBe(all, ignoreOrder: true);
    }

    [Theory]
    [InlineData("10.66.255.77", null, null)]
    [InlineData("10.66.254.77", "InvalidParameterValue", "does not fall within the subnet's address range")]
    [InlineData("192.0.2.1", "InvalidParameterValue", "does not fall within the subnet's address range")]
    [InlineData("nowhere", "InvalidParameterValue", "nowhere")]
    [InlineData("10.66.255.9", "InvalidIPAddress.InUse", "Address 10.66.255.9 is in use.")]
    public async Task An_address_can_be_asked_for(string address, string? code, string? message)
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var subnet = (await SubnetAsync(world, 0)).SubnetId;
        await CreateAsync(world, new() { SubnetId = subnet, PrivateIpAddress = "10.66.255.9" });
        var request = new CreateNetworkInterfaceRequest { SubnetId = subnet, PrivateIpAddress = address };
        if (code is null)
        {
            (await CreateAsync(world, request)).PrivateIpAddress.ShouldBe(address);
            return;
        }
        var error = await ComputeWorld.ErrorOfAsync(() => CreateAsync(world, request));
        error.Code.ShouldBe(code);
        error.Message.ShouldContain(message!);
    }

    [Fact]
    public async Task An_address_may_stand_in_the_list_of_addresses_but_only_one()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var subnet = (await SubnetAsync(world, 0)).SubnetId;
        var one = new PrivateIpAddressSpecification { Primary = true, PrivateIpAddress = "10.66.255.8" };
        (await CreateAsync(world, new() { SubnetId = subnet, PrivateIpAddresses = [one] })).PrivateIpAddress.ShouldBe(
            "10.66.255.8"
        );
        var several = await ComputeWorld.ErrorOfAsync(() =>
            CreateAsync(world, new() { SubnetId = subnet, PrivateIpAddresses = [one, one] })
        );
        several.Code.ShouldBe("UnsupportedOperation");
        var two = await ComputeWorld.ErrorOfAsync(() =>
            CreateAsync(
                world,
                new()
                {
                    SubnetId = subnet,
                    PrivateIpAddress = "10.66.255.7",
                    PrivateIpAddresses = [one],
                }
            )
        );
        two.Code.ShouldBe("InvalidParameterCombination");
    }

    [Fact]
    public async Task What_a_request_names_must_be_there()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var subnet = await ComputeWorld.ErrorOfAsync(() =>
            CreateAsync(world, new() { SubnetId = "subnet-0123456789abcdef0" })
        );
        (subnet.Code, subnet.Message).ShouldBe(
            ("InvalidSubnetID.NotFound", "The subnet ID 'subnet-0123456789abcdef0' does not exist")
        );
        var here = (await SubnetAsync(world, 0)).SubnetId;
        var group = await ComputeWorld.ErrorOfAsync(() =>
            CreateAsync(world, new() { SubnetId = here, Groups = ["sg-0123456789abcdef0"] })
        );
        group.Code.ShouldBe("InvalidGroup.NotFound");
        var missing = await ComputeWorld.ErrorOfAsync(() => DeleteAsync(world, "eni-0123456789abcdef0"));
        (missing.Code, missing.Message).ShouldBe(
            ("InvalidNetworkInterfaceID.NotFound", "The networkInterface ID 'eni-0123456789abcdef0' does not exist")
        );
    }

    [Fact]
    public async Task An_interface_of_an_instance_is_not_deleted()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync()).Single().NetworkInterfaces!.Single().NetworkInterfaceId!;
        var error = await ComputeWorld.ErrorOfAsync(() => DeleteAsync(world, id));
        (error.Code, error.Message).ShouldBe(
            ("InvalidParameterValue", $"Network interface '{id}' is currently in use.")
        );
    }

    [Fact]
    public async Task A_repeated_request_gives_the_same_interface()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var request = new CreateNetworkInterfaceRequest
        {
            SubnetId = (await SubnetAsync(world, 0)).SubnetId,
            ClientToken = "once",
        };
        var first = await CreateAsync(world, request);
        (await CreateAsync(world, request)).NetworkInterfaceId.ShouldBe(first.NetworkInterfaceId);
        var other = await ComputeWorld.ErrorOfAsync(() => CreateAsync(world, request with { Description = "another" }));
        other.Code.ShouldBe("IdempotentParameterMismatch");
        (await AllAsync(world)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task It_has_the_tags_and_groups_that_it_is_created_with_and_can_be_changed()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var group = (
            await world.Api.CreateSecurityGroupAsync(
                new() { GroupName = "web", Description = "web" },
                ComputeWorld.Context
            )
        ).GroupId!;
        var id = (
            await CreateAsync(
                world,
                new()
                {
                    SubnetId = (await SubnetAsync(world, 0)).SubnetId,
                    Groups = [group],
                    TagSpecifications =
                    [
                        new() { ResourceType = "network-interface", Tags = [new Tag { Key = "a", Value = "b" }] },
                    ],
                }
            )
        ).NetworkInterfaceId!;

        await world.Api.ModifyNetworkInterfaceAttributeAsync(
            new()
            {
                NetworkInterfaceId = id,
                Description = new() { Value = "changed" },
            },
            ComputeWorld.Context
        );

        var its = await FindAsync(world, id);
        its.Groups!.Single().GroupId.ShouldBe(group);
        its.TagSet!.Single().ShouldBe(new Tag { Key = "a", Value = "b" });
        its.Description.ShouldBe("changed");
        var used = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.DeleteSecurityGroupAsync(new() { GroupId = group }, ComputeWorld.Context)
        );
        used.Code.ShouldBe("DependencyViolation");
        var found = await world.Api.DescribeNetworkInterfacesAsync(
            new() { Filters = [new Filter { Name = "tag:a", Values = ["b"] }] },
            ComputeWorld.Context
        );
        found.NetworkInterfaces!.Single().NetworkInterfaceId.ShouldBe(id);
        var attribute = await world.Api.DescribeNetworkInterfaceAttributeAsync(
            new() { NetworkInterfaceId = id, Attribute = "description" },
            ComputeWorld.Context
        );
        attribute.Description!.Value.ShouldBe("changed");
        await DeleteAsync(world, id);
        (await world.Api.DescribeTagsAsync(new(), ComputeWorld.Context)).Tags.ShouldBeEmpty();
    }

    private static async Task<NetworkInterface> CreateAsync(
        ComputeWorld world,
        CreateNetworkInterfaceRequest request,
        CallContext? context = null
    ) => (await world.Api.CreateNetworkInterfaceAsync(request, context ?? ComputeWorld.Context)).NetworkInterface!;

    private static Task DeleteAsync(ComputeWorld world, string id, CallContext? context = null) =>
        world.Api.DeleteNetworkInterfaceAsync(new() { NetworkInterfaceId = id }, context ?? ComputeWorld.Context);

    private static async Task<IReadOnlyList<NetworkInterface>> AllAsync(ComputeWorld world) =>
        (await world.Api.DescribeNetworkInterfacesAsync(new(), ComputeWorld.Context)).NetworkInterfaces!;

    private static async Task<NetworkInterface> FindAsync(ComputeWorld world, string id) =>
        (
            await world.Api.DescribeNetworkInterfacesAsync(new() { NetworkInterfaceIds = [id] }, ComputeWorld.Context)
        ).NetworkInterfaces!.Single();

    private static async Task<Subnet> SubnetAsync(ComputeWorld world, int zone) =>
        (await world.Api.DescribeSubnetsAsync(new(), ComputeWorld.Context)).Subnets![zone];
}
