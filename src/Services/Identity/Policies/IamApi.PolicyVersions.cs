using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Policies;

namespace Estiba.Identity;

/// <content>The versions of managed policies; of those that AWS keeps, the default one.</content>
public sealed partial class IamApi
{
    private const int MostVersions = 5;

    /// <inheritdoc/>
    public async Task<CreatePolicyVersionResponse> CreatePolicyVersionAsync(
        CreatePolicyVersionRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        PolicyDocument.CheckManaged(request.PolicyDocument!);
        var (now, document) = (Now(), request.PolicyDocument!);
        var version = await store.CommitAsync(
            transaction =>
            {
                var policy = FindOwnPolicy(transaction, context, request.PolicyArn!);
                if (policy.AllVersions.Count >= MostVersions)
                {
                    throw IamErrors.LimitExceededException(
                        $"A managed policy can have up to {MostVersions} versions. "
                            + "Before you create a new version, you must delete an existing version."
                    );
                }

                var number = (policy.LastVersion ?? 1) + 1;
                var made = new PolicyVersionRecord("v" + number.ToString(CultureInfo.InvariantCulture), document, now);
                var changed = policy with
                {
                    Policy = policy.Policy with { UpdateDate = now },
                    Versions = [.. policy.AllVersions, made],
                    LastVersion = number,
                };
                changed = request.SetAsDefault is true ? WithDefault(changed, made) : changed;
                transaction.Put(IdentityTables.Policies, changed);
                return changed.Shown(made);
            },
            cancellation
        );
        return new CreatePolicyVersionResponse { PolicyVersion = version with { Document = null } };
    }

    /// <inheritdoc/>
    public Task<GetPolicyVersionResponse> GetPolicyVersionAsync(
        GetPolicyVersionRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var (arn, id) = (request.PolicyArn!, request.VersionId!);
        ManagedPolicy.CheckArn(arn);
        var version = AwsManagedPolicies.Find(arn) is { } ofAws
            ? ofAws.VersionId == id
                ? ofAws.ShownVersion()
                : null
            : ManagedPolicy.Find(store.Current, context.AccountId, arn) is { } policy
            && policy.FindVersion(id) is { } found
                ? policy.Shown(found)
                : null;
        return Task.FromResult(new GetPolicyVersionResponse { PolicyVersion = version ?? throw NoVersion(arn, id) });
    }

    /// <inheritdoc/>
    public Task<ListPolicyVersionsResponse> ListPolicyVersionsAsync(
        ListPolicyVersionsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        ManagedPolicy.CheckArn(request.PolicyArn!);
        IReadOnlyList<PolicyVersion> versions = AwsManagedPolicies.Find(request.PolicyArn!) is { } ofAws
            ? [ofAws.ShownVersion()]
            : NewestFirst(FindPolicy(store.Current, context, request.PolicyArn!));
        // Five versions at most fit any page but the smallest; a key that counts down keeps the newest first.
        var page = Page.Of(request, context, request.Marker, request.MaxItems, versions, version =>
            (int.MaxValue - NumberOf(version.VersionId!)).ToString("D10", CultureInfo.InvariantCulture)
        );
        return Task.FromResult(
            new ListPolicyVersionsResponse
            {
                Versions = [.. page.Items.Select(version => version with { Document = null })],
                IsTruncated = page.IsTruncated,
                Marker = page.Marker,
            }
        );
    }

    /// <inheritdoc/>
    public async Task<SetDefaultPolicyVersionResponse> SetDefaultPolicyVersionAsync(
        SetDefaultPolicyVersionRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeVersionAsync(context, request.PolicyArn!, request.VersionId!, WithDefault, cancellation);
        return new SetDefaultPolicyVersionResponse();
    }

    /// <inheritdoc/>
    public async Task<DeletePolicyVersionResponse> DeletePolicyVersionAsync(
        DeletePolicyVersionRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeVersionAsync(
            context,
            request.PolicyArn!,
            request.VersionId!,
            (policy, version) =>
                version.VersionId == policy.Policy.DefaultVersionId
                    ? throw IamErrors.DeleteConflictException("Cannot delete the default version of a policy.")
                    : policy with
                    {
                        Versions = [.. policy.AllVersions.Where(other => other.VersionId != version.VersionId)],
                    },
            cancellation
        );
        return new DeletePolicyVersionResponse();
    }

    private Task ChangeVersionAsync(
        CallContext context,
        string arn,
        string id,
        Func<PolicyRecord, PolicyVersionRecord, PolicyRecord> change,
        CancellationToken cancellation
    )
    {
        ManagedPolicy.CheckArn(arn);
        return store.CommitAsync(
            transaction =>
            {
                if (
                    AwsManagedPolicies.Find(arn) is null
                    && ManagedPolicy.Find(transaction, context.AccountId, arn) is null
                )
                    throw NoVersion(arn, id);
                var policy = FindOwnPolicy(transaction, context, arn);
                transaction.Put(
                    IdentityTables.Policies,
                    change(policy, policy.FindVersion(id) ?? throw NoVersion(arn, id))
                );
            },
            cancellation
        );
    }

    private static PolicyRecord WithDefault(PolicyRecord policy, PolicyVersionRecord version) =>
        policy with
        {
            // With its versions written out: the document is from now on not that of the first.
            Versions = policy.AllVersions,
            Document = version.Document,
            Policy = policy.Policy with { DefaultVersionId = version.VersionId },
        };

    private static IReadOnlyList<PolicyVersion> NewestFirst(PolicyRecord policy) =>
        [.. policy.AllVersions.Reverse().Select(policy.Shown)];

    private static int NumberOf(string versionId) => int.Parse(versionId.AsSpan(1), CultureInfo.InvariantCulture);

    private static AwsException NoVersion(string arn, string id) =>
        IamErrors.NoSuchEntityException($"Policy {arn} version {id} does not exist or is not attachable.");
}
