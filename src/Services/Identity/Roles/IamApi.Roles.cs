using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Policies;
using Estiba.Identity.Roles;
using Estiba.Identity.Tags;
using Estiba.State;

namespace Estiba.Identity;

/// <content>Roles.</content>
public sealed partial class IamApi
{
    private const int DefaultSessionDuration = 3600;

    /// <inheritdoc/>
    public async Task<CreateRoleResponse> CreateRoleAsync(
        CreateRoleRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var principals = PolicyDocument.CheckTrust(request.AssumeRolePolicyDocument!);
        var path = request.Path ?? DefaultPath;
        var role = new Role
        {
            Path = path,
            RoleName = request.RoleName,
            RoleId = ids.RoleId(),
            Arn = ArnOf(context, "role", path, request.RoleName!),
            CreateDate = Now(),
            AssumeRolePolicyDocument = request.AssumeRolePolicyDocument,
            Description = request.Description,
            MaxSessionDuration = request.MaxSessionDuration ?? DefaultSessionDuration,
            Tags = TagSet.OfPrincipal.Of(request.Tags),
        };

        var made = await store.CommitAsync(
            transaction =>
            {
                if (
                    transaction.Find(IdentityTables.Roles, RoleRecord.KeyOf(context.AccountId, request.RoleName!))
                    is not null
                )
                    throw IamErrors.EntityAlreadyExistsException($"Role with name {role.RoleName} already exists.");
                var trusted = TrustedPrincipals.IdsOf(transaction, context.AccountId, principals);
                var bounded = role with
                {
                    PermissionsBoundary = ManagedPolicy.Boundary(
                        transaction,
                        context.AccountId,
                        request.PermissionsBoundary
                    ),
                };
                transaction.Put(
                    IdentityTables.Roles,
                    new RoleRecord(context.AccountId, bounded, InlinePolicies.None, []) { TrustedIds = trusted }
                );
                return bounded;
            },
            cancellation
        );
        return new CreateRoleResponse { Role = Created(made) };
    }

    /// <inheritdoc/>
    public Task<GetRoleResponse> GetRoleAsync(
        GetRoleRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = store.Current;
        var role = FindRole(view, context, request.RoleName!);
        return Task.FromResult(
            new GetRoleResponse { Role = Shown(view, role) with { RoleLastUsed = LastUseOf(view, role.Role) } }
        );
    }

