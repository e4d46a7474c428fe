using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Policies;
using Estiba.State;

namespace Estiba.Identity;

/// <content>Whom a managed policy is attached to.</content>
public sealed partial class IamApi
{
    /// <inheritdoc/>
    public Task<ListEntitiesForPolicyResponse> ListEntitiesForPolicyAsync(
        ListEntitiesForPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = store.Current;
        ManagedPolicy.CheckArn(request.PolicyArn!);
        if (!ManagedPolicy.Exists(view, context.AccountId, request.PolicyArn!))
            throw ManagedPolicy.NotAttachable(request.PolicyArn!);

        var page = Page.Of(
            request,
            context,
            request.Marker,
            request.MaxItems,
            EntitiesOf(view, request, context.AccountId),
            entity => entity.Key
        );
        return Task.FromResult(
            new ListEntitiesForPolicyResponse
            {
                PolicyGroups = [.. page.Items.Select(entity => entity.Group).OfType<PolicyGroup>()],
                PolicyUsers = [.. page.Items.Select(entity => entity.User).OfType<PolicyUser>()],
                PolicyRoles = [.. page.Items.Select(entity => entity.Role).OfType<PolicyRole>()],
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }

    private static IEnumerable<PolicyEntity> EntitiesOf(
        View view,
        ListEntitiesForPolicyRequest request,
        string accountId
    )
    {
        var prefix = accountId + "/";
        if (request.EntityFilter is null or EntityType.Group)
        {
            foreach (var group in view.Range(IdentityTables.Groups, prefix))
                if (Uses(group.AttachedPolicies, boundary: null, group.Group.Path!))
                    yield return new PolicyEntity($"group/{group.Key}")
                    {
                        Group = new() { GroupName = group.Group.GroupName, GroupId = group.Group.GroupId },
                    };
        }

        if (request.EntityFilter is null or EntityType.User)
        {
            foreach (var user in view.Range(IdentityTables.Users, prefix))
                if (Uses(user.AttachedPolicies, user.User.PermissionsBoundary, user.User.Path!))
                    yield return new PolicyEntity($"user/{user.Key}")
                    {
                        User = new() { UserName = user.User.UserName, UserId = user.User.UserId },
                    };
        }

        if (request.EntityFilter is null or EntityType.Role)
        {
            foreach (var role in view.Range(IdentityTables.Roles, prefix))
                if (Uses(role.AttachedPolicies, role.Role.PermissionsBoundary, role.Role.Path!))
                    yield return new PolicyEntity($"role/{role.Key}")
                    {
                        Role = new() { RoleName = role.Role.RoleName, RoleId = role.Role.RoleId },
                    };
        }

        bool Uses(IReadOnlyList<string> attached, AttachedPermissionsBoundary? boundary, string path)
        {
            var (isAttached, isBoundary) = (
                attached.Contains(request.PolicyArn!),
                boundary?.PermissionsBoundaryArn == request.PolicyArn
            );
            return IsIn(path, request.PathPrefix)
                && request.PolicyUsageFilter switch
                {
                    PolicyUsageType.PermissionsPolicy => isAttached,
                    PolicyUsageType.PermissionsBoundary => isBoundary,
                    _ => isAttached || isBoundary,
                };
        }
    }

    private sealed record PolicyEntity(string Key)
    {
        public PolicyGroup? Group { get; init; }

        public PolicyUser? User { get; init; }

        public PolicyRole? Role { get; init; }
    }
}
