using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Tests.Vpcs;

public sealed class DefaultVpcTests
{
    private static async Task<Vpc> VpcAsync(ComputeWorld world) =>
        (await world.Api.DescribeVpcsAsync(new DescribeVpcsRequest(), ComputeWorld.Context)).Vpcs!.Single();

    [Fact]
    public async Task Its_parts_name_one_another()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var vpc = await VpcAsync(world);
        var table = (
            await world.Api.DescribeRouteTablesAsync(new DescribeRouteTablesRequest(), ComputeWorld.Context)
        ).RouteTables!.Single();
        var gateway = (
            await world.Api.DescribeInternetGatewaysAsync(new DescribeInternetGatewaysRequest(), ComputeWorld.Context)
        ).InternetGateways!.Single();
        var acl = (
            await world.Api.DescribeNetworkAclsAsync(new DescribeNetworkAclsRequest(), ComputeWorld.Context)
        ).NetworkAcls!.Single();
        var dhcp = (
            await world.Api.DescribeDhcpOptionsAsync(new DescribeDhcpOptionsRequest(), ComputeWorld.Context)
        ).DhcpOptions!.Single();
        var subnets = (
            await world.Api.DescribeSubnetsAsync(new DescribeSubnetsRequest(), ComputeWorld.Context)
        ).Subnets!.Select(subnet => subnet.SubnetId);

