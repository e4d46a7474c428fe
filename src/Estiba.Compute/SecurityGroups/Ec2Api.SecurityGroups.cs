using System.Text.RegularExpressions;
using Estiba.Compute.SecurityGroups;
using Estiba.Compute.Tags;
using Estiba.Compute.Vpcs;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    private const int MostRules = 60;

    /// <inheritdoc />
    public async Task<CreateSecurityGroupResult> CreateSecurityGroupAsync(
        CreateSecurityGroupRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var (name, description) = (request.GroupName!, request.Description!);
        if (name.StartsWith("sg-", StringComparison.Ordinal))
            throw Ec2Requests.Invalid($"Value ({name}) for parameter GroupName is invalid. Group names may not be in the format sg-*.");
        if (name == "default") throw Ec2Requests.Invalid("Cannot use reserved security group name: default");
        if (!GroupText().IsMatch(name)) throw Ec2Requests.Invalid($"Value ({name}) for parameter GroupName is invalid. {GroupTextRule}");
        if (!GroupText().IsMatch(description))
            throw Ec2Requests.Invalid($"Value ({description}) for parameter GroupDescription is invalid. {GroupTextRule}");

        var tags = ResourceTags.FromSpecifications(request.TagSpecifications, "security-group");
        var vpc = new DefaultVpc(context, _network.Range);
        if (request.VpcId is { } vpcId && vpcId != vpc.VpcId)
            throw new AwsException("InvalidVpcID.NotFound", $"The vpc ID '{vpcId}' does not exist");

        var groupId = _ids.New("sg-");
        await _store.CommitAsync(
            transaction =>
            {
                if (new SecurityGroupBook(transaction, context, vpc).FindByName(name) is not null)
                    throw new AwsException("InvalidGroup.Duplicate", $"The security group '{name}' already exists for VPC '{vpc.VpcId}'");
                Ec2Requests.EndDryRun(request.DryRun);
                transaction.Put(ComputeTables.SecurityGroups, new SecurityGroupRecord
                {
                    AccountId = context.AccountId,
                    Region = context.Region,
                    GroupId = groupId,
                    GroupName = name,
                    Description = description,
                    VpcId = vpc.VpcId,
                    Rules = [SecurityGroupBook.AllEgress(groupId, context.AccountId, _ids.New("sgr-"))],
                });
                ResourceTags.Put(transaction, context, groupId, "security-group", tags);
            },
            cancellation);
        return new CreateSecurityGroupResult { GroupId = groupId, Tags = tags, SecurityGroupArn = GroupArn(context, groupId) };
    }

    /// <inheritdoc />
    public async Task<DeleteSecurityGroupResult> DeleteSecurityGroupAsync(
        DeleteSecurityGroupRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var groupId = await _store.CommitAsync(
            transaction =>
            {
                var book = Book(transaction, context);
                var group = book.Get(request.GroupId, request.GroupName);
                if (group.GroupName == "default")
                {
                    throw new AwsException(
                        "CannotDelete", $"the specified group: \"{group.GroupId}\" name: \"default\" cannot be deleted by a user");
                }
                if (IsUsed(transaction, context, book, group.GroupId))
                    throw new AwsException("DependencyViolation", $"resource {group.GroupId} has a dependent object");

                Ec2Requests.EndDryRun(request.DryRun);
                transaction.Delete(ComputeTables.SecurityGroups, ComputeTables.Key(context, group.GroupId));
                ResourceTags.DeleteAll(transaction, context.AccountId, context.Region, group.GroupId);
                return group.GroupId;
            },
            cancellation);
        return new DeleteSecurityGroupResult { Return = true, GroupId = groupId };
    }

    /// <inheritdoc />
    public async Task<AuthorizeSecurityGroupIngressResult> AuthorizeSecurityGroupIngressAsync(
        AuthorizeSecurityGroupIngressRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var tags = ResourceTags.FromSpecifications(request.TagSpecifications, "security-group-rule");
        var permissions = Permissions(
            request.IpPermissions, request.IpProtocol, request.FromPort, request.ToPort, request.CidrIp, request.SourceSecurityGroupName,
            request.SourceSecurityGroupOwnerId);
        var added = await _store.CommitAsync(
            transaction =>
            {
                var book = Book(transaction, context);
                var group = book.Get(request.GroupId, request.GroupName);
                var wanted = SecurityGroupRules.FromPermissions(permissions, pair => Resolve(pair, book, context));
                var present = group.Rules.Select(SecurityGroupRules.Identity).ToHashSet();
                foreach (var rule in wanted)
                {
                    if (!present.Add(SecurityGroupRules.Identity(rule)))
                    {
                        throw new AwsException(
                            "InvalidPermission.Duplicate", $"the specified rule \"{SecurityGroupRules.Describe(rule)}\" already exists");
                    }
                }
                if (wanted.Count + group.Rules.Count(rule => rule.IsEgress != true) > MostRules)
                {
                    throw new AwsException(
                        "RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.");
                }
                Ec2Requests.EndDryRun(request.DryRun);

                List<SecurityGroupRule> rules =
                [
                    .. wanted.Select(rule => rule with
                    {
                        SecurityGroupRuleId = _ids.New("sgr-"),
                        GroupId = group.GroupId,
                        GroupOwnerId = context.AccountId,
                        Tags = tags,
                    }),
                ];
                transaction.Put(ComputeTables.SecurityGroups, group with { Rules = [.. group.Rules, .. rules] });
                return rules;
            },
            cancellation);
        return new AuthorizeSecurityGroupIngressResult { Return = true, SecurityGroupRules = added };
    }

    /// <inheritdoc />
    public async Task<RevokeSecurityGroupIngressResult> RevokeSecurityGroupIngressAsync(
        RevokeSecurityGroupIngressRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var byId = request.SecurityGroupRuleIds is { Count: > 0 };
        var permissions = byId
            ? []
            : Permissions(
                request.IpPermissions, request.IpProtocol, request.FromPort, request.ToPort, request.CidrIp, request.SourceSecurityGroupName,
                request.SourceSecurityGroupOwnerId);
        var revoked = await _store.CommitAsync(
            transaction =>
            {
                var book = Book(transaction, context);
                var group = book.Get(request.GroupId, request.GroupName);
                var identities = SecurityGroupRules.FromPermissions(permissions, pair => Resolve(pair, book, context))
                    .Select(SecurityGroupRules.Identity)
                    .ToHashSet();
                if (request.SecurityGroupRuleIds?.FirstOrDefault(id => !group.Rules.Any(rule => rule.SecurityGroupRuleId == id)) is { } unknown)
                    throw new AwsException("InvalidSecurityGroupRuleId.NotFound", $"The security group rule ID '{unknown}' does not exist");

                var gone = group.Rules
                    .Where(rule => rule.IsEgress != true)
                    .Where(rule => byId ? request.SecurityGroupRuleIds!.Contains(rule.SecurityGroupRuleId) : identities.Contains(SecurityGroupRules.Identity(rule)))
                    .ToList();
                if (gone.Count < Math.Max(identities.Count, request.SecurityGroupRuleIds?.Count ?? 0))
                    throw new AwsException("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");

                Ec2Requests.EndDryRun(request.DryRun);
                transaction.Put(ComputeTables.SecurityGroups, group with { Rules = [.. group.Rules.Except(gone)] });
                return gone;
            },
            cancellation);
        return new RevokeSecurityGroupIngressResult
        {
            Return = true,
            RevokedSecurityGroupRules =
            [
                .. revoked.Select(rule => new RevokedSecurityGroupRule
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
                }),
            ],
        };
    }

    private SecurityGroupBook Book(View view, CallContext context) => new(view, context, new DefaultVpc(context, _network.Range));

    /// <summary>A rule is stated in a list of permissions, or one alone in the request's own members.</summary>
    private static IReadOnlyList<IpPermission> Permissions(
        IReadOnlyList<IpPermission>? permissions, string? protocol, int? from, int? to, string? cidr, string? sourceGroup, string? sourceOwner)
    {
        if (permissions is { Count: > 0 }) return permissions;
        if (cidr is null && sourceGroup is null) throw Ec2Requests.Missing("ipPermissions");
        return
        [
            new IpPermission
            {
                IpProtocol = protocol ?? (sourceGroup is null ? null : "-1"),
                FromPort = from,
                ToPort = to,
                IpRanges = cidr is null ? [] : [new IpRange { CidrIp = cidr }],
                UserIdGroupPairs = sourceGroup is null ? [] : [new UserIdGroupPair { GroupName = sourceGroup, UserId = sourceOwner }],
            },
        ];
    }

    private static ReferencedSecurityGroup Resolve(UserIdGroupPair pair, SecurityGroupBook book, CallContext context) =>
        new() { GroupId = book.Get(pair.GroupId, pair.GroupName).GroupId, UserId = pair.UserId ?? context.AccountId };

    private static bool IsUsed(View view, CallContext context, SecurityGroupBook book, string groupId) =>
        view.Range(ComputeTables.Instances, ComputeTables.Prefix(context))
            .Any(instance => instance.TerminatedAt is null && instance.SecurityGroupIds.Contains(groupId))
        || book.All().Any(other => other.GroupId != groupId && other.Rules.Any(rule => rule.ReferencedGroupInfo?.GroupId == groupId));

    private static string GroupArn(CallContext context, string groupId) =>
        $"arn:aws:ec2:{context.Region}:{context.AccountId}:security-group/{groupId}";

    private const string GroupTextRule =
        "It has 1 to 255 characters of a-z, A-Z, 0-9, spaces, and ._-:/()#,@[]+=&;{}!$*.";

    [GeneratedRegex(@"\A[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}\z", RegexOptions.CultureInvariant)]
    private static partial Regex GroupText();
}
