using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Policies;

namespace Estiba.Identity;

/// <content>The policies of groups: those inside them and those attached to them.</content>
public sealed partial class IamApi
{
    /// <inheritdoc/>
    public async Task<PutGroupPolicyResponse> PutGroupPolicyAsync(
        PutGroupPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        PolicyDocument.CheckPermissions(request.PolicyDocument!);
        await ChangeGroupAsync(
            context,
            request.GroupName!,
            (group, _) =>
                group with
                {
                    Policies = InlinePolicies.With(
                        group.Policies,
                        request.PolicyName!,
                        request.PolicyDocument!,
                        PolicyHolder.Group,
                        group.Group.GroupName!
                    ),
                },
            cancellation
        );
        return new PutGroupPolicyResponse();
    }

    /// <inheritdoc/>
    public Task<GetGroupPolicyResponse> GetGroupPolicyAsync(
        GetGroupPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var group = FindGroup(store.Current, context, request.GroupName!);
        return Task.FromResult(
            new GetGroupPolicyResponse
            {
                GroupName = group.Group.GroupName,
                PolicyName = request.PolicyName,
                PolicyDocument = InlinePolicies.Shown(group.Policies, request.PolicyName!, PolicyHolder.Group),
            }
        );
    }

    /// <inheritdoc/>
    public async Task<DeleteGroupPolicyResponse> DeleteGroupPolicyAsync(
        DeleteGroupPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeGroupAsync(
            context,
            request.GroupName!,
            (group, _) =>
                group with
                {
                    Policies = InlinePolicies.Without(group.Policies, request.PolicyName!, PolicyHolder.Group),
                },
            cancellation
        );
        return new DeleteGroupPolicyResponse();
    }

    /// <inheritdoc/>
    public Task<ListGroupPoliciesResponse> ListGroupPoliciesAsync(
        ListGroupPoliciesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var page = Page.Of(
            request,
            context,
            request.Marker,
            request.MaxItems,
            FindGroup(store.Current, context, request.GroupName!).Policies.Keys,
            name => name
        );
        return Task.FromResult(
            new ListGroupPoliciesResponse
            {
                PolicyNames = page.Items,
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }

    /// <inheritdoc/>
    public async Task<AttachGroupPolicyResponse> AttachGroupPolicyAsync(
        AttachGroupPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeGroupAsync(
            context,
            request.GroupName!,
            (group, view) =>
                group with
                {
                    AttachedPolicies = AttachedPolicies.With(
                        group.AttachedPolicies,
                        request.PolicyArn!,
                        PolicyHolder.Group,
                        view,
                        context.AccountId
                    ),
                },
            cancellation
        );
        return new AttachGroupPolicyResponse();
    }

    /// <inheritdoc/>
    public async Task<DetachGroupPolicyResponse> DetachGroupPolicyAsync(
        DetachGroupPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeGroupAsync(
            context,
            request.GroupName!,
            (group, _) =>
                group with
                {
                    AttachedPolicies = AttachedPolicies.Without(group.AttachedPolicies, request.PolicyArn!),
                },
            cancellation
        );
        return new DetachGroupPolicyResponse();
    }

    /// <inheritdoc/>
    public Task<ListAttachedGroupPoliciesResponse> ListAttachedGroupPoliciesAsync(
        ListAttachedGroupPoliciesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var page = AttachedPolicies.Page(
            FindGroup(store.Current, context, request.GroupName!).AttachedPolicies,
            request.PathPrefix,
            request,
            context,
            request.Marker,
            request.MaxItems
        );
        return Task.FromResult(
            new ListAttachedGroupPoliciesResponse
            {
                AttachedPolicies = AttachedPolicies.Shown(page.Items),
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }
}
