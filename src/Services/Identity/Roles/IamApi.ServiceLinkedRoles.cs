using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Policies;
using Estiba.Identity.Policies.Grammar;
using Estiba.Identity.Roles;

namespace Estiba.Identity;

/// <content>Roles that belong to services.</content>
public sealed partial class IamApi
{
    private const string DeletionTaskPrefix = "task" + ServiceLinkedRole.PathPrefix;

    /// <inheritdoc/>
    public async Task<CreateServiceLinkedRoleResponse> CreateServiceLinkedRoleAsync(
        CreateServiceLinkedRoleRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var (service, suffix) = (request.AWSServiceName!, request.CustomSuffix);
        if (ServiceLinkedRole.Of(service) is not { } linked || !ServicePrincipals.MayExist(service))
            throw IamErrors.InvalidInputException($"Service {service} is not valid. Name it as ecs.amazonaws.com.");
        if (suffix is not null && !linked.TakesSuffix)
            throw IamErrors.InvalidInputException($"Custom suffix is not allowed for {service}");

        var (name, path) = (linked.FullName(suffix), $"{ServiceLinkedRole.PathPrefix}{service}/");
        var role = new Role
        {
            Path = path,
            RoleName = name,
            RoleId = ids.RoleId(),
            Arn = ArnOf(context, "role", path, name),
            CreateDate = Now(),
            AssumeRolePolicyDocument = ServiceLinkedRole.TrustOf(service),
            Description = request.Description,
            MaxSessionDuration = DefaultSessionDuration,
        };

        await store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(IdentityTables.Roles, RoleRecord.KeyOf(context.AccountId, name)) is not null)
                {
                    throw IamErrors.InvalidInputException(
                        $"Service role name {name} has been taken in this account, please try a different suffix."
                    );
                }

                transaction.Put(
                    IdentityTables.Roles,
                    new RoleRecord(context.AccountId, role, InlinePolicies.None, linked.AttachedPolicies)
                );
            },
            cancellation
        );
        return new CreateServiceLinkedRoleResponse { Role = Created(role) };
    }

    // Nothing here uses such a role, so that the task of deleting it has ended when its id is told.
    /// <inheritdoc/>
    public async Task<DeleteServiceLinkedRoleResponse> DeleteServiceLinkedRoleAsync(
        DeleteServiceLinkedRoleRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var role = await store.CommitAsync(
            transaction =>
            {
                var found = FindRole(transaction, context, request.RoleName!);
                if (!found.IsServiceLinked)
                    throw NoRole(request.RoleName!);
                transaction.Delete(IdentityTables.Roles, found.Key);
                transaction.Delete(IdentityTables.Uses, found.Role.RoleId!);
                return found.Role;
            },
            cancellation
        );
        return new DeleteServiceLinkedRoleResponse { DeletionTaskId = $"task{role.Path}{role.RoleName}/{ids.Task()}" };
    }

    /// <inheritdoc/>
    public Task<GetServiceLinkedRoleDeletionStatusResponse> GetServiceLinkedRoleDeletionStatusAsync(
        GetServiceLinkedRoleDeletionStatusRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var task = request.DeletionTaskId!;
        var isTask =
            task.StartsWith(DeletionTaskPrefix, StringComparison.Ordinal)
            && task.Split('/') is [_, _, _, _, var id]
            && Guid.TryParse(id, out _);
        return isTask
            ? Task.FromResult(
                new GetServiceLinkedRoleDeletionStatusResponse { Status = DeletionTaskStatusType.Succeeded }
            )
            : throw IamErrors.NoSuchEntityException($"The deletion task with id {task} cannot be found.");
    }
}
