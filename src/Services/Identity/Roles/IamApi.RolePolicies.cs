using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Policies;

namespace Estiba.Identity;

/// <content>The policies of roles: those inside them and those attached to them.</content>
public sealed partial class IamApi
{
    /// <inheritdoc/>
    public async Task<PutRolePolicyResponse> PutRolePolicyAsync(
        PutRolePolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        PolicyDocument.CheckPermissions(request.PolicyDocument!);
        await ChangeRoleAsync(
            context,
            request.RoleName!,
            (role, _) =>
                role with
                {
                    Policies = InlinePolicies.With(
                        role.Policies,
                        request.PolicyName!,
                        request.PolicyDocument!,
                        PolicyHolder.Role,
                        role.Role.RoleName!
                    ),
                },
            cancellation
        );
        return new PutRolePolicyResponse();
    }

    /// <inheritdoc/>
    public Task<GetRolePolicyResponse> GetRolePolicyAsync(
        GetRolePolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var role = FindRole(store.Current, context, request.RoleName!);
        return Task.FromResult(
            new GetRolePolicyResponse
            {
                RoleName = role.Role.RoleName,
                PolicyName = request.PolicyName,
                PolicyDocument = InlinePolicies.Shown(role.Policies, request.PolicyName!, PolicyHolder.Role),
            }
        );
    }

    /// <inheritdoc/>
    public async Task<DeleteRolePolicyResponse> DeleteRolePolicyAsync(
        DeleteRolePolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeRoleAsync(
            context,
            request.RoleName!,
            (role, _) =>
                role with
                {
                    Policies = InlinePolicies.Without(role.Policies, request.PolicyName!, PolicyHolder.Role),
                },
            cancellation
        );
        return new DeleteRolePolicyResponse();
    }

    /// <inheritdoc/>
    public Task<ListRolePoliciesResponse> ListRolePoliciesAsync(
        ListRolePoliciesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var page = Page.Of(
            request,
            context,
            request.Marker,
            request.MaxItems,
            FindRole(store.Current, context, request.RoleName!).Policies.Keys,
            name => name
        );
        return Task.FromResult(
            new ListRolePoliciesResponse
            {
                PolicyNames = page.Items,
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }

    /// <inheritdoc/>
    public async Task<AttachRolePolicyResponse> AttachRolePolicyAsync(
        AttachRolePolicyRequest request,
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
                    AttachedPolicies = AttachedPolicies.With(
                        role.AttachedPolicies,
                        request.PolicyArn!,
                        PolicyHolder.Role,
                        view,
                        context.AccountId
                    ),
                },
            cancellation
        );
        return new AttachRolePolicyResponse();
    }

    /// <inheritdoc/>
    public async Task<DetachRolePolicyResponse> DetachRolePolicyAsync(
        DetachRolePolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeRoleAsync(
            context,
            request.RoleName!,
            (role, _) =>
                role with
                {
                    AttachedPolicies = AttachedPolicies.Without(role.AttachedPolicies, request.PolicyArn!),
                },
            cancellation
        );
        return new DetachRolePolicyResponse();
    }

    /// <inheritdoc/>
    public Task<ListAttachedRolePoliciesResponse> ListAttachedRolePoliciesAsync(
        ListAttachedRolePoliciesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var page = AttachedPolicies.Page(
            FindRole(store.Current, context, request.RoleName!).AttachedPolicies,
            request.PathPrefix,
            request,
            context,
            request.Marker,
            request.MaxItems
        );
        return Task.FromResult(
            new ListAttachedRolePoliciesResponse
            {
                AttachedPolicies = AttachedPolicies.Shown(page.Items),
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }
}
