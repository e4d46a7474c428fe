using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Policies;
using Estiba.State;

namespace Estiba.Identity;

/// <content>Managed policies. A customer's has one version; AWS's own are known by their ARN.</content>
public sealed partial class IamApi
{
    /// <inheritdoc/>
    public async Task<CreatePolicyResponse> CreatePolicyAsync(
        CreatePolicyRequest request, CallContext context, CancellationToken cancellation = default)
    {
        PolicyDocument.CheckPermissions(request.PolicyDocument!);
        CheckTags(request.Tags);
        var (now, path) = (Now(), request.Path ?? DefaultPath);
        var policy = new Policy
        {
            PolicyName = request.PolicyName,
            PolicyId = ids.PolicyId(),
            Arn = ArnOf(context.AccountId, "policy", path, request.PolicyName!),
            Path = path,
            DefaultVersionId = PolicyRecord.FirstVersion,
            PermissionsBoundaryUsageCount = 0,
            IsAttachable = true,
            Description = request.Description,
            CreateDate = now,
            UpdateDate = now,
            Tags = request.Tags is { Count: > 0 } tags ? tags : null,
        };

        var record = new PolicyRecord(context.AccountId, policy, request.PolicyDocument!);
        await store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(IdentityTables.Policies, record.Key) is not null)
                    throw IamErrors.EntityAlreadyExistsException($"A policy called {request.PolicyName} already exists. Duplicate names are not allowed.");
                transaction.Put(IdentityTables.Policies, record);
            },
            cancellation);
        return new CreatePolicyResponse { Policy = policy with { AttachmentCount = 0, Description = null } };
    }

    /// <inheritdoc/>
    public Task<GetPolicyResponse> GetPolicyAsync(GetPolicyRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var (view, arn) = (store.Current, request.PolicyArn!);
        var policy = ManagedPolicy.IsOfAws(arn)
            ? OfAws(arn)
            : ManagedPolicy.Find(view, context.AccountId, arn)?.Policy ?? throw NoPolicy(arn);
        return Task.FromResult(new GetPolicyResponse
        {
            Policy = policy with { AttachmentCount = Attachments(view, context.AccountId).GetValueOrDefault(arn) },
        });
    }

    /// <inheritdoc/>
    public Task<ListPoliciesResponse> ListPoliciesAsync(ListPoliciesRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var view = store.Current;
        var attachments = Attachments(view, context.AccountId);
        var own = view.Range(IdentityTables.Policies, context.AccountId + "/").Select(policy => policy.Policy with { Description = null, Tags = null });
        var ofAws = attachments.Keys.Where(ManagedPolicy.IsOfAws).Select(OfAws);
        var policies = request.Scope switch
        {
            PolicyScopeType.Local => own,
            PolicyScopeType.Aws => ofAws,
            _ => own.Concat(ofAws),
        };

        var page = Page.Of(
            policies.Where(policy => policy.Path!.StartsWith(request.PathPrefix ?? DefaultPath, StringComparison.Ordinal))
                .Where(policy => request.OnlyAttached is not true || attachments.ContainsKey(policy.Arn!))
                .OrderBy(policy => policy.Arn, StringComparer.Ordinal),
            policy => policy.Arn!, request.Marker, request.MaxItems);
        return Task.FromResult(new ListPoliciesResponse
        {
            Policies = [.. page.Items.Select(policy => policy with { AttachmentCount = attachments.GetValueOrDefault(policy.Arn!) })],
            IsTruncated = page.IsTruncated,
            Marker = page.Marker,
        });
    }

    /// <inheritdoc/>
    public async Task<DeletePolicyResponse> DeletePolicyAsync(
        DeletePolicyRequest request, CallContext context, CancellationToken cancellation = default)
    {
        await store.CommitAsync(
            transaction =>
            {
                var policy = ManagedPolicy.Find(transaction, context.AccountId, request.PolicyArn!) ?? throw NoPolicy(request.PolicyArn!);
                if (Attachments(transaction, context.AccountId).ContainsKey(request.PolicyArn!))
                    throw IamErrors.DeleteConflictException("Cannot delete a policy attached to entities.");
                transaction.Delete(IdentityTables.Policies, policy.Key);
            },
            cancellation);
        return new DeletePolicyResponse();
    }

    /// <inheritdoc/>
    public Task<GetPolicyVersionResponse> GetPolicyVersionAsync(
        GetPolicyVersionRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var policy = ManagedPolicy.Find(store.Current, context.AccountId, request.PolicyArn!) ?? throw NoPolicy(request.PolicyArn!);
        if (request.VersionId != PolicyRecord.FirstVersion)
            throw IamErrors.NoSuchEntityException($"Policy {request.PolicyArn} version {request.VersionId} does not exist or is not attachable.");
        return Task.FromResult(new GetPolicyVersionResponse { PolicyVersion = Version(policy) });
    }

    /// <inheritdoc/>
    public Task<ListPolicyVersionsResponse> ListPolicyVersionsAsync(
        ListPolicyVersionsRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var policy = ManagedPolicy.Find(store.Current, context.AccountId, request.PolicyArn!) ?? throw NoPolicy(request.PolicyArn!);
        return Task.FromResult(new ListPolicyVersionsResponse { Versions = [Version(policy) with { Document = null }], IsTruncated = false });
    }

    /// <summary>How many roles each managed policy is attached to, of those that are attached at all.</summary>
    private static Dictionary<string, int> Attachments(View view, string accountId) =>
        view.Range(IdentityTables.Roles, accountId + "/").SelectMany(role => role.AttachedPolicies)
            .GroupBy(arn => arn, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);

    private static Policy OfAws(string arn) => new()
    {
        PolicyName = ManagedPolicy.NameOf(arn),
        Arn = arn,
        Path = ManagedPolicy.PathOf(arn),
        DefaultVersionId = PolicyRecord.FirstVersion,
        PermissionsBoundaryUsageCount = 0,
        IsAttachable = true,
    };

    private static PolicyVersion Version(PolicyRecord policy) => new()
    {
        Document = PolicyDocument.Encode(policy.Document),
        VersionId = PolicyRecord.FirstVersion,
        IsDefaultVersion = true,
        CreateDate = policy.Policy.CreateDate,
    };

    private static AwsException NoPolicy(string arn) => ManagedPolicy.IsOfAws(arn)
        ? IamErrors.NoSuchEntityException($"Policy {arn} was not found: Estiba has no documents of the policies that AWS manages.")
        : IamErrors.NoSuchEntityException($"Policy {arn} was not found.");
}
