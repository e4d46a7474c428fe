using Estiba.Compute.Describing;
using Estiba.Compute.SecurityGroups;
using Estiba.Compute.Tags;
using Estiba.Compute.Vpcs;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    private static readonly FilterSet<SecurityGroup> SecurityGroupFilters = new(
        ShapeFilters.Of<SecurityGroup>(
            "description",
            "egress.ip-permission.cidr = IpPermissionsEgress.IpRanges.CidrIp",
            "egress.ip-permission.from-port = IpPermissionsEgress.FromPort",
            "egress.ip-permission.group-id = IpPermissionsEgress.UserIdGroupPairs.GroupId",
            "egress.ip-permission.group-name = IpPermissionsEgress.UserIdGroupPairs.GroupName",
            "egress.ip-permission.ipv6-cidr = IpPermissionsEgress.Ipv6Ranges.CidrIpv6",
            "egress.ip-permission.prefix-list-id = IpPermissionsEgress.PrefixListIds.PrefixListId",
            "egress.ip-permission.protocol = IpPermissionsEgress.IpProtocol",
            "egress.ip-permission.to-port = IpPermissionsEgress.ToPort",
            "egress.ip-permission.user-id = IpPermissionsEgress.UserIdGroupPairs.UserId",
            "group-id",
            "group-name",
            "ip-permission.cidr = IpPermissions.IpRanges.CidrIp",
            "ip-permission.from-port = IpPermissions.FromPort",
            "ip-permission.group-id = IpPermissions.UserIdGroupPairs.GroupId",
            "ip-permission.group-name = IpPermissions.UserIdGroupPairs.GroupName",
            "ip-permission.ipv6-cidr = IpPermissions.Ipv6Ranges.CidrIpv6",
            "ip-permission.prefix-list-id = IpPermissions.PrefixListIds.PrefixListId",
            "ip-permission.protocol = IpPermissions.IpProtocol",
            "ip-permission.to-port = IpPermissions.ToPort",
            "ip-permission.user-id = IpPermissions.UserIdGroupPairs.UserId",
            "owner-id",
            "vpc-id"
        ),
        group => group.Tags ?? []
    );

    private static readonly FilterSet<SecurityGroupRule> SecurityGroupRuleFilters = new(
        ShapeFilters.Of<SecurityGroupRule>("group-id", "security-group-rule-id"),
        rule => rule.Tags!
    );

    private static readonly FilterSet<SecurityGroupForVpc> SecurityGroupForVpcFilters = new(
        ShapeFilters.Of<SecurityGroupForVpc>("group-id", "description", "group-name", "owner-id", "primary-vpc-id"),
        group => group.Tags!
    );

    /// <inheritdoc />
    public Task<DescribeSecurityGroupsResult> DescribeSecurityGroupsAsync(
        DescribeSecurityGroupsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults);
        var matches = SecurityGroupFilters.Compile(request.Filters);
        if (request.MaxResults is not null && request.GroupIds is { Count: > 0 })
            throw Ec2Requests.Combination("The parameter groupIds cannot be used with the parameter maxResults");
        Ec2Requests.EndDryRun(request.DryRun);

        var view = _store.Current;
        var book = Book(view, context);
        foreach (var id in request.GroupIds ?? [])
            book.GetById(id);
        foreach (var name in request.GroupNames ?? [])
            book.GetByName(name);
        var page = Page.Of(
            book.All()
                .Where(group => request.GroupIds is null or [] || request.GroupIds.Contains(group.GroupId))
                .Where(group => request.GroupNames is null or [] || request.GroupNames.Contains(group.GroupName))
                .Select(group => ToSecurityGroup(group, ResourceTags.OrNone(view, context, group.GroupId), context))
                // A group in a rule is told by its id, and found by its name as well.
                .Where(group => matches(WithNames(group, book)))
                .OrderBy(group => group.GroupId, StringComparer.Ordinal),
            group => group.GroupId!,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new DescribeSecurityGroupsResult { SecurityGroups = page.Items, NextToken = page.NextToken }
        );
    }

    /// <inheritdoc />
    public Task<DescribeSecurityGroupRulesResult> DescribeSecurityGroupRulesAsync(
        DescribeSecurityGroupRulesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults);
        var matches = SecurityGroupRuleFilters.Compile(request.Filters);
        if (request.MaxResults is not null && request.SecurityGroupRuleIds is { Count: > 0 })
            throw Ec2Requests.Combination(
                "The parameter securityGroupRuleIds cannot be used with the parameter maxResults"
            );
        Ec2Requests.EndDryRun(request.DryRun);

        var view = _store.Current;
        var rules = Book(view, context).All().SelectMany(group => group.Rules).ToList();
        ResourceKind.SecurityGroupRule.Require(request.SecurityGroupRuleIds, id =>
            rules.Exists(rule => rule.SecurityGroupRuleId == id)
        );
        var page = Page.Of(
            rules
                .Where(rule =>
                    request.SecurityGroupRuleIds is null or []
                    || request.SecurityGroupRuleIds.Contains(rule.SecurityGroupRuleId!)
                )
                .Select(rule =>
                    rule with
                    {
                        SecurityGroupRuleArn = RuleArn(context, rule),
                        Tags = TagsOf(rule, view, context),
                    }
                )
                .Where(matches)
                .OrderBy(rule => rule.SecurityGroupRuleId, StringComparer.Ordinal),
            rule => rule.SecurityGroupRuleId!,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new DescribeSecurityGroupRulesResult { SecurityGroupRules = page.Items, NextToken = page.NextToken }
        );
    }

    /// <inheritdoc />
    public Task<GetSecurityGroupsForVpcResult> GetSecurityGroupsForVpcAsync(
        GetSecurityGroupsForVpcRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults);
        var matches = SecurityGroupForVpcFilters.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);

        var vpc = new DefaultVpc(context, _network.Range);
        ResourceKind.Vpc.Require([request.VpcId!], id => id == vpc.VpcId);
        var view = _store.Current;
        var page = Page.Of(
            Book(view, context)
                .All()
                .Select(group => new SecurityGroupForVpc
                {
                    Description = group.Description,
                    GroupId = group.GroupId,
                    GroupName = group.GroupName,
                    OwnerId = group.AccountId,
                    PrimaryVpcId = group.VpcId,
                    Tags = ResourceTags.Of(view, context, group.GroupId),
                })
                .Where(matches)
                .OrderBy(group => group.GroupId, StringComparer.Ordinal),
            group => group.GroupId!,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new GetSecurityGroupsForVpcResult { SecurityGroupForVpcs = page.Items, NextToken = page.NextToken }
        );
    }

    /// <summary>References from peered VPCs, of which there are none.</summary>
    public Task<DescribeSecurityGroupReferencesResult> DescribeSecurityGroupReferencesAsync(
        DescribeSecurityGroupReferencesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Ec2Requests.EndDryRun(request.DryRun);
        var book = Book(_store.Current, context);
        foreach (var id in request.GroupId!)
            book.GetById(id);
        return Task.FromResult(new DescribeSecurityGroupReferencesResult { SecurityGroupReferenceSet = [] });
    }

    /// <summary>Groups with rules for groups of peered VPCs that are gone, of which there are none.</summary>
    public Task<DescribeStaleSecurityGroupsResult> DescribeStaleSecurityGroupsAsync(
        DescribeStaleSecurityGroupsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults);
        Ec2Requests.EndDryRun(request.DryRun);
        var vpc = new DefaultVpc(context, _network.Range);
        ResourceKind.Vpc.Require([request.VpcId!], id => id == vpc.VpcId);
        return Task.FromResult(new DescribeStaleSecurityGroupsResult { StaleSecurityGroupSet = [] });
    }

    /// <summary>Rules that were made before they had tags of their own have them in their record.</summary>
    private static IReadOnlyList<Tag> TagsOf(SecurityGroupRule rule, View view, CallContext context) =>
        ResourceTags.Of(view, context, rule.SecurityGroupRuleId!) is { Count: > 0 } tags ? tags : rule.Tags ?? [];

    private static SecurityGroup WithNames(SecurityGroup group, SecurityGroupLookup book)
    {
        return group with
        {
            IpPermissions = Named(group.IpPermissions!),
            IpPermissionsEgress = Named(group.IpPermissionsEgress!),
        };

        IReadOnlyList<IpPermission> Named(IReadOnlyList<IpPermission> permissions) =>
            [
                .. permissions.Select(permission =>
                    permission with
                    {
                        UserIdGroupPairs =
                        [
                            .. permission.UserIdGroupPairs!.Select(pair =>
                                pair with
                                {
                                    GroupName = book.FindById(pair.GroupId!)?.GroupName,
                                }
                            ),
                        ],
                    }
                ),
            ];
    }

    private static SecurityGroup ToSecurityGroup(
        SecurityGroupRecord group,
        IReadOnlyList<Tag>? tags,
        CallContext context
    ) =>
        new()
        {
            GroupId = group.GroupId,
            GroupName = group.GroupName,
            Description = group.Description,
            OwnerId = group.AccountId,
            VpcId = group.VpcId,
            SecurityGroupArn = GroupArn(context, group.GroupId),
            IpPermissions = SecurityGroupRules.ToPermissions(group.Rules.Where(rule => rule.IsEgress != true)),
            IpPermissionsEgress = SecurityGroupRules.ToPermissions(group.Rules.Where(rule => rule.IsEgress == true)),
            Tags = tags,
        };
}
