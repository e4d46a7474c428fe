using Estiba.Compute.Describing;
using Estiba.Compute.SecurityGroups;
using Estiba.Compute.Tags;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    private static readonly FilterSet<SecurityGroup> s_securityGroupFilters = new(
        new FilterValues<SecurityGroup>
        {
            { "description", group => group.Description },
            { "group-id", group => group.GroupId },
            { "group-name", group => group.GroupName },
            { "owner-id", group => group.OwnerId },
            { "vpc-id", group => group.VpcId },
            { "ip-permission.cidr", group => group.IpPermissions!.SelectMany(rule => rule.IpRanges!).Select(range => range.CidrIp) },
            { "ip-permission.from-port", group => group.IpPermissions!.Select(rule => rule.FromPort?.ToString()) },
            { "ip-permission.group-id", group => group.IpPermissions!.SelectMany(rule => rule.UserIdGroupPairs!).Select(pair => pair.GroupId) },
            { "ip-permission.ipv6-cidr", group => group.IpPermissions!.SelectMany(rule => rule.Ipv6Ranges!).Select(range => range.CidrIpv6) },
            { "ip-permission.protocol", group => group.IpPermissions!.Select(rule => rule.IpProtocol) },
            { "ip-permission.to-port", group => group.IpPermissions!.Select(rule => rule.ToPort?.ToString()) },
            { "egress.ip-permission.cidr", group => group.IpPermissionsEgress!.SelectMany(rule => rule.IpRanges!).Select(range => range.CidrIp) },
            { "egress.ip-permission.protocol", group => group.IpPermissionsEgress!.Select(rule => rule.IpProtocol) },
        },
        group => group.Tags!);

    /// <inheritdoc />
    public Task<DescribeSecurityGroupsResult> DescribeSecurityGroupsAsync(
        DescribeSecurityGroupsRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var matches = s_securityGroupFilters.Compile(request.Filters);
        if (request.MaxResults is not null && request.GroupIds is { Count: > 0 })
            throw Ec2Requests.Combination("The parameter groupIds cannot be used with the parameter maxResults");

        var view = _store.Current;
        var book = Book(view, context);
        foreach (var id in request.GroupIds ?? []) book.GetById(id);
        foreach (var name in request.GroupNames ?? []) book.GetByName(name);
        Ec2Requests.EndDryRun(request.DryRun);

        var page = Page.Of(
            book.All()
                .Where(group => request.GroupIds is null or [] || request.GroupIds.Contains(group.GroupId))
                .Where(group => request.GroupNames is null or [] || request.GroupNames.Contains(group.GroupName))
                .Select(group => ToSecurityGroup(group, ResourceTags.Of(view, context, group.GroupId), context))
                .Where(matches)
                .OrderBy(group => group.GroupId, StringComparer.Ordinal),
            group => group.GroupId!,
            request.MaxResults,
            request.NextToken,
            request with { MaxResults = null, NextToken = null, DryRun = null },
            context);
        return Task.FromResult(new DescribeSecurityGroupsResult { SecurityGroups = page.Items, NextToken = page.NextToken });
    }

    private static SecurityGroup ToSecurityGroup(SecurityGroupRecord group, IReadOnlyList<Tag> tags, CallContext context) => new()
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
