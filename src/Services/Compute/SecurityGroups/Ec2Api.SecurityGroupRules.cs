using Estiba.Compute.SecurityGroups;
using Estiba.Compute.Tags;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    /// <inheritdoc />
    public async Task<AuthorizeSecurityGroupIngressResult> AuthorizeSecurityGroupIngressAsync(
        AuthorizeSecurityGroupIngressRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CheckGroupIsNamed(request.GroupId, request.GroupName);
        var tags = ResourceTags.FromSpecifications(request.TagSpecifications, "security-group-rule");
        var permissions = Permissions(
            request.IpPermissions,
            request.IpProtocol,
            request.FromPort,
            request.ToPort,
            request.CidrIp,
            request.SourceSecurityGroupName,
            request.SourceSecurityGroupOwnerId
        );
        Ec2Requests.EndDryRun(request.DryRun);
        var added = await AuthorizeAsync(
            request.GroupId,
            request.GroupName,
            egress: false,
            permissions,
            tags,
            context,
            cancellation
        );
        return new AuthorizeSecurityGroupIngressResult { Return = true, SecurityGroupRules = added };
    }

    /// <inheritdoc />
    public async Task<AuthorizeSecurityGroupEgressResult> AuthorizeSecurityGroupEgressAsync(
        AuthorizeSecurityGroupEgressRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var tags = ResourceTags.FromSpecifications(request.TagSpecifications, "security-group-rule");
        var permissions = Permissions(
            request.IpPermissions,
            request.IpProtocol,
            request.FromPort,
            request.ToPort,
            request.CidrIp,
            request.SourceSecurityGroupName,
            request.SourceSecurityGroupOwnerId
        );
        Ec2Requests.EndDryRun(request.DryRun);
        var added = await AuthorizeAsync(
            request.GroupId,
            groupName: null,
            egress: true,
            permissions,
            tags,
            context,
            cancellation
        );
        return new AuthorizeSecurityGroupEgressResult { Return = true, SecurityGroupRules = added };
    }

    /// <inheritdoc />
    public async Task<RevokeSecurityGroupIngressResult> RevokeSecurityGroupIngressAsync(
        RevokeSecurityGroupIngressRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CheckGroupIsNamed(request.GroupId, request.GroupName);
        var permissions = request.SecurityGroupRuleIds is { Count: > 0 }
            ? null
            : Permissions(
                request.IpPermissions,
                request.IpProtocol,
                request.FromPort,
                request.ToPort,
                request.CidrIp,
                request.SourceSecurityGroupName,
                request.SourceSecurityGroupOwnerId
            );
        Ec2Requests.EndDryRun(request.DryRun);
        var revoked = await RevokeAsync(
            request.GroupId,
            request.GroupName,
            egress: false,
            permissions,
            request.SecurityGroupRuleIds,
            context,
            cancellation
        );
        return new RevokeSecurityGroupIngressResult
        {
            Return = true,
            RevokedSecurityGroupRules = [.. revoked.Select(ToRevoked)],
        };
    }

    /// <inheritdoc />
    public async Task<RevokeSecurityGroupEgressResult> RevokeSecurityGroupEgressAsync(
        RevokeSecurityGroupEgressRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var permissions = request.SecurityGroupRuleIds is { Count: > 0 }
            ? null
            : Permissions(
                request.IpPermissions,
                request.IpProtocol,
                request.FromPort,
                request.ToPort,
                request.CidrIp,
                request.SourceSecurityGroupName,
                request.SourceSecurityGroupOwnerId
            );
        Ec2Requests.EndDryRun(request.DryRun);
        var revoked = await RevokeAsync(
            request.GroupId,
            groupName: null,
            egress: true,
            permissions,
            request.SecurityGroupRuleIds,
            context,
            cancellation
        );
        return new RevokeSecurityGroupEgressResult
        {
            Return = true,
            RevokedSecurityGroupRules = [.. revoked.Select(ToRevoked)],
        };
    }

    /// <inheritdoc />
    public async Task<ModifySecurityGroupRulesResult> ModifySecurityGroupRulesAsync(
        ModifySecurityGroupRulesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var updates = request.SecurityGroupRules!;
        if (updates.Count == 0)
            throw Ec2Requests.Missing("SecurityGroupRule");
        if (updates.CountBy(update => update.SecurityGroupRuleId!).Any(each => each.Value > 1))
            throw Ec2Requests.Invalid("A security group rule may be modified once in a request.");
        Ec2Requests.EndDryRun(request.DryRun);

        await _store.CommitAsync(
            transaction =>
            {
                var book = Book(transaction, context);
                var group = book.GetById(request.GroupId!);
                var peers = new RulePeers(book, context);
                ResourceKind.SecurityGroupRule.Require(updates.Select(update => update.SecurityGroupRuleId!), id =>
                    group.Rules.Any(rule => rule.SecurityGroupRuleId == id)
                );
                var changed = updates.Select(update =>
                    SecurityGroupRules.FromRequest(
                        update.SecurityGroupRule ?? new SecurityGroupRuleRequest(),
                        peers
                    ) with
                    {
                        SecurityGroupRuleId = update.SecurityGroupRuleId,
                        GroupId = group.GroupId,
                        GroupOwnerId = group.AccountId,
                        IsEgress = group
                            .Rules.First(rule => rule.SecurityGroupRuleId == update.SecurityGroupRuleId)
                            .IsEgress,
                        Tags = group.Rules.First(rule => rule.SecurityGroupRuleId == update.SecurityGroupRuleId).Tags,
                    }
                );
                transaction.Put(ComputeTables.SecurityGroups, RuleChanges.Replace(group, [.. changed]));
            },
            cancellation
        );
        return new ModifySecurityGroupRulesResult { Return = true };
    }

    /// <inheritdoc />
    public async Task<UpdateSecurityGroupRuleDescriptionsIngressResult> UpdateSecurityGroupRuleDescriptionsIngressAsync(
        UpdateSecurityGroupRuleDescriptionsIngressRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CheckDescriptions(
            request.GroupId,
            request.GroupName,
            request.IpPermissions,
            request.SecurityGroupRuleDescriptions
        );
        Ec2Requests.EndDryRun(request.DryRun);
        await DescribeRulesAsync(
            request.GroupId,
            request.GroupName,
            egress: false,
            request.IpPermissions,
            request.SecurityGroupRuleDescriptions,
            context,
            cancellation
        );
        return new UpdateSecurityGroupRuleDescriptionsIngressResult { Return = true };
    }

    /// <inheritdoc />
    public async Task<UpdateSecurityGroupRuleDescriptionsEgressResult> UpdateSecurityGroupRuleDescriptionsEgressAsync(
        UpdateSecurityGroupRuleDescriptionsEgressRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CheckDescriptions(
            request.GroupId,
            request.GroupName,
            request.IpPermissions,
            request.SecurityGroupRuleDescriptions
        );
        Ec2Requests.EndDryRun(request.DryRun);
        await DescribeRulesAsync(
            request.GroupId,
            request.GroupName,
            egress: true,
            request.IpPermissions,
            request.SecurityGroupRuleDescriptions,
            context,
            cancellation
        );
        return new UpdateSecurityGroupRuleDescriptionsEgressResult { Return = true };
    }

    private Task<IReadOnlyList<SecurityGroupRule>> AuthorizeAsync(
        string? groupId,
        string? groupName,
        bool egress,
        IReadOnlyList<IpPermission> permissions,
        IReadOnlyList<Tag> tags,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync<IReadOnlyList<SecurityGroupRule>>(
            transaction =>
            {
                var book = Book(transaction, context);
                var group = book.Get(groupId, groupName);
                List<SecurityGroupRule> rules =
                [
                    .. SecurityGroupRules
                        .FromPermissions(permissions, egress, new RulePeers(book, context))
                        .Select(rule =>
                            rule with
                            {
                                SecurityGroupRuleId = _ids.New("sgr-"),
                                GroupId = group.GroupId,
                                GroupOwnerId = context.AccountId,
                            }
                        ),
                ];
                transaction.Put(ComputeTables.SecurityGroups, RuleChanges.Add(group, rules));
                foreach (var rule in rules)
                    ResourceTags.Put(transaction, context, rule.SecurityGroupRuleId!, "security-group-rule", tags);
                return
                [
                    .. rules.Select(rule =>
                        rule with
                        {
                            SecurityGroupRuleArn = RuleArn(context, rule),
                            Tags = ResourceTags.OrNone(tags),
                        }
                    ),
                ];
            },
            cancellation
        );

    private Task<IReadOnlyList<SecurityGroupRule>> RevokeAsync(
        string? groupId,
        string? groupName,
        bool egress,
        IReadOnlyList<IpPermission>? permissions,
        IReadOnlyList<string>? ids,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var book = Book(transaction, context);
                var group = book.Get(groupId, groupName);
                var gone = permissions is null
                    ? RuleChanges.WithIds(group, egress, ids!)
                    : RuleChanges.Saying(
                        group,
                        SecurityGroupRules.FromPermissions(permissions, egress, new RulePeers(book, context))
                    );
                transaction.Put(ComputeTables.SecurityGroups, group with { Rules = [.. group.Rules.Except(gone)] });
                foreach (var rule in gone)
                    ResourceTags.DeleteAll(transaction, context.AccountId, context.Region, rule.SecurityGroupRuleId!);
                return gone;
            },
            cancellation
        );

    private Task DescribeRulesAsync(
        string? groupId,
        string? groupName,
        bool egress,
        IReadOnlyList<IpPermission>? permissions,
        IReadOnlyList<SecurityGroupRuleDescription>? descriptions,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var book = Book(transaction, context);
                var group = book.Get(groupId, groupName);
                var changed = new List<SecurityGroupRule>();
                foreach (
                    var described in SecurityGroupRules.FromPermissions(
                        permissions ?? [],
                        egress,
                        new RulePeers(book, context)
                    )
                )
                    changed.Add(RuleChanges.Saying(group, [described])[0] with { Description = described.Description });
                foreach (var each in descriptions ?? [])
                {
                    changed.Add(
                        RuleChanges.WithIds(group, egress, [each.SecurityGroupRuleId!])[0] with
                        {
                            Description = SecurityGroupRules.CheckDescription(each.Description),
                        }
                    );
                }
                transaction.Put(
                    ComputeTables.SecurityGroups,
                    RuleChanges.Replace(group, [.. changed.DistinctBy(rule => rule.SecurityGroupRuleId)])
                );
            },
            cancellation
        );

    private static void CheckDescriptions(
        string? groupId,
        string? groupName,
        IReadOnlyList<IpPermission>? permissions,
        IReadOnlyList<SecurityGroupRuleDescription>? descriptions
    )
    {
        CheckGroupIsNamed(groupId, groupName);
        if (permissions is null or [] && descriptions is null or [])
            throw Ec2Requests.Missing("ipPermissions");
        if (permissions is { Count: > 0 } && descriptions is { Count: > 0 })
            throw Ec2Requests.Combination(
                "The parameter ipPermissions cannot be used with the parameter securityGroupRuleDescriptions"
            );
    }

    /// <summary>A rule is stated in a list of permissions, or one alone in the request's own members.</summary>
    private static IReadOnlyList<IpPermission> Permissions(
        IReadOnlyList<IpPermission>? permissions,
        string? protocol,
        int? from,
        int? to,
        string? cidr,
        string? sourceGroup,
        string? sourceOwner
    )
    {
        if (permissions is { Count: > 0 })
            return permissions;
        if (cidr is null && sourceGroup is null)
            throw Ec2Requests.Missing("ipPermissions");
        return
        [
            new IpPermission
            {
                IpProtocol = protocol ?? (sourceGroup is null ? null : "-1"),
                FromPort = from,
                ToPort = to,
                IpRanges = cidr is null ? [] : [new IpRange { CidrIp = cidr }],
                UserIdGroupPairs = sourceGroup is null
                    ? []
                    : [new UserIdGroupPair { GroupName = sourceGroup, UserId = sourceOwner }],
            },
        ];
    }

    private static string RuleArn(CallContext context, SecurityGroupRule rule) =>
        new Arn("ec2", context.Region, context.AccountId, $"security-group-rule/{rule.SecurityGroupRuleId}").ToString();

    private static RevokedSecurityGroupRule ToRevoked(SecurityGroupRule rule) =>
        new()
        {
            SecurityGroupRuleId = rule.SecurityGroupRuleId,
            GroupId = rule.GroupId,
            IsEgress = rule.IsEgress,
            IpProtocol = rule.IpProtocol,
            FromPort = rule.FromPort,
            ToPort = rule.ToPort,
            CidrIpv4 = rule.CidrIpv4,
            CidrIpv6 = rule.CidrIpv6,
            PrefixListId = rule.PrefixListId,
            ReferencedGroupId = rule.ReferencedGroupInfo?.GroupId,
            Description = rule.Description,
        };
}