        new[] { table.VpcId, gateway.Attachments!.Single().VpcId, acl.VpcId }.ShouldAllBe(id => id == vpc.VpcId);
        dhcp.DhcpOptionsId.ShouldBe(vpc.DhcpOptionsId);
        table
            .Routes!.Select(route => $"{route.DestinationCidrBlock} {route.GatewayId}")
            .ShouldBe([$"{vpc.CidrBlock} local", $"0.0.0.0/0 {gateway.InternetGatewayId}"]);
        acl.Associations!.Select(association => association.SubnetId).ShouldBe(subnets);
    }

    [Theory]
    [InlineData("enableDnsSupport", true)]
    [InlineData("enableDnsHostnames", true)]
    [InlineData("enableNetworkAddressUsageMetrics", false)]
    public async Task An_attribute_is_kept(string attribute, bool byDefault)
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var vpcId = (await VpcAsync(world)).VpcId;
        (await FlagAsync()).ShouldBe(byDefault);

        var value = new AttributeBooleanValue { Value = !byDefault };
        var request = attribute switch
        {
            "enableDnsSupport" => new ModifyVpcAttributeRequest { VpcId = vpcId, EnableDnsSupport = value },
            "enableDnsHostnames" => new ModifyVpcAttributeRequest { VpcId = vpcId, EnableDnsHostnames = value },
            _ => new ModifyVpcAttributeRequest { VpcId = vpcId, EnableNetworkAddressUsageMetrics = value },
        };
        await world.Api.ModifyVpcAttributeAsync(request, ComputeWorld.Context);
        (await FlagAsync()).ShouldBe(!byDefault);

        async Task<bool?> FlagAsync()
        {
            var answer = await world.Api.DescribeVpcAttributeAsync(
                new DescribeVpcAttributeRequest { VpcId = vpcId, Attribute = attribute },
                ComputeWorld.Context
            );
            return (
                answer.EnableDnsSupport ?? answer.EnableDnsHostnames ?? answer.EnableNetworkAddressUsageMetrics
            )!.Value;
        }
    }

    [Fact]
    public async Task A_subnet_keeps_whether_it_gives_public_addresses()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var before = (
            await world.Api.DescribeSubnetsAsync(new DescribeSubnetsRequest(), ComputeWorld.Context)
        ).Subnets![1];
        before.MapPublicIpOnLaunch.ShouldBe(true);
        await world.Api.ModifySubnetAttributeAsync(
            new ModifySubnetAttributeRequest
            {
                SubnetId = before.SubnetId,
                MapPublicIpOnLaunch = new AttributeBooleanValue { Value = false },
            },
            ComputeWorld.Context
        );
        var after = await world.Api.DescribeSubnetsAsync(new DescribeSubnetsRequest(), ComputeWorld.Context);
        after.Subnets!.Select(subnet => subnet.MapPublicIpOnLaunch).ShouldBe([true, false, true]);
    }

    [Fact]
    public async Task Each_part_can_be_tagged()
    {
        await using var world = await ComputeWorld.CreateAsync();
        await world.RunAsync();
        var vpc = new Compute.Vpcs.DefaultVpc(ComputeWorld.Context, world.Network.Range);
        var volume = (await world.Api.DescribeVolumesAsync(new DescribeVolumesRequest(), ComputeWorld.Context))
            .Volumes!.Single()
            .VolumeId!;
        var card = (
            await world.Api.DescribeNetworkInterfacesAsync(new DescribeNetworkInterfacesRequest(), ComputeWorld.Context)
        )
            .NetworkInterfaces!.Single()
            .NetworkInterfaceId!;
        var rule = (
            await world.Api.DescribeSecurityGroupRulesAsync(
                new DescribeSecurityGroupRulesRequest(),
                ComputeWorld.Context
            )
        )
            .SecurityGroupRules![0]
            .SecurityGroupRuleId!;
        string[] all =
        [
            vpc.VpcId,
            vpc.SubnetId(0),
            vpc.RouteTableId,
            vpc.InternetGatewayId,
            vpc.NetworkAclId,
            vpc.DhcpOptionsId,
            vpc.SecurityGroupId,
            volume,
            card,
            rule,
        ];

        await world.Api.CreateTagsAsync(
            new CreateTagsRequest { Resources = all, Tags = [new Tag { Key = "team", Value = "a" }] },
            ComputeWorld.Context
        );

        var tagged = await world.Api.DescribeTagsAsync(
            new DescribeTagsRequest { Filters = [new Filter { Name = "tag:team", Values = ["a"] }] },
            ComputeWorld.Context
        );
        tagged.Tags!.Select(tag => tag.ResourceId).ShouldBe(all, ignoreOrder: true);
        (
            await world.Api.DescribeRouteTablesAsync(
                new DescribeRouteTablesRequest { Filters = [new Filter { Name = "tag:team", Values = ["a"] }] },
                ComputeWorld.Context
            )
        ).RouteTables!.Count.ShouldBe(1);
    }

    /// <summary>Recorded answers of EC2 have an empty set for some kinds and leave it out for the others.</summary>
    [Fact]
    public async Task What_has_no_tags_has_no_tag_set_but_for_the_kinds_of_which_EC2_tells_an_empty_one()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var instance = (await world.RunAsync())[0];
        var context = ComputeWorld.Context;
        instance.Tags.ShouldBeNull();
        (await world.FindAsync(instance.InstanceId!)).Tags.ShouldBeNull();
        (await VpcAsync(world)).Tags.ShouldBeNull();
        (await world.Api.DescribeSubnetsAsync(new DescribeSubnetsRequest(), context)).Subnets![0].Tags.ShouldBeNull();
        (await world.Api.DescribeSecurityGroupsAsync(new DescribeSecurityGroupsRequest(), context))
            .SecurityGroups![0]
            .Tags.ShouldBeNull();
        (await world.Api.DescribeImagesAsync(new DescribeImagesRequest(), context)).Images![0].Tags.ShouldBeNull();
        (await world.Api.DescribeVolumesAsync(new DescribeVolumesRequest(), context)).Volumes![0].Tags.ShouldBeNull();
        (
            await world.Api.CreateSecurityGroupAsync(
                new CreateSecurityGroupRequest { GroupName = "web", Description = "web" },
                context
            )
        ).Tags.ShouldBeNull();
        (
            await world.Api.CreateKeyPairAsync(
                new CreateKeyPairRequest { KeyName = "mine", KeyType = "ed25519" },
                context
            )
        ).Tags.ShouldBeNull();

        (await world.Api.DescribeKeyPairsAsync(new DescribeKeyPairsRequest(), context))
            .KeyPairs![0]
            .Tags.ShouldBeEmpty();
        (await world.Api.DescribeRouteTablesAsync(new DescribeRouteTablesRequest(), context))
            .RouteTables![0]
            .Tags.ShouldBeEmpty();
        (await world.Api.DescribeInternetGatewaysAsync(new DescribeInternetGatewaysRequest(), context))
            .InternetGateways![0]
            .Tags.ShouldBeEmpty();
        (await world.Api.DescribeNetworkAclsAsync(new DescribeNetworkAclsRequest(), context))
            .NetworkAcls![0]
            .Tags.ShouldBeEmpty();
        (await world.Api.DescribeNetworkInterfacesAsync(new DescribeNetworkInterfacesRequest(), context))
            .NetworkInterfaces![0]
            .TagSet.ShouldBeEmpty();
        (await world.Api.DescribeSecurityGroupRulesAsync(new DescribeSecurityGroupRulesRequest(), context))
            .SecurityGroupRules![0]
            .Tags.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("DescribeNatGateways", "NatGatewayIds", "nat-0123456789abcdef0", "NatGatewayNotFound")]
    [InlineData("DescribeAddresses", "AllocationIds", "eipalloc-0123456789abcdef0", "InvalidAllocationID.NotFound")]
    [InlineData("DescribeVpcEndpoints", "VpcEndpointIds", "vpce-0123456789abcdef0", "InvalidVpcEndpointId.NotFound")]
    [InlineData("DescribeSnapshots", "SnapshotIds", "snap-0123456789abcdef0", "InvalidSnapshot.NotFound")]
    [InlineData("DescribeSnapshots", "SnapshotIds", "snapshot", "InvalidSnapshotID.Malformed")]
    [InlineData("DescribeVolumes", "VolumeIds", "vol-0123456789abcdef0", "InvalidVolume.NotFound")]
    [InlineData("DescribeVolumes", "VolumeIds", "volume", "InvalidVolumeID.Malformed")]
    [InlineData(
        "DescribeNetworkInterfaces",
        "NetworkInterfaceIds",
        "eni-0123456789abcdef0",
        "InvalidNetworkInterfaceID.NotFound"
    )]
    [InlineData("DescribeRouteTables", "RouteTableIds", "rtb-0123456789abcdef0", "InvalidRouteTableID.NotFound")]
    [InlineData(
        "DescribeInternetGateways",
        "InternetGatewayIds",
        "igw-0123456789abcdef0",
        "InvalidInternetGatewayID.NotFound"
    )]
    [InlineData("DescribeNetworkAcls", "NetworkAclIds", "acl-0123456789abcdef0", "InvalidNetworkAclID.NotFound")]
    [InlineData("DescribeDhcpOptions", "DhcpOptionsIds", "dopt-0123456789abcdef0", "InvalidDhcpOptionID.NotFound")]
    [InlineData("DescribeImages", "ImageIds", "ami-0123456789abcdef0", "InvalidAMIID.NotFound")]
    [InlineData("DescribeImages", "ImageIds", "image", "InvalidAMIID.Malformed")]
    [InlineData("DescribeVpcs", "VpcIds", "vpc-0123456789abcdef0", "InvalidVpcID.NotFound")]
    [InlineData("DescribeSubnets", "SubnetIds", "subnet-0123456789abcdef0", "InvalidSubnetID.NotFound")]
    [InlineData("DescribeSecurityGroups", "GroupIds", "sg-0123456789abcdef0", "InvalidGroup.NotFound")]
    [InlineData("DescribeSecurityGroups", "GroupIds", "group", "InvalidGroupId.Malformed")]
    [InlineData(
        "DescribeSecurityGroupRules",
        "SecurityGroupRuleIds",
        "sgr-0123456789abcdef0",
        "InvalidSecurityGroupRuleId.NotFound"
    )]
    [InlineData(
        "DescribeLaunchTemplates",
        "LaunchTemplateIds",
        "lt-0123456789abcdef0",
        "InvalidLaunchTemplateId.NotFound"
    )]
    [InlineData("DescribeKeyPairs", "KeyPairIds", "key-0123456789abcdef0", "InvalidKeyPair.NotFound")]
    [InlineData("DescribeVpnGateways", "VpnGatewayIds", "vgw-0123456789abcdef0", "InvalidVpnGatewayID.NotFound")]
    [InlineData(
        "DescribeVpnConnections",
        "VpnConnectionIds",
        "vpn-0123456789abcdef0",
        "InvalidVpnConnectionID.NotFound"
    )]
    [InlineData(
        "DescribeCustomerGateways",
        "CustomerGatewayIds",
        "cgw-0123456789abcdef0",
        "InvalidCustomerGatewayID.NotFound"
    )]
    [InlineData(
        "DescribeTransitGateways",
        "TransitGatewayIds",
        "tgw-0123456789abcdef0",
        "InvalidTransitGatewayID.NotFound"
    )]
    [InlineData(
        "DescribeTransitGatewayAttachments",
        "TransitGatewayAttachmentIds",
        "tgw-attach-0123456789abcdef0",
        "InvalidTransitGatewayAttachmentID.NotFound"
    )]
    [InlineData(
        "DescribeTransitGatewayVpcAttachments",
        "TransitGatewayAttachmentIds",
        "tgw-attach-0123456789abcdef0",
        "InvalidTransitGatewayAttachmentID.NotFound"
    )]
    [InlineData(
        "DescribeTransitGatewayRouteTables",
        "TransitGatewayRouteTableIds",
        "tgw-rtb-0123456789abcdef0",
        "InvalidRouteTableID.NotFound"
    )]
    [InlineData("DescribeFlowLogs", "FlowLogIds", "fl-0123456789abcdef0", "InvalidFlowLogId.NotFound")]
    [InlineData(
        "DescribeCarrierGateways",
        "CarrierGatewayIds",
        "cagw-0123456789abcdef0",
        "InvalidCarrierGatewayID.NotFound"
    )]
    [InlineData(
        "DescribeInstanceConnectEndpoints",
        "InstanceConnectEndpointIds",
        "eice-0123456789abcdef0",
        "InvalidInstanceConnectEndpointId.NotFound"
    )]
    [InlineData(
        "DescribeVpcEndpointServiceConfigurations",
        "ServiceIds",
        "vpce-svc-0123456789abcdef0",
        "InvalidVpcEndpointServiceId.NotFound"
    )]
    [InlineData("DescribeHosts", "HostIds", "h-0123456789abcdef0", "InvalidHostID.NotFound")]
    [InlineData(
        "DescribeCapacityReservations",
        "CapacityReservationIds",
        "cr-0123456789abcdef0",
        "InvalidCapacityReservationId.NotFound"
    )]
    [InlineData(
        "DescribeVolumesModifications",
        "VolumeIds",
        "vol-0123456789abcdef0",
        "InvalidVolumeModification.NotFound"
    )]
    public async Task An_id_that_nothing_has_is_refused(string operation, string member, string id, string code)
    {
        await using var world = await ComputeWorld.CreateAsync();
        await world.RunAsync();
        var request = Ec2Calls.NewRequest(operation);
        IReadOnlyList<string> ids = [id];
        request.GetType().GetProperty(member)!.SetValue(request, ids);
        var error = await ComputeWorld.ErrorOfAsync(() => Ec2Calls.CallAsync(world.Api, operation, request));
        error.Code.ShouldBe(code);
        error.Message.ShouldContain(id);
    }

    [Theory]
    [InlineData("DescribeVpcs", 4, "greater than 5")]
    [InlineData("DescribeSubnets", 1001, "less than 1000")]
    [InlineData("DescribeRouteTables", 101, "less than 100")]
    [InlineData("DescribeSecurityGroups", 0, "greater than 5")]
    [InlineData("DescribeInstanceTypes", 101, "less than 100")]
    [InlineData("DescribeVolumes", 4, "greater than 5")]
    [InlineData("DescribeNatGateways", 4, "greater than 5")]
    [InlineData("DescribeManagedPrefixLists", 0, "greater than 1")]
    public async Task A_page_has_a_size_that_the_operation_takes(string operation, int size, string expected)
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var request = Ec2Calls.NewRequest(operation);
        request.GetType().GetProperty("MaxResults")!.SetValue(request, size);
        var error = await ComputeWorld.ErrorOfAsync(() => Ec2Calls.CallAsync(world.Api, operation, request));
        (error.Code, error.Message).ShouldBe(
            (
                "InvalidParameterValue",
                $"Value ( {size} ) for parameter maxResults is invalid. Expecting a value {expected}."
            )
        );
    }

    [Theory]
    [InlineData("DescribeVpnGateways", "VpnGateways")]
    [InlineData("DescribeVpnConnections", "VpnConnections")]
    [InlineData("DescribeCustomerGateways", "CustomerGateways")]
    [InlineData("DescribeTransitGateways", "TransitGateways")]
    [InlineData("DescribeTransitGatewayAttachments", "TransitGatewayAttachments")]
    [InlineData("DescribeTransitGatewayVpcAttachments", "TransitGatewayVpcAttachments")]
    [InlineData("DescribeTransitGatewayRouteTables", "TransitGatewayRouteTables")]
    [InlineData("DescribeFlowLogs", "FlowLogs")]
    [InlineData("DescribeCarrierGateways", "CarrierGateways")]
    [InlineData("DescribeInstanceConnectEndpoints", "InstanceConnectEndpoints")]
    [InlineData("DescribeVpcEndpointServiceConfigurations", "ServiceConfigurations")]
    [InlineData("DescribeHosts", "Hosts")]
    [InlineData("DescribeCapacityReservations", "CapacityReservations")]
    [InlineData("DescribeReservedInstances", "ReservedInstances")]
    [InlineData("DescribeVolumesModifications", "VolumesModifications")]
    public async Task What_nobody_can_make_here_is_read_as_none(string operation, string member)
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);

        var answer = await Ec2Calls.CallAsync(world.Api, operation, Ec2Calls.NewRequest(operation));

        ((System.Collections.ICollection)answer.GetType().GetProperty(member)!.GetValue(answer)!).Count.ShouldBe(0);
    }

    [Fact]
    public async Task Reserved_instances_can_be_asked_for_by_the_id_of_their_zone()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);

        var found = await world.Api.DescribeReservedInstancesAsync(
            new DescribeReservedInstancesRequest
            {
                Filters = [new Filter { Name = "availability-zone-id", Values = ["euw1-az1"] }],
            },
            ComputeWorld.Context
        );

        found.ReservedInstances.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_account_has_what_EC2_gives_to_each()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var context = ComputeWorld.Context;

        (
            await world.Api.GetEbsEncryptionByDefaultAsync(new GetEbsEncryptionByDefaultRequest(), context)
        ).EbsEncryptionByDefault.ShouldBe(false);
        (
            await world.Api.GetSerialConsoleAccessStatusAsync(new GetSerialConsoleAccessStatusRequest(), context)
        ).SerialConsoleAccessEnabled.ShouldBe(false);
        (
            await world.Api.GetSnapshotBlockPublicAccessStateAsync(
                new GetSnapshotBlockPublicAccessStateRequest(),
                context
            )
        ).State.ShouldBe("unblocked");
        (
            await world.Api.GetImageBlockPublicAccessStateAsync(new GetImageBlockPublicAccessStateRequest(), context)
        ).ImageBlockPublicAccessState.ShouldBe("block-new-sharing");
        (
            await world.Api.GetInstanceMetadataDefaultsAsync(new GetInstanceMetadataDefaultsRequest(), context)
        ).AccountLevel!.HttpTokens.ShouldBeNull();
    }
}