    /// <inheritdoc/>
    public Task<ListRolesResponse> ListRolesAsync(
        ListRolesRequest request,
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
            after =>
                view.Range(IdentityTables.Roles, context.AccountId + "/", after)
                    .Where(role => IsIn(role.Role.Path!, request.PathPrefix)),
            role => role.Key
        );
        return Task.FromResult(
            new ListRolesResponse
            {
                Roles = [.. page.Items.Select(role => Listed(view, role))],
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }

    /// <inheritdoc/>
    public async Task<UpdateRoleResponse> UpdateRoleAsync(
        UpdateRoleRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await store.CommitAsync(
            transaction =>
            {
                // The description of a service's role is the account's own; all else about it is not.
                var role = request.MaxSessionDuration is null
                    ? FindRole(transaction, context, request.RoleName!)
                    : FindModifiableRole(transaction, context.AccountId, request.RoleName!);
                transaction.Put(
                    IdentityTables.Roles,
                    role with
                    {
                        Role = role.Role with
                        {
                            Description = Described(request.Description ?? role.Role.Description),
                            MaxSessionDuration = request.MaxSessionDuration ?? role.Role.MaxSessionDuration,
                        },
                    }
                );
            },
            cancellation
        );
        return new UpdateRoleResponse();
    }

    /// <inheritdoc/>
    public async Task<UpdateRoleDescriptionResponse> UpdateRoleDescriptionAsync(
        UpdateRoleDescriptionRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var role = await store.CommitAsync(
            transaction =>
            {
                var found = FindRole(transaction, context, request.RoleName!);
                var described = found with { Role = found.Role with { Description = Described(request.Description) } };
                transaction.Put(IdentityTables.Roles, described);
                return described;
            },
            cancellation
        );
        return new UpdateRoleDescriptionResponse
        {
            Role = Shown(store.Current, role) with { MaxSessionDuration = null },
        };
    }

    /// <inheritdoc/>
    public async Task<UpdateAssumeRolePolicyResponse> UpdateAssumeRolePolicyAsync(
        UpdateAssumeRolePolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var principals = PolicyDocument.CheckTrust(request.PolicyDocument!);
        await ChangeRoleAsync(
            context,
            request.RoleName!,
            (role, view) =>
            {
                var trusted = TrustedPrincipals.IdsOf(view, context.AccountId, principals);
                return role with
                {
                    Role = role.Role with { AssumeRolePolicyDocument = request.PolicyDocument },
                    TrustedIds = trusted,
                };
            },
            cancellation
        );
        return new UpdateAssumeRolePolicyResponse();
    }

    /// <inheritdoc/>
    public async Task<PutRolePermissionsBoundaryResponse> PutRolePermissionsBoundaryAsync(
        PutRolePermissionsBoundaryRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeRoleAsync(
            context,
            request.RoleName!,
            (role, view) =>
                role with
                {
                    Role = role.Role with
                    {
                        PermissionsBoundary = ManagedPolicy.Boundary(
                            view,
                            context.AccountId,
                            request.PermissionsBoundary
                        ),
                    },
                },
            cancellation
        );
        return new PutRolePermissionsBoundaryResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteRolePermissionsBoundaryResponse> DeleteRolePermissionsBoundaryAsync(
        DeleteRolePermissionsBoundaryRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeRoleAsync(
            context,
            request.RoleName!,
            (role, _) => role with { Role = role.Role with { PermissionsBoundary = null } },
            cancellation
        );
        return new DeleteRolePermissionsBoundaryResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteRoleResponse> DeleteRoleAsync(
        DeleteRoleRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
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
                    throw IamErrors.DeleteConflictException(
                        "Cannot delete entity, must remove roles from instance profile first."
                    );
                transaction.Delete(IdentityTables.Roles, role.Key);
                transaction.Delete(IdentityTables.Uses, role.Role.RoleId!);
            },
            cancellation
        );
        return new DeleteRoleResponse();
    }

    private Task ChangeRoleAsync(
        CallContext context,
        string name,
        Func<RoleRecord, View, RoleRecord> change,
        CancellationToken cancellation
    ) =>
        store.CommitAsync(
            transaction =>
                transaction.Put(
                    IdentityTables.Roles,
                    change(FindModifiableRole(transaction, context.AccountId, name), transaction)
                ),
            cancellation
        );

    private static RoleRecord FindRole(View view, CallContext context, string name) =>
        FindRole(view, context.AccountId, name);

    private static RoleRecord FindRole(View view, string accountId, string name) =>
        view.Find(IdentityTables.Roles, RoleRecord.KeyOf(accountId, name)) ?? throw NoRole(name);

    private static RoleRecord FindModifiableRole(View view, string accountId, string name)
    {
        var role = FindRole(view, accountId, name);
        return role.IsServiceLinked
            ? throw IamErrors.UnmodifiableEntityException(
                $"Cannot perform the operation on the protected role '{role.Role.RoleName}' - this role is only "
                    + "modifiable by AWS"
            )
            : role;
    }

    private static AwsException NoRole(string name) =>
        IamErrors.NoSuchEntityException($"The role with name {name} cannot be found.");

    private RoleLastUsed LastUseOf(View view, Role role) =>
        uses.Find(view, role.RoleId!) is { } use
            ? new RoleLastUsed { LastUsedDate = use.Date, Region = use.Region }
            : new RoleLastUsed();

    // An empty description takes the one that is there away.
    private static string? Described(string? description) => string.IsNullOrEmpty(description) ? null : description;

    private static Role Shown(View view, RoleRecord role) =>
        Encoded(role.Role with { AssumeRolePolicyDocument = TrustedPrincipals.Shown(view, role) });

    private static Role Encoded(Role role) =>
        role with
        {
            AssumeRolePolicyDocument = PolicyDocument.Encode(role.AssumeRolePolicyDocument!),
        };

    // The answer to making a role is shorter than GetRole's: AWS leaves these out.
    private static Role Created(Role role) => Encoded(role) with { Description = null, MaxSessionDuration = null };

    // Lists leave out tags, the boundary and the last use (ListRoles).
    private static Role Listed(View view, RoleRecord role) =>
        Shown(view, role) with
        {
            Tags = null,
            PermissionsBoundary = null,
        };
}
