using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Policies;
using Estiba.Identity.Roles;
using Estiba.State;

namespace Estiba.Identity;

/// <content>Roles.</content>
public sealed partial class IamApi
{
    private const int DefaultSessionDuration = 3600;

    /// <inheritdoc/>
    public async Task<CreateRoleResponse> CreateRoleAsync(CreateRoleRequest request, CallContext context, CancellationToken cancellation = default)
    {
        PolicyDocument.CheckTrust(request.AssumeRolePolicyDocument!);
        CheckTags(request.Tags);
        var path = request.Path ?? DefaultPath;
        var role = new Role
        {
            Path = path,
            RoleName = request.RoleName,
            RoleId = ids.RoleId(),
            Arn = ArnOf(context.AccountId, "role", path, request.RoleName!),
            CreateDate = Now(),
            AssumeRolePolicyDocument = request.AssumeRolePolicyDocument,
            Description = request.Description,
            MaxSessionDuration = request.MaxSessionDuration ?? DefaultSessionDuration,
            PermissionsBoundary = Boundary(request.PermissionsBoundary),
            Tags = request.Tags is { Count: > 0 } tags ? tags : null,
        };

        await store.CommitAsync(transaction => AddRole(transaction, context.AccountId, role), cancellation);
        // The answer is shorter than GetRole's: AWS leaves these out.
        return new CreateRoleResponse { Role = Shown(role) with { Description = null, MaxSessionDuration = null, RoleLastUsed = null } };
    }

