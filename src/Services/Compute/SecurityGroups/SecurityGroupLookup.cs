using Estiba.Compute.Vpcs;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute.SecurityGroups;

/// <summary>
/// Finds the security groups of an account in a region, the default one among them although it may not be stored.
/// </summary>
internal sealed class SecurityGroupLookup(View view, CallContext context, DefaultVpc vpc)
{
    public IEnumerable<SecurityGroupRecord> All()
    {
        var stored = view.Range(ComputeTables.SecurityGroups, Scope.Of(context).Prefix);
        return view.Find(ComputeTables.SecurityGroups, Scope.Of(context).Key(vpc.SecurityGroupId)) is null
            ? stored.Prepend(Default())
            : stored;
    }

    public SecurityGroupRecord? FindById(string groupId) =>
        view.Find(ComputeTables.SecurityGroups, Scope.Of(context).Key(groupId))
        ?? (groupId == vpc.SecurityGroupId ? Default() : null);

    public SecurityGroupRecord? FindByName(string name) => All().FirstOrDefault(group => group.GroupName == name);

    /// <exception cref="AwsException"><c>InvalidGroupId.Malformed</c>, <c>InvalidGroup.NotFound</c>.</exception>
    public SecurityGroupRecord GetById(string groupId)
    {
        if (!Ec2Requests.IsId(groupId, "sg-"))
            throw new AwsException("InvalidGroupId.Malformed", $"Invalid id: \"{groupId}\" (expecting \"sg-...\")");
        return FindById(groupId)
            ?? throw new AwsException("InvalidGroup.NotFound", $"The security group '{groupId}' does not exist");
    }

    /// <exception cref="AwsException"><c>InvalidGroup.NotFound</c>.</exception>
    public SecurityGroupRecord GetByName(string name) =>
        FindByName(name)
        ?? throw new AwsException(
            "InvalidGroup.NotFound",
            $"The security group '{name}' does not exist in default VPC '{vpc.VpcId}'"
        );

    /// <summary>The group that a request names one way or the other.</summary>
    /// <exception cref="AwsException"><c>MissingParameter</c>, or as above.</exception>
    public SecurityGroupRecord Get(string? groupId, string? groupName) =>
        groupId is not null ? GetById(groupId)
        : groupName is not null ? GetByName(groupName)
        : throw new AwsException("MissingParameter", "The request must contain the parameter groupName or groupId");

    /// <summary>The rule that lets everything out; every new group has it.</summary>
    public static SecurityGroupRule AllEgress(string groupId, string ownerId, string ruleId) =>
        new()
        {
            SecurityGroupRuleId = ruleId,
            GroupId = groupId,
            GroupOwnerId = ownerId,
            IsEgress = true,
            IpProtocol = "-1",
            FromPort = -1,
            ToPort = -1,
            CidrIpv4 = "0.0.0.0/0",
        };

    private SecurityGroupRecord Default() =>
        new()
        {
            AccountId = context.AccountId,
            Region = context.Region,
            GroupId = vpc.SecurityGroupId,
            GroupName = "default",
            Description = "default VPC security group",
            VpcId = vpc.VpcId,
            Rules =
            [
                new SecurityGroupRule
                {
                    SecurityGroupRuleId = ResourceIds.Derived("sgr-", $"{vpc.SecurityGroupId}/ingress"),
                    GroupId = vpc.SecurityGroupId,
                    GroupOwnerId = context.AccountId,
                    IsEgress = false,
                    IpProtocol = "-1",
                    FromPort = -1,
                    ToPort = -1,
                    ReferencedGroupInfo = new ReferencedSecurityGroup
                    {
                        GroupId = vpc.SecurityGroupId,
                        UserId = context.AccountId,
                    },
                },
                AllEgress(
                    vpc.SecurityGroupId,
                    context.AccountId,
                    ResourceIds.Derived("sgr-", $"{vpc.SecurityGroupId}/egress")
                ),
            ],
        };
}
