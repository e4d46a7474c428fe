using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Groups;
using Estiba.Identity.Policies;
using Estiba.Identity.Roles;
using Estiba.Identity.Users;
using Estiba.State;

namespace Estiba.Identity;

/// <content>Everything that decides about permissions, in one list.</content>
public sealed partial class IamApi
{
    /// <inheritdoc/>
    public Task<GetAccountAuthorizationDetailsResponse> GetAccountAuthorizationDetailsAsync(
        GetAccountAuthorizationDetailsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = store.Current;
        var page = Page.Of(
            request,
            context,
            request.Marker,
            request.MaxItems,
            DetailsOf(view, request.Filter, context.AccountId),
            detail => detail.Key
        );
        return Task.FromResult(
            new GetAccountAuthorizationDetailsResponse
            {
                UserDetailList = [.. page.Items.Select(detail => detail.Value).OfType<UserDetail>()],
                GroupDetailList = [.. page.Items.Select(detail => detail.Value).OfType<GroupDetail>()],
                RoleDetailList = [.. page.Items.Select(detail => detail.Value).OfType<RoleDetail>()],
                Policies = [.. page.Items.Select(detail => detail.Value).OfType<ManagedPolicyDetail>()],
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }

    private IEnumerable<(string Key, IShape Value)> DetailsOf(
        View view,
        IReadOnlyList<string>? filter,
        string accountId
    )
    {
        var prefix = accountId + "/";
        var users = new PolicyUsers(view, accountId);
        if (Wanted(EntityType.User))
            foreach (var user in view.Range(IdentityTables.Users, prefix))
                yield return ($"1/{user.Key}", Detail(view, user));
        if (Wanted(EntityType.Group))
            foreach (var group in view.Range(IdentityTables.Groups, prefix))
                yield return ($"2/{group.Key}", Detail(group));
        if (Wanted(EntityType.Role))
            foreach (var role in view.Range(IdentityTables.Roles, prefix))
                yield return ($"3/{role.Key}", Detail(view, role));
        if (Wanted(EntityType.LocalManagedPolicy))
            foreach (var policy in view.Range(IdentityTables.Policies, prefix))
                yield return ($"4/{policy.Key}", Detail(policy.Policy, NewestFirst(policy), users));
        if (!Wanted(EntityType.AWSManagedPolicy))
            yield break;

        // Of AWS's own, those that are used.
        foreach (var arn in users.Attached.Union(users.Boundaries).Where(ManagedPolicy.IsOfAws))
            if (AwsManagedPolicies.Find(arn) is { } policy)
                yield return ($"5/{policy.Name}", Detail(policy.Shown(arn), [policy.ShownVersion()], users));

        bool Wanted(string kind) => filter is null or { Count: 0 } || filter.Contains(kind);
    }

    private static UserDetail Detail(View view, UserRecord user) =>
        new()
        {
            Path = user.User.Path,
            UserName = user.User.UserName,
            UserId = user.User.UserId,
            Arn = user.User.Arn,
            CreateDate = user.User.CreateDate,
            UserPolicyList = user.Policies.Count > 0 ? InlinePolicies.Details(user.Policies) : null,
            GroupList = [.. MembershipRecord.GroupsOf(view, user.User.UserId!).Select(group => group.Group.GroupName!)],
            AttachedManagedPolicies = AttachedPolicies.Shown(user.AttachedPolicies),
            PermissionsBoundary = user.User.PermissionsBoundary,
            Tags = user.User.Tags ?? [],
        };

    private static GroupDetail Detail(GroupRecord group) =>
        new()
        {
            Path = group.Group.Path,
            GroupName = group.Group.GroupName,
            GroupId = group.Group.GroupId,
            Arn = group.Group.Arn,
            CreateDate = group.Group.CreateDate,
            GroupPolicyList = InlinePolicies.Details(group.Policies),
            AttachedManagedPolicies = AttachedPolicies.Shown(group.AttachedPolicies),
        };

    private RoleDetail Detail(View view, RoleRecord role) =>
        new()
        {
            Path = role.Role.Path,
            RoleName = role.Role.RoleName,
            RoleId = role.Role.RoleId,
            Arn = role.Role.Arn,
            CreateDate = role.Role.CreateDate,
            AssumeRolePolicyDocument = PolicyDocument.Encode(TrustedPrincipals.Shown(view, role)),
            InstanceProfileList =
            [
                .. view.Where(IdentityTables.InstanceProfiles, IdentityTables.ProfilesByRole, role.Key)
                    .Select(profile => Shown(view, profile) with { Tags = null }),
            ],
            RolePolicyList = InlinePolicies.Details(role.Policies),
            AttachedManagedPolicies = AttachedPolicies.Shown(role.AttachedPolicies),
            PermissionsBoundary = role.Role.PermissionsBoundary,
            Tags = role.Role.Tags ?? [],
            RoleLastUsed = LastUseOf(view, role.Role),
        };

    private static ManagedPolicyDetail Detail(
        Policy policy,
        IReadOnlyList<PolicyVersion> versions,
        PolicyUsers users
    ) =>
        new()
        {
            PolicyName = policy.PolicyName,
            PolicyId = policy.PolicyId,
            Arn = policy.Arn,
            Path = policy.Path,
            DefaultVersionId = policy.DefaultVersionId,
            AttachmentCount = users.Attachments(policy.Arn!),
            PermissionsBoundaryUsageCount = users.BoundariesOf(policy.Arn!),
            IsAttachable = policy.IsAttachable,
            Description = policy.Description,
            CreateDate = policy.CreateDate,
            UpdateDate = policy.UpdateDate,
            PolicyVersionList = versions,
        };
}
