using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Tests.SecurityGroups;

public sealed class SecurityGroupTests
{
    private static AuthorizeSecurityGroupIngressRequest Port(string groupId, int port, string cidr = "0.0.0.0/0") =>
        new()
        {
            GroupId = groupId,
            IpPermissions =
            [
                new IpPermission
                {
                    IpProtocol = "tcp",
                    FromPort = port,
                    ToPort = port,
                    IpRanges = [new IpRange { CidrIp = cidr }],
                },
            ],
        };

    private static async Task<string> CreateAsync(ComputeWorld world, string name = "web") =>
        (
            await world.Api.CreateSecurityGroupAsync(
                new CreateSecurityGroupRequest { GroupName = name, Description = "web servers" },
                ComputeWorld.Context
            )
        ).GroupId!;

    private static async Task<SecurityGroup> FindAsync(ComputeWorld world, string groupId) =>
        (
            await world.Api.DescribeSecurityGroupsAsync(
                new DescribeSecurityGroupsRequest { GroupIds = [groupId] },
                ComputeWorld.Context
            )
        ).SecurityGroups![0];

    [Fact]
    public async Task Every_account_has_a_default_group()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var groups = await world.Api.DescribeSecurityGroupsAsync(
            new DescribeSecurityGroupsRequest { GroupNames = ["default"] },
            ComputeWorld.Context
        );
        groups.SecurityGroups!.Single().Description.ShouldBe("default VPC security group");
    }

    [Fact]
    public async Task The_default_group_is_that_of_launched_instances()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        (await world.RunAsync())[0].SecurityGroups!.Single().GroupName.ShouldBe("default");
    }

    [Fact]
    public async Task The_default_group_takes_rules()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var id = (await world.RunAsync())[0].SecurityGroups![0].GroupId!;
        await world.Api.AuthorizeSecurityGroupIngressAsync(Port(id, 9999), ComputeWorld.Context);
        (await FindAsync(world, id)).IpPermissions!.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_new_group_lets_everything_out_and_nothing_in()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var group = await FindAsync(world, await CreateAsync(world));
        group.IpPermissions.ShouldBeEmpty();
        group.IpPermissionsEgress!.Single().IpRanges!.Single().CidrIp.ShouldBe("0.0.0.0/0");
    }

    [Fact]
    public async Task Rules_of_one_port_are_described_together()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var id = await CreateAsync(world);
        await world.Api.AuthorizeSecurityGroupIngressAsync(Port(id, 80, "10.0.0.7/8"), ComputeWorld.Context);
        await world.Api.AuthorizeSecurityGroupIngressAsync(Port(id, 80, "192.0.2.0/24"), ComputeWorld.Context);
        (await FindAsync(world, id))
            .IpPermissions!.Single()
            .IpRanges!.Select(range => range.CidrIp)
            .ShouldBe(["10.0.0.0/8", "192.0.2.0/24"]);
    }

    [Fact]
    public async Task A_rule_exists_once()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var id = await CreateAsync(world);
        await world.Api.AuthorizeSecurityGroupIngressAsync(Port(id, 80), ComputeWorld.Context);
        var error = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.AuthorizeSecurityGroupIngressAsync(Port(id, 80), ComputeWorld.Context)
        );
        error.Code.ShouldBe("InvalidPermission.Duplicate");
        error.Message.ShouldBe(
            "the specified rule \"peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW\" already exists"
        );
    }

    [Fact]
    public async Task A_revoked_rule_is_gone()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var id = await CreateAsync(world);
        var rule = (
            await world.Api.AuthorizeSecurityGroupIngressAsync(Port(id, 80), ComputeWorld.Context)
        ).SecurityGroupRules!.Single();
        await world.Api.RevokeSecurityGroupIngressAsync(
            new RevokeSecurityGroupIngressRequest { GroupId = id, SecurityGroupRuleIds = [rule.SecurityGroupRuleId!] },
            ComputeWorld.Context
        );
        (await FindAsync(world, id)).IpPermissions.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_rule_is_stated_in_the_short_form_too()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var id = await CreateAsync(world);
        await world.Api.AuthorizeSecurityGroupIngressAsync(
            new AuthorizeSecurityGroupIngressRequest
            {
                GroupName = "web",
                IpProtocol = "tcp",
                FromPort = 22,
                ToPort = 22,
                CidrIp = "0.0.0.0/0",
            },
            ComputeWorld.Context
        );
        (await FindAsync(world, id)).IpPermissions!.Single().FromPort.ShouldBe(22);
    }

    [Theory]
    [InlineData("tcp", null, null, "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.")]
    [InlineData("udp", 53, null, "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.")]
    [InlineData("tcp", -1, -1, "TCP/UDP (from) port (-1) out of range")]
    [InlineData("udp", 0, 65536, "TCP/UDP (to) port (65536) out of range")]
    [InlineData("tcp", 80, 79, "Invalid value '80-79' for portRange. The lower port comes first.")]
    [InlineData("icmp", null, null, "Invalid value 'Must specify both from and to ports with ICMP.' for portRange.")]
    [InlineData("1", 8, null, "Invalid value 'Must specify both from and to ports with ICMP.' for portRange.")]
    [InlineData("icmp", 256, -1, "ICMP type (256) out of range")]
    [InlineData("icmp", 0, 65535, "ICMP code (65535) out of range")]
    public async Task Ports_that_cannot_be_are_refused(string protocol, int? from, int? to, string message)
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var id = await CreateAsync(world);
        var error = await ComputeWorld.ErrorOfAsync(() => AllowAsync(world, id, protocol, from, to));
        (error.Code, error.Message).ShouldBe(("InvalidParameterValue", message));
    }

    [Theory]
    [InlineData("tcp", 0, 65535)]
    [InlineData("icmp", -1, -1)]
    [InlineData("icmp", 8, 0)]
    [InlineData("icmpv6", null, null)]
    [InlineData("-1", null, null)]
    [InlineData("50", null, null)]
    public async Task Ports_that_can_be_are_taken(string protocol, int? from, int? to)
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var id = await CreateAsync(world);
        await AllowAsync(world, id, protocol, from, to);
        (await FindAsync(world, id)).IpPermissions!.Single().IpProtocol.ShouldBe(protocol);
    }

    private static Task AllowAsync(ComputeWorld world, string id, string protocol, int? from, int? to) =>
        world.Api.AuthorizeSecurityGroupIngressAsync(
            new AuthorizeSecurityGroupIngressRequest
            {
                GroupId = id,
                IpPermissions =
                [
                    new IpPermission
                    {
                        IpProtocol = protocol,
                        FromPort = from,
                        ToPort = to,
                        IpRanges = [new IpRange { CidrIp = "0.0.0.0/0" }],
                    },
                ],
            },
            ComputeWorld.Context
        );

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0/8")]
    [InlineData("everywhere")]
    public async Task A_malformed_block_is_refused(string cidr)
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var id = await CreateAsync(world);
        var error = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.AuthorizeSecurityGroupIngressAsync(Port(id, 80, cidr), ComputeWorld.Context)
        );
        error.Message.ShouldBe($"CIDR block {cidr} is malformed");
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        await CreateAsync(world);
        var error = await ComputeWorld.ErrorOfAsync(() => CreateAsync(world));
        error.Code.ShouldBe("InvalidGroup.Duplicate");
        error.Message.ShouldStartWith("The security group 'web' already exists for VPC 'vpc-0");
    }

    [Fact]
    public async Task A_group_that_an_instance_has_is_not_deleted()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var id = await CreateAsync(world);
        await world.RunAsync(1, request => request with { SecurityGroupIds = [id] });
        var error = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.DeleteSecurityGroupAsync(new DeleteSecurityGroupRequest { GroupId = id }, ComputeWorld.Context)
        );
        error.Code.ShouldBe("DependencyViolation");
        error.Message.ShouldBe($"resource {id} has a dependent object");
    }

    [Fact]
    public async Task A_group_that_nobody_has_is_deleted()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var id = await CreateAsync(world);
        await world.Api.DeleteSecurityGroupAsync(new DeleteSecurityGroupRequest { GroupId = id }, ComputeWorld.Context);
        (await ComputeWorld.ErrorOfAsync(() => FindAsync(world, id))).Code.ShouldBe("InvalidGroup.NotFound");
    }

    [Fact]
    public async Task The_default_group_is_not_deleted()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var error = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.DeleteSecurityGroupAsync(
                new DeleteSecurityGroupRequest { GroupName = "default" },
                ComputeWorld.Context
            )
        );
        error.Code.ShouldBe("CannotDelete");
    }
}
