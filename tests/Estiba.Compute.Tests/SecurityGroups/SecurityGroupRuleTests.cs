using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Tests.SecurityGroups;

public sealed class SecurityGroupRuleTests
{
    private static readonly IpPermission Everywhere = new()
    {
        IpProtocol = "-1",
        IpRanges = [new IpRange { CidrIp = "0.0.0.0/0" }],
    };

    private static async Task<string> CreateAsync(ComputeWorld world, string name = "web") =>
        (
            await world.Api.CreateSecurityGroupAsync(
                new CreateSecurityGroupRequest { GroupName = name, Description = "web servers" },
                ComputeWorld.Context
            )
        ).GroupId!;

    private static IpPermission Tcp(int port, string cidr, string? description = null) =>
        new()
        {
            IpProtocol = "tcp",
            FromPort = port,
            ToPort = port,
            IpRanges = [new IpRange { CidrIp = cidr, Description = description }],
        };

    private static async Task<IReadOnlyList<SecurityGroupRule>> RulesAsync(
        ComputeWorld world,
        string groupId,
        bool egress
    ) =>
        [
            .. (
                await world.Api.DescribeSecurityGroupRulesAsync(
                    new DescribeSecurityGroupRulesRequest
                    {
                        Filters = [new Filter { Name = "group-id", Values = [groupId] }],
                    },
                    ComputeWorld.Context
                )
            ).SecurityGroupRules!.Where(rule => rule.IsEgress == egress),
        ];

    private static Task<AuthorizeSecurityGroupIngressResult> LetInAsync(
        ComputeWorld world,
        string groupId,
        params IpPermission[] permissions
    ) =>
        world.Api.AuthorizeSecurityGroupIngressAsync(
            new AuthorizeSecurityGroupIngressRequest { GroupId = groupId, IpPermissions = permissions },
            ComputeWorld.Context
        );

