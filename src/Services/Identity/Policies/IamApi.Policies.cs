using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Policies;
using Estiba.Identity.Tags;
using Estiba.State;

namespace Estiba.Identity;

/// <content>Managed policies: an account's own, and those that AWS keeps for everybody.</content>
public sealed partial class IamApi
{
    /// <inheritdoc/>
    public async Task<CreatePolicyResponse> CreatePolicyAsync(
        CreatePolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        PolicyDocument.CheckManaged(request.PolicyDocument!);
        var (now, path) = (Now(), request.Path ?? DefaultPath);
        var policy = new Policy
        {
            PolicyName = request.PolicyName,
            PolicyId = ids.PolicyId(),
            Arn = ArnOf(context, "policy", path, request.PolicyName!),
            Path = path,
            DefaultVersionId = PolicyRecord.FirstVersion,
            IsAttachable = true,
            Description = request.Description,
            CreateDate = now,
            UpdateDate = now,
            Tags = TagSet.OfResource.Of(request.Tags),
        };

        var record = new PolicyRecord(context.AccountId, policy, request.PolicyDocument!);
        await store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(IdentityTables.Policies, record.Key) is not null)
                {
                    throw IamErrors.EntityAlreadyExistsException(
                        $"A policy called {request.PolicyName} already exists. Duplicate names are not allowed."
                    );
                }

                transaction.Put(IdentityTables.Policies, record);
            },
            cancellation
        );
        return new CreatePolicyResponse
        {
            Policy = policy with { AttachmentCount = 0, PermissionsBoundaryUsageCount = 0, Description = null },
        };
    }

    /// <inheritdoc/>
    public Task<GetPolicyResponse> GetPolicyAsync(
        GetPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var (view, arn) = (store.Current, request.PolicyArn!);
        ManagedPolicy.CheckArn(arn);
        var policy = AwsManagedPolicies.Find(arn)?.Shown(arn) ?? FindPolicy(view, context, arn).Policy;
        return Task.FromResult(
            new GetPolicyResponse
            {
                Policy = Counted(policy, new PolicyUsers(view, context.AccountId)) with { Tags = policy.Tags ?? [] },
            }
        );
    }

    /// <inheritdoc/>
    public Task<ListPoliciesResponse> ListPoliciesAsync(
        ListPoliciesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = store.Current;
        var users = new PolicyUsers(view, context.AccountId);
        // Lists leave out descriptions and tags (ListPolicies).
        var own = view.Range(IdentityTables.Policies, context.AccountId + "/")
            .Select(policy => policy.Policy with { Description = null, Tags = null });
        var partition = Arn.PartitionOf(context.Region);
        var ofAws = AwsManagedPolicies.All.Select(policy => policy.Shown(policy.ArnIn(partition)));
        var policies = request.Scope switch
        {
            PolicyScopeType.Local => own,
            PolicyScopeType.Aws => ofAws,
            _ => own.Concat(ofAws),
        };

        var page = Page.Of(
            request,
            context,
            request.Marker,
            request.MaxItems,
            policies.Where(policy => IsIn(policy.Path!, request.PathPrefix)).Where(IsWanted),
            policy => ManagedPolicy.ListKeyOf(policy.Arn!)
        );
        return Task.FromResult(
            new ListPoliciesResponse
            {
                Policies = [.. page.Items.Select(policy => Counted(policy, users))],
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );

        bool IsWanted(Policy policy)
        {
            var (attached, bounding) = (users.Attachments(policy.Arn!) > 0, users.BoundariesOf(policy.Arn!) > 0);
            return request.PolicyUsageFilter switch
            {
                PolicyUsageType.PermissionsPolicy => attached,
                PolicyUsageType.PermissionsBoundary => bounding,
                _ => request.OnlyAttached is not true || attached,
            };
        }
    }

    /// <inheritdoc/>
    public async Task<DeletePolicyResponse> DeletePolicyAsync(
        DeletePolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await store.CommitAsync(
            transaction =>
            {
                var policy = FindOwnPolicy(transaction, context, request.PolicyArn!);
                var users = new PolicyUsers(transaction, context.AccountId);
                if (users.Attachments(request.PolicyArn!) > 0 || users.BoundariesOf(request.PolicyArn!) > 0)
                    throw IamErrors.DeleteConflictException("Cannot delete a policy attached to entities.");
                if (policy.AllVersions.Count > 1)
                {
                    throw IamErrors.DeleteConflictException(
                        "This policy has more than one version. Before you delete a policy, you must delete the "
                            + "policy's versions. "
                            + "The default version is deleted with the policy."
                    );
                }

                transaction.Delete(IdentityTables.Policies, policy.Key);
            },
            cancellation
        );
        return new DeletePolicyResponse();
    }

    /// <inheritdoc/>
    public async Task<TagPolicyResponse> TagPolicyAsync(
        TagPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangePolicyAsync(
            context,
            request.PolicyArn!,
            policy =>
                policy with
                {
                    Policy = policy.Policy with { Tags = TagSet.OfResource.With(policy.Policy.Tags, request.Tags!) },
                },
            cancellation
        );
        return new TagPolicyResponse();
    }

    /// <inheritdoc/>
    public async Task<UntagPolicyResponse> UntagPolicyAsync(
        UntagPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangePolicyAsync(
            context,
            request.PolicyArn!,
            policy =>
                policy with
                {
                    Policy = policy.Policy with
                    {
                        Tags = TagSet.OfResource.Without(policy.Policy.Tags, request.TagKeys!),
                    },
                },
            cancellation
        );
        return new UntagPolicyResponse();
    }

    /// <inheritdoc/>
    public Task<ListPolicyTagsResponse> ListPolicyTagsAsync(
        ListPolicyTagsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        ManagedPolicy.CheckArn(request.PolicyArn!);
        var tags = AwsManagedPolicies.Find(request.PolicyArn!) is not null
            ? []
            : FindPolicy(store.Current, context, request.PolicyArn!).Policy.Tags ?? [];
        var page = Page.Of(request, context, request.Marker, request.MaxItems, tags, tag => tag.Key!);
        return Task.FromResult(
            new ListPolicyTagsResponse
            {
                Tags = page.Items,
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }

    private Task ChangePolicyAsync(
        CallContext context,
        string arn,
        Func<PolicyRecord, PolicyRecord> change,
        CancellationToken cancellation
    ) =>
        store.CommitAsync(
            transaction => transaction.Put(IdentityTables.Policies, change(FindOwnPolicy(transaction, context, arn))),
            cancellation
        );

    /// <summary>A policy of the account that is to be changed.</summary>
    private static PolicyRecord FindOwnPolicy(View view, CallContext context, string arn)
    {
        ManagedPolicy.CheckArn(arn);
        return AwsManagedPolicies.Find(arn) is null
            ? FindPolicy(view, context, arn)
            : throw new AwsException(
                "AccessDenied",
                $"Policy {arn} is kept by AWS and cannot be changed.",
                statusCode: 403
            );
    }

    private static PolicyRecord FindPolicy(View view, CallContext context, string arn) =>
        ManagedPolicy.Find(view, context.AccountId, arn) ?? throw ManagedPolicy.NotFound(arn);

    private static Policy Counted(Policy policy, PolicyUsers users) =>
        policy with
        {
            AttachmentCount = users.Attachments(policy.Arn!),
            PermissionsBoundaryUsageCount = users.BoundariesOf(policy.Arn!),
        };
}
