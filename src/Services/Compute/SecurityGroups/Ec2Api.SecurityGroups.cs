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
    private const string GroupTextRule =
        "It has 1 to 255 characters of a-z, A-Z, 0-9, spaces, and ._-:/()#,@[]+=&;{}!$*.";

    /// <inheritdoc />
    public async Task<CreateSecurityGroupResult> CreateSecurityGroupAsync(
        CreateSecurityGroupRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var (name, description) = (request.GroupName!, request.Description!);
        if (name.StartsWith("sg-", StringComparison.Ordinal))
            throw Ec2Requests.Invalid(
                $"Value ({name}) for parameter GroupName is invalid. Group names may not be in the format sg-*."
            );
        if (name == "default")
            throw Ec2Requests.Invalid("Cannot use reserved security group name: default");
        if (!GroupText().IsMatch(name))
            throw Ec2Requests.Invalid($"Value ({name}) for parameter GroupName is invalid. {GroupTextRule}");
        if (!GroupText().IsMatch(description))
            throw Ec2Requests.Invalid(
                $"Value ({description}) for parameter GroupDescription is invalid. {GroupTextRule}"
            );

        var tags = ResourceTags.FromSpecifications(request.TagSpecifications, "security-group");
        Ec2Requests.EndDryRun(request.DryRun);

        var vpc = new DefaultVpc(context, _network.Range);
        if (request.VpcId is { } vpcId)
            ResourceKind.Vpc.Require([vpcId], id => id == vpc.VpcId);

        var groupId = _ids.New("sg-");
        await _store.CommitAsync(
            transaction =>
            {
                if (new SecurityGroupLookup(transaction, context, vpc).FindByName(name) is not null)
                    throw new AwsException(
                        "InvalidGroup.Duplicate",
                        $"The security group '{name}' already exists for VPC '{vpc.VpcId}'"
                    );
                transaction.Put(
                    ComputeTables.SecurityGroups,
                    new SecurityGroupRecord
                    {
                        AccountId = context.AccountId,
                        Region = context.Region,
                        GroupId = groupId,
                        GroupName = name,
                        Description = description,
                        VpcId = vpc.VpcId,
                        Rules = [SecurityGroupLookup.AllEgress(groupId, context.AccountId, _ids.New("sgr-"))],
                    }
                );
                ResourceTags.Put(transaction, context, groupId, "security-group", tags);
            },
            cancellation
        );
        return new CreateSecurityGroupResult
        {
            GroupId = groupId,
            Tags = ResourceTags.OrNone(tags),
            SecurityGroupArn = GroupArn(context, groupId),
        };
    }

    /// <inheritdoc />
    public async Task<DeleteSecurityGroupResult> DeleteSecurityGroupAsync(
        DeleteSecurityGroupRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CheckGroupIsNamed(request.GroupId, request.GroupName);
        Ec2Requests.EndDryRun(request.DryRun);
        var groupId = await _store.CommitAsync(
            transaction =>
            {
                var book = Book(transaction, context);
                var group = book.Get(request.GroupId, request.GroupName);
                if (group.GroupName == "default")
                {
                    throw new AwsException(
                        "CannotDelete",
                        $"the specified group: \"{group.GroupId}\" name: \"default\" cannot be deleted by a user"
                    );
                }
                if (IsUsed(transaction, context, book, group.GroupId))
                    throw new AwsException("DependencyViolation", $"resource {group.GroupId} has a dependent object");

                transaction.Delete(ComputeTables.SecurityGroups, Scope.Of(context).Key(group.GroupId));
                ResourceTags.DeleteAll(transaction, context.AccountId, context.Region, group.GroupId);
                foreach (var rule in group.Rules)
                    ResourceTags.DeleteAll(transaction, context.AccountId, context.Region, rule.SecurityGroupRuleId!);
                return group.GroupId;
            },
            cancellation
        );
        return new DeleteSecurityGroupResult { Return = true, GroupId = groupId };
    }

    private SecurityGroupLookup Book(View view, CallContext context) =>
        new(view, context, new DefaultVpc(context, _network.Range));

    private static void CheckGroupIsNamed(string? groupId, string? groupName)
    {
        if (groupId is null && groupName is null)
            throw new AwsException("MissingParameter", "The request must contain the parameter groupName or groupId");
    }

    private static bool IsUsed(View view, CallContext context, SecurityGroupLookup book, string groupId) =>
        view.Range(ComputeTables.Instances, Scope.Of(context).Prefix)
            .Any(instance => instance.TerminatedAt is null && instance.SecurityGroupIds.Contains(groupId))
        || view.Range(ComputeTables.NetworkInterfaces, Scope.Of(context).Prefix)
            .Any(each => each.SecurityGroupIds.Contains(groupId))
        || book.All()
            .Any(other =>
                other.GroupId != groupId && other.Rules.Any(rule => rule.ReferencedGroupInfo?.GroupId == groupId)
            );

    private static string GroupArn(CallContext context, string groupId) =>
        $"arn:{Arn.PartitionOf(context.Region)}:ec2:{context.Region}:{context.AccountId}:security-group/{groupId}";

    [GeneratedRegex(@"\A[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}\z", RegexOptions.CultureInvariant)]
    private static partial Regex GroupText();
}