    [Fact]
    public async Task The_rule_that_lets_everything_out_is_revoked_and_granted_again()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var id = await CreateAsync(world);
        var authorize = new AuthorizeSecurityGroupEgressRequest { GroupId = id, IpPermissions = [Everywhere] };
        var twice = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.AuthorizeSecurityGroupEgressAsync(authorize, ComputeWorld.Context)
        );
        (twice.Code, twice.Message).ShouldBe(
            ("InvalidPermission.Duplicate", "the specified rule \"peer: 0.0.0.0/0, ALL, ALLOW\" already exists")
        );

        var revoke = new RevokeSecurityGroupEgressRequest { GroupId = id, IpPermissions = [Everywhere] };
        var revoked = (
            await world.Api.RevokeSecurityGroupEgressAsync(revoke, ComputeWorld.Context)
        ).RevokedSecurityGroupRules!.Single();
        (revoked.IsEgress, revoked.CidrIpv4).ShouldBe((true, "0.0.0.0/0"));
        (await RulesAsync(world, id, egress: true)).ShouldBeEmpty();
        var gone = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.RevokeSecurityGroupEgressAsync(revoke, ComputeWorld.Context)
        );
        (gone.Code, gone.Message).ShouldBe(
            ("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
        );

        (await world.Api.AuthorizeSecurityGroupEgressAsync(authorize, ComputeWorld.Context))
            .SecurityGroupRules!.Single()
            .IsEgress.ShouldBe(true);
        (await RulesAsync(world, id, egress: true)).Single().FromPort.ShouldBe(-1);
    }

    [Fact]
    public async Task A_rule_of_the_other_direction_is_not_found()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var id = await CreateAsync(world);
        var egress = (await RulesAsync(world, id, egress: true)).Single().SecurityGroupRuleId!;
        var error = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.RevokeSecurityGroupIngressAsync(
                new RevokeSecurityGroupIngressRequest { GroupId = id, SecurityGroupRuleIds = [egress] },
                ComputeWorld.Context
            )
        );
        (error.Code, error.Message).ShouldBe(
            ("InvalidSecurityGroupRuleId.NotFound", $"The security group rule ID '{egress}' does not exist")
        );
    }

    [Fact]
    public async Task A_rule_names_its_group_a_block_of_IPv6_or_a_prefix_list()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var id = await CreateAsync(world);
        var list = (
            await world.Api.DescribeManagedPrefixListsAsync(
                new DescribeManagedPrefixListsRequest(),
                ComputeWorld.Context
            )
        )
            .PrefixLists![0]
            .PrefixListId!;
        var added = await LetInAsync(
            world,
            id,
            new IpPermission
            {
                IpProtocol = "tcp",
                FromPort = 80,
                ToPort = 80,
                UserIdGroupPairs = [new UserIdGroupPair { GroupId = id }],
                Ipv6Ranges = [new Ipv6Range { CidrIpv6 = "2001:db8::1/64" }],
                PrefixListIds = [new PrefixListId { PrefixListIdValue = list }],
            }
        );
        added
            .SecurityGroupRules!.Select(rule => rule.CidrIpv6 ?? rule.PrefixListId ?? rule.ReferencedGroupInfo!.GroupId)
            .ShouldBe(["2001:db8::/64", list, id], ignoreOrder: true);
        added.SecurityGroupRules!.ShouldAllBe(rule =>
            rule.SecurityGroupRuleArn!.EndsWith(
                $"security-group-rule/{rule.SecurityGroupRuleId}",
                StringComparison.Ordinal
            )
        );

        var unknown = await ComputeWorld.ErrorOfAsync(() =>
            LetInAsync(
                world,
                id,
                Tcp(81, "192.0.2.0/24") with
                {
                    PrefixListIds = [new PrefixListId { PrefixListIdValue = "pl-0123456789abcdef0" }],
                }
            )
        );
        unknown.Code.ShouldBe("InvalidPrefixListId.NotFound");
        (await RulesAsync(world, id, egress: false)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_rule_keeps_its_id_when_it_is_modified()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var id = await CreateAsync(world);
        var rules = (await LetInAsync(world, id, Tcp(80, "192.0.2.0/24"), Tcp(81, "192.0.2.0/24"))).SecurityGroupRules!;
        await ModifyAsync(
            new SecurityGroupRuleRequest
            {
                IpProtocol = "udp",
                FromPort = 53,
                ToPort = 53,
                CidrIpv4 = "198.51.100.0/24",
                Description = "names",
            }
        );
        var changed = (await RulesAsync(world, id, egress: false)).Single(rule =>
            rule.SecurityGroupRuleId == rules[0].SecurityGroupRuleId
        );
        (changed.IpProtocol, changed.FromPort, changed.CidrIpv4, changed.Description).ShouldBe(
            ("udp", 53, "198.51.100.0/24", "names")
        );

        var duplicate = await ComputeWorld.ErrorOfAsync(() =>
            ModifyAsync(
                new SecurityGroupRuleRequest
                {
                    IpProtocol = "tcp",
                    FromPort = 81,
                    ToPort = 81,
                    CidrIpv4 = "192.0.2.0/24",
                }
            )
        );
        duplicate.Code.ShouldBe("InvalidPermission.Duplicate");

        Task ModifyAsync(SecurityGroupRuleRequest rule) =>
            world.Api.ModifySecurityGroupRulesAsync(
                new ModifySecurityGroupRulesRequest
                {
                    GroupId = id,
                    SecurityGroupRules =
                    [
                        new SecurityGroupRuleUpdate
                        {
                            SecurityGroupRuleId = rules[0].SecurityGroupRuleId,
                            SecurityGroupRule = rule,
                        },
                    ],
                },
                ComputeWorld.Context
            );
    }

    [Fact]
    public async Task A_rule_is_described_anew_by_what_it_says_or_by_its_id()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var id = await CreateAsync(world);
        var rule = (await LetInAsync(world, id, Tcp(80, "192.0.2.0/24", "one"))).SecurityGroupRules!.Single();
        await world.Api.UpdateSecurityGroupRuleDescriptionsIngressAsync(
            new UpdateSecurityGroupRuleDescriptionsIngressRequest
            {
                GroupId = id,
                IpPermissions = [Tcp(80, "192.0.2.0/24", "two")],
            },
            ComputeWorld.Context
        );
        (await RulesAsync(world, id, egress: false)).Single().Description.ShouldBe("two");

        var egress = (await RulesAsync(world, id, egress: true)).Single().SecurityGroupRuleId!;
        await world.Api.UpdateSecurityGroupRuleDescriptionsEgressAsync(
            new UpdateSecurityGroupRuleDescriptionsEgressRequest
            {
                GroupId = id,
                SecurityGroupRuleDescriptions =
                [
                    new SecurityGroupRuleDescription { SecurityGroupRuleId = egress, Description = "out" },
                ],
            },
            ComputeWorld.Context
        );
        (await RulesAsync(world, id, egress: true)).Single().Description.ShouldBe("out");
        rule.Description.ShouldBe("one");
    }

    [Fact]
    public async Task A_rule_has_tags_from_its_creation_until_it_is_gone()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var id = await CreateAsync(world);
        var tags = new TagSpecification
        {
            ResourceType = "security-group-rule",
            Tags = [new Tag { Key = "team", Value = "a" }],
        };
        var rule = (
            await world.Api.AuthorizeSecurityGroupIngressAsync(
                new AuthorizeSecurityGroupIngressRequest
                {
                    GroupId = id,
                    IpPermissions = [Tcp(80, "192.0.2.0/24")],
                    TagSpecifications = [tags],
                },
                ComputeWorld.Context
            )
        ).SecurityGroupRules!.Single();
        rule.Tags!.Single().Value.ShouldBe("a");
        (await RulesAsync(world, id, egress: false)).Single().Tags!.Single().Key.ShouldBe("team");

        await world.Api.DeleteSecurityGroupAsync(new DeleteSecurityGroupRequest { GroupId = id }, ComputeWorld.Context);
        (await world.Api.DescribeTagsAsync(new DescribeTagsRequest(), ComputeWorld.Context)).Tags.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_group_that_another_group_lets_in_is_not_deleted()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var (used, user) = (await CreateAsync(world), await CreateAsync(world, "db"));
        await LetInAsync(
            world,
            user,
            new IpPermission { IpProtocol = "-1", UserIdGroupPairs = [new UserIdGroupPair { GroupId = used }] }
        );
        await LetInAsync(
            world,
            used,
            new IpPermission { IpProtocol = "-1", UserIdGroupPairs = [new UserIdGroupPair { GroupId = used }] }
        );
        var error = await ComputeWorld.ErrorOfAsync(() =>
            world.Api.DeleteSecurityGroupAsync(new DeleteSecurityGroupRequest { GroupId = used }, ComputeWorld.Context)
        );
        (error.Code, error.Message).ShouldBe(("DependencyViolation", $"resource {used} has a dependent object"));
    }

    [Fact]
    public async Task A_direction_has_sixty_rules_at_most()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var id = await CreateAsync(world);
        await LetInAsync(world, id, [.. Enumerable.Range(1, 60).Select(port => Tcp(port, "192.0.2.0/24"))]);
        (await ComputeWorld.ErrorOfAsync(() => LetInAsync(world, id, Tcp(80, "192.0.2.0/24")))).Code.ShouldBe(
            "RulesPerSecurityGroupLimitExceeded"
        );
        await world.Api.AuthorizeSecurityGroupEgressAsync(
            new AuthorizeSecurityGroupEgressRequest { GroupId = id, IpPermissions = [Tcp(80, "192.0.2.0/24")] },
            ComputeWorld.Context
        );
    }
}
