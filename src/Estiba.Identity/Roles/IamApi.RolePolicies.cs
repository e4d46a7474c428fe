using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Policies;

namespace Estiba.Identity;

/// <content>The policies of roles: those inside them and those attached to them.</content>
public sealed partial class IamApi
{
    private const int MostAttachedPolicies = 10;

    /// <inheritdoc/>
    public async Task<PutRolePolicyResponse> PutRolePolicyAsync(
        PutRolePolicyRequest request, CallContext context, CancellationToken cancellation = default)
    {
        PolicyDocument.CheckPermissions(request.PolicyDocument!);
        await ChangeRoleAsync(
            context, request.RoleName!,
            role => role with
            {
                Policies = new Dictionary<string, string>(role.Policies, StringComparer.Ordinal) { [request.PolicyName!] = request.PolicyDocument! },
            },
            cancellation);
        return new PutRolePolicyResponse();
    }

    /// <inheritdoc/>
    public Task<GetRolePolicyResponse> GetRolePolicyAsync(
        GetRolePolicyRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var role = FindRole(store.Current, context.AccountId, request.RoleName!);
        var document = role.Policies.GetValueOrDefault(request.PolicyName!) ?? throw NoRolePolicy(request.PolicyName!);
        return Task.FromResult(new GetRolePolicyResponse
        {
            RoleName = role.Role.RoleName,
            PolicyName = request.PolicyName,
            PolicyDocument = PolicyDocument.Encode(document),
        });
    }

    /// <inheritdoc/>
    public async Task<DeleteRolePolicyResponse> DeleteRolePolicyAsync(
        DeleteRolePolicyRequest request, CallContext context, CancellationToken cancellation = default)
    {
        await ChangeRoleAsync(
            context, request.RoleName!,
            role =>
            {
                var policies = new Dictionary<string, string>(role.Policies, StringComparer.Ordinal);
                return policies.Remove(request.PolicyName!) ? role with { Policies = policies } : throw NoRolePolicy(request.PolicyName!);
            },
            cancellation);
        return new DeleteRolePolicyResponse();
    }

    /// <inheritdoc/>
    public Task<ListRolePoliciesResponse> ListRolePoliciesAsync(
        ListRolePoliciesRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var role = FindRole(store.Current, context.AccountId, request.RoleName!);
        var page = Page.Of(role.Policies.Keys.Order(StringComparer.Ordinal), name => name, request.Marker, request.MaxItems);
        return Task.FromResult(new ListRolePoliciesResponse { PolicyNames = page.Items, IsTruncated = page.IsTruncated, Marker = page.Marker });
    }

    /// <inheritdoc/>
    public async Task<AttachRolePolicyResponse> AttachRolePolicyAsync(
        AttachRolePolicyRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var arn = request.PolicyArn!;
        await store.CommitAsync(
            transaction =>
            {
                var role = FindModifiableRole(transaction, context.AccountId, request.RoleName!);
                if (!ManagedPolicy.Exists(transaction, context.AccountId, arn))
                    throw IamErrors.NoSuchEntityException($"Policy {arn} does not exist or is not attachable.");
                if (role.AttachedPolicies.Contains(arn))
                    return;
                if (role.AttachedPolicies.Count == MostAttachedPolicies)
                    throw IamErrors.LimitExceededException($"Cannot exceed quota for PoliciesPerRole: {MostAttachedPolicies}");

                transaction.Put(IdentityTables.Roles, role with { AttachedPolicies = [.. role.AttachedPolicies.Append(arn).Order(StringComparer.Ordinal)] });
            },
            cancellation);
        return new AttachRolePolicyResponse();
    }

    /// <inheritdoc/>
    public async Task<DetachRolePolicyResponse> DetachRolePolicyAsync(
        DetachRolePolicyRequest request, CallContext context, CancellationToken cancellation = default)
    {
        await ChangeRoleAsync(
            context, request.RoleName!,
            role => role.AttachedPolicies.Contains(request.PolicyArn!)
                ? role with { AttachedPolicies = [.. role.AttachedPolicies.Where(arn => arn != request.PolicyArn)] }
                : throw IamErrors.NoSuchEntityException($"Policy {request.PolicyArn} was not found."),
            cancellation);
        return new DetachRolePolicyResponse();
    }

    /// <inheritdoc/>
    public Task<ListAttachedRolePoliciesResponse> ListAttachedRolePoliciesAsync(
        ListAttachedRolePoliciesRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var role = FindRole(store.Current, context.AccountId, request.RoleName!);
        var arns = role.AttachedPolicies.Where(arn => ManagedPolicy.PathOf(arn).StartsWith(request.PathPrefix ?? DefaultPath, StringComparison.Ordinal));
        var page = Page.Of(arns, arn => arn, request.Marker, request.MaxItems);
        return Task.FromResult(new ListAttachedRolePoliciesResponse
        {
            AttachedPolicies = [.. page.Items.Select(arn => new AttachedPolicy { PolicyName = ManagedPolicy.NameOf(arn), PolicyArn = arn })],
            IsTruncated = page.IsTruncated,
            Marker = page.Marker,
        });
    }

    private static AwsException NoRolePolicy(string name) =>
        IamErrors.NoSuchEntityException($"The role policy with name {name} cannot be found.");
}