    /// <inheritdoc/>
    public async Task<CreateServiceLinkedRoleResponse> CreateServiceLinkedRoleAsync(
        CreateServiceLinkedRoleRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var service = request.AWSServiceName!;
        var name = ServiceLinkedRole.NameOf(service, request.CustomSuffix)
            ?? throw IamErrors.InvalidInputException($"Service {service} is not valid. Name it as ecs.amazonaws.com.");
        var path = $"{ServiceLinkedRole.PathPrefix}{service}/";
        var role = new Role
        {
            Path = path,
            RoleName = name,
            RoleId = ids.RoleId(),
            Arn = ArnOf(context.AccountId, "role", path, name),
            CreateDate = Now(),
            AssumeRolePolicyDocument = ServiceLinkedRole.TrustOf(service),
            Description = request.Description,
            MaxSessionDuration = DefaultSessionDuration,
        };

        await store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(IdentityTables.Roles, RoleRecord.KeyOf(context.AccountId, name)) is not null)
                    throw IamErrors.InvalidInputException($"Service role name {name} has been taken in this account, please try a different suffix.");
                AddRole(transaction, context.AccountId, role);
            },
            cancellation);
        return new CreateServiceLinkedRoleResponse { Role = Shown(role) with { Description = null, MaxSessionDuration = null, RoleLastUsed = null } };
    }

    /// <inheritdoc/>
    public Task<GetRoleResponse> GetRoleAsync(GetRoleRequest request, CallContext context, CancellationToken cancellation = default) =>
        Task.FromResult(new GetRoleResponse { Role = Shown(FindRole(store.Current, context.AccountId, request.RoleName!).Role) });

    /// <inheritdoc/>
    public Task<ListRolesResponse> ListRolesAsync(ListRolesRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var page = Page.Of(
            after => store.Current.Range(IdentityTables.Roles, context.AccountId + "/", after)
                .Where(role => role.Role.Path!.StartsWith(request.PathPrefix ?? DefaultPath, StringComparison.Ordinal)),
            role => role.Key, request.Marker, request.MaxItems);
        return Task.FromResult(new ListRolesResponse
        {
            Roles = [.. page.Items.Select(role => Listed(role.Role))],
            IsTruncated = page.IsTruncated,
            Marker = page.Marker,
        });
    }

    /// <inheritdoc/>
    public async Task<DeleteRoleResponse> DeleteRoleAsync(DeleteRoleRequest request, CallContext context, CancellationToken cancellation = default)
    {
        await store.CommitAsync(
            transaction =>
            {
                var role = FindModifiableRole(transaction, context.AccountId, request.RoleName!);
                if (role.Policies.Count > 0)
                    throw IamErrors.DeleteConflictException("Cannot delete entity, must delete policies first.");
                if (role.AttachedPolicies.Count > 0)
                    throw IamErrors.DeleteConflictException("Cannot delete entity, must detach all policies first.");
                if (transaction.Count(IdentityTables.InstanceProfiles, IdentityTables.ProfilesByRole, role.Key) > 0)
                    throw IamErrors.DeleteConflictException("Cannot delete entity, must remove roles from instance profile first.");
                transaction.Delete(IdentityTables.Roles, role.Key);
            },
            cancellation);
        return new DeleteRoleResponse();
    }

    /// <inheritdoc/>
    public async Task<UpdateAssumeRolePolicyResponse> UpdateAssumeRolePolicyAsync(
        UpdateAssumeRolePolicyRequest request, CallContext context, CancellationToken cancellation = default)
    {
        PolicyDocument.CheckTrust(request.PolicyDocument!);
        await ChangeRoleAsync(
            context, request.RoleName!,
            role => role with { Role = role.Role with { AssumeRolePolicyDocument = request.PolicyDocument } },
            cancellation);
        return new UpdateAssumeRolePolicyResponse();
    }

    /// <inheritdoc/>
    public async Task<TagRoleResponse> TagRoleAsync(TagRoleRequest request, CallContext context, CancellationToken cancellation = default)
    {
        CheckTags(request.Tags);
        await ChangeRoleAsync(
            context, request.RoleName!,
            role =>
            {
                var kept = Without(role.Role.Tags, request.Tags!.Select(tag => tag.Key!));
                IReadOnlyList<Tag> tags = [.. kept, .. request.Tags!];
                CheckTags(tags);
                return role with { Role = role.Role with { Tags = tags } };
            },
            cancellation);
        return new TagRoleResponse();
    }

    /// <inheritdoc/>
    public async Task<UntagRoleResponse> UntagRoleAsync(UntagRoleRequest request, CallContext context, CancellationToken cancellation = default)
    {
        await ChangeRoleAsync(
            context, request.RoleName!,
            role => role with { Role = role.Role with { Tags = Without(role.Role.Tags, request.TagKeys!) is { Count: > 0 } tags ? tags : null } },
            cancellation);
        return new UntagRoleResponse();
    }

    /// <inheritdoc/>
    public Task<ListRoleTagsResponse> ListRoleTagsAsync(ListRoleTagsRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var tags = FindRole(store.Current, context.AccountId, request.RoleName!).Role.Tags ?? [];
        var page = Page.Of(tags.OrderBy(tag => tag.Key, StringComparer.Ordinal), tag => tag.Key!, request.Marker, request.MaxItems);
        return Task.FromResult(new ListRoleTagsResponse { Tags = page.Items, IsTruncated = page.IsTruncated, Marker = page.Marker });
    }

    private static void AddRole(Transaction transaction, string accountId, Role role)
    {
        var record = new RoleRecord(accountId, role, new Dictionary<string, string>(), []);
        if (transaction.Find(IdentityTables.Roles, record.Key) is not null)
            throw IamErrors.EntityAlreadyExistsException($"Role with name {role.RoleName} already exists.");
        transaction.Put(IdentityTables.Roles, record);
    }

    private Task ChangeRoleAsync(CallContext context, string name, Func<RoleRecord, RoleRecord> change, CancellationToken cancellation) =>
        store.CommitAsync(
            transaction => transaction.Put(IdentityTables.Roles, change(FindModifiableRole(transaction, context.AccountId, name))),
            cancellation);

    private static RoleRecord FindRole(View view, string accountId, string name) =>
        view.Find(IdentityTables.Roles, RoleRecord.KeyOf(accountId, name))
        ?? throw IamErrors.NoSuchEntityException($"The role with name {name} cannot be found.");

    private static RoleRecord FindModifiableRole(View view, string accountId, string name)
    {
        var role = FindRole(view, accountId, name);
        return role.IsServiceLinked
            ? throw IamErrors.UnmodifiableEntityException(
                $"Cannot perform the operation on the protected role '{role.Role.RoleName}' - this role is only modifiable by AWS")
            : role;
    }

    private static Role Shown(Role role) =>
        role with { AssumeRolePolicyDocument = PolicyDocument.Encode(role.AssumeRolePolicyDocument!), RoleLastUsed = new RoleLastUsed() };

    // Lists leave out tags, the boundary and the last use (ListRoles).
    private static Role Listed(Role role) => Shown(role) with { Tags = null, PermissionsBoundary = null, RoleLastUsed = null };

    private static AttachedPermissionsBoundary? Boundary(string? arn) => arn is null
        ? null
        : new AttachedPermissionsBoundary { PermissionsBoundaryType = PermissionsBoundaryAttachmentType.PermissionsBoundaryPolicy, PermissionsBoundaryArn = arn };

    private static List<Tag> Without(IReadOnlyList<Tag>? tags, IEnumerable<string> keys)
    {
        var gone = keys.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. (tags ?? []).Where(tag => !gone.Contains(tag.Key!))];
    }
}
