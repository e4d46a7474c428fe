using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Policies;

namespace Estiba.Identity;

/// <content>The policies of users: those inside them and those attached to them.</content>
public sealed partial class IamApi
{
    /// <inheritdoc/>
    public async Task<PutUserPolicyResponse> PutUserPolicyAsync(
        PutUserPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        PolicyDocument.CheckPermissions(request.PolicyDocument!);
        await ChangeUserAsync(
            context,
            request.UserName!,
            (user, _) =>
                user with
                {
                    InlinePolicies = InlinePolicies.With(
                        user.Policies,
                        request.PolicyName!,
                        request.PolicyDocument!,
                        PolicyHolder.User,
                        user.User.UserName!
                    ),
                },
            cancellation
        );
        return new PutUserPolicyResponse();
    }

    /// <inheritdoc/>
    public Task<GetUserPolicyResponse> GetUserPolicyAsync(
        GetUserPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var user = FindUser(store.Current, context, request.UserName!);
        return Task.FromResult(
            new GetUserPolicyResponse
            {
                UserName = user.User.UserName,
                PolicyName = request.PolicyName,
                PolicyDocument = InlinePolicies.Shown(user.Policies, request.PolicyName!, PolicyHolder.User),
            }
        );
    }

    /// <inheritdoc/>
    public async Task<DeleteUserPolicyResponse> DeleteUserPolicyAsync(
        DeleteUserPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeUserAsync(
            context,
            request.UserName!,
            (user, _) =>
                user with
                {
                    InlinePolicies = InlinePolicies.Without(user.Policies, request.PolicyName!, PolicyHolder.User),
                },
            cancellation
        );
        return new DeleteUserPolicyResponse();
    }

    /// <inheritdoc/>
    public Task<ListUserPoliciesResponse> ListUserPoliciesAsync(
        ListUserPoliciesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var page = Page.Of(
            request,
            context,
            request.Marker,
            request.MaxItems,
            FindUser(store.Current, context, request.UserName!).Policies.Keys,
            name => name
        );
        return Task.FromResult(
            new ListUserPoliciesResponse
            {
                PolicyNames = page.Items,
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }

    /// <inheritdoc/>
    public async Task<AttachUserPolicyResponse> AttachUserPolicyAsync(
        AttachUserPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeUserAsync(
            context,
            request.UserName!,
            (user, view) =>
                user with
                {
                    ManagedPolicies = AttachedPolicies.With(
                        user.AttachedPolicies,
                        request.PolicyArn!,
                        PolicyHolder.User,
                        view,
                        context.AccountId
                    ),
                },
            cancellation
        );
        return new AttachUserPolicyResponse();
    }

    /// <inheritdoc/>
    public async Task<DetachUserPolicyResponse> DetachUserPolicyAsync(
        DetachUserPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeUserAsync(
            context,
            request.UserName!,
            (user, _) =>
                user with
                {
                    ManagedPolicies = AttachedPolicies.Without(user.AttachedPolicies, request.PolicyArn!),
                },
            cancellation
        );
        return new DetachUserPolicyResponse();
    }

    /// <inheritdoc/>
    public Task<ListAttachedUserPoliciesResponse> ListAttachedUserPoliciesAsync(
        ListAttachedUserPoliciesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var page = AttachedPolicies.Page(
            FindUser(store.Current, context, request.UserName!).AttachedPolicies,
            request.PathPrefix,
            request,
            context,
            request.Marker,
            request.MaxItems
        );
        return Task.FromResult(
            new ListAttachedUserPoliciesResponse
            {
                AttachedPolicies = AttachedPolicies.Shown(page.Items),
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }
}
