using Estiba.Compute.Vpcs;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.SecurityGroups;

/// <summary>Finds the security groups and prefix lists that rules refer to.</summary>
internal sealed class RulePeers(SecurityGroupLookup book, CallContext context)
{
    /// <exception cref="AwsException"><c>InvalidGroup.NotFound</c> and the like.</exception>
    public ReferencedSecurityGroup Group(string? groupId, string? groupName, string? userId) =>
        new() { GroupId = book.Get(groupId, groupName).GroupId, UserId = userId ?? context.AccountId };

    /// <exception cref="AwsException"><c>InvalidPrefixListId.NotFound</c>.</exception>
    public string PrefixList(string? prefixListId)
    {
        if (prefixListId is null)
            throw Ec2Requests.Missing("prefixListId");
        ResourceKind.PrefixList.Require([prefixListId], id => ManagedPrefixLists.Find(context.Region, id) is not null);
        return prefixListId;
    }
}
