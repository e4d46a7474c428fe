using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Logs.ResourcePolicies;
using Estiba.State;

namespace Estiba.Logs;

public sealed partial class LogsApi
{
    // "up to 10 resource policies per Region per account", PutResourcePolicy, API reference.
    private const int MaxResourcePolicies = 10;

    /// <inheritdoc />
    public async Task<PutResourcePolicyResponse> PutResourcePolicyAsync(
        PutResourcePolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.PolicyName is null == request.ResourceArn is null)
            throw LogsErrors.InvalidParameterException("Exactly one of policyName and resourceArn must be specified.");
        RequirePolicyDocument(request.PolicyDocument);
        var revision = request.ResourceArn is null ? null : _ids.Uuid();
        var record = await _store.CommitAsync(
            transaction =>
            {
                if (request.ResourceArn is { } arn)
                    _ = GroupIdentifiedBy(transaction, context, arn);
                var known = PolicyOf(transaction, context, request.PolicyName, request.ResourceArn);
                CheckRevision(known, request.ExpectedRevisionId);
                if (
                    known is null
                    && request.ResourceArn is null
                    && transaction.Count(
                        LogsTables.ResourcePolicies,
                        ResourcePolicyRecord.KeyOf(context.AccountId, context.Region, "", null)
                    ) >= MaxResourcePolicies
                )
                {
                    throw LogsErrors.LimitExceededException("Resource limit exceeded.");
                }

                var put = new ResourcePolicyRecord
                {
                    AccountId = context.AccountId,
                    Region = context.Region,
                    Policy = new ResourcePolicy
                    {
                        PolicyName = request.PolicyName,
                        PolicyDocument = request.PolicyDocument,
                        LastUpdatedTime = Now(),
                        PolicyScope = request.ResourceArn is null ? PolicyScope.Account : PolicyScope.Resource,
                        ResourceArn = request.ResourceArn,
                        RevisionId = revision,
                    },
                };
                transaction.Put(LogsTables.ResourcePolicies, put);
                return put;
            },
            cancellation
        );
        return new PutResourcePolicyResponse { ResourcePolicy = record.Policy, RevisionId = revision };
    }

    /// <inheritdoc />
    public Task<DescribeResourcePoliciesResponse> DescribeResourcePoliciesAsync(
        DescribeResourcePoliciesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var scope = request.PolicyScope ?? (request.ResourceArn is null ? PolicyScope.Account : PolicyScope.Resource);
        if (scope == PolicyScope.Resource && request.ResourceArn is null)
            throw LogsErrors.InvalidParameterException("resourceArn must be specified for the policyScope RESOURCE.");

        var limit = request.Limit ?? DefaultPage;
        var page = _store
            .Current.Range(
                LogsTables.ResourcePolicies,
                Scope.Of(context).Prefix,
                PageToken.Decode(request.NextToken, request, context)
            )
            .Where(record =>
                record.Policy.PolicyScope == scope
                && (scope == PolicyScope.Account || record.Policy.ResourceArn == request.ResourceArn)
            )
            .Take(limit + 1)
            .ToList();
        return Task.FromResult(
            new DescribeResourcePoliciesResponse
            {
                ResourcePolicies = [.. page.Take(limit).Select(record => record.Policy)],
                NextToken = page.Count > limit ? PageToken.Encode(page[limit - 1].Key, request, context) : null,
            }
        );
    }

    /// <inheritdoc />
    public async Task<DeleteResourcePolicyResponse> DeleteResourcePolicyAsync(
        DeleteResourcePolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var known = PolicyOf(transaction, context, request.PolicyName, request.ResourceArn)
                    ?? throw NoSuch("resource policy");
                CheckRevision(known, request.ExpectedRevisionId);
                transaction.Delete(LogsTables.ResourcePolicies, known.Key);
            },
            cancellation
        );
        return new DeleteResourcePolicyResponse();
    }

    private static ResourcePolicyRecord? PolicyOf(View view, CallContext context, string? name, string? resourceArn) =>
        view.Find(
            LogsTables.ResourcePolicies,
            ResourcePolicyRecord.KeyOf(context.AccountId, context.Region, name, resourceArn)
        );

    private static void CheckRevision(ResourcePolicyRecord? known, string? expected)
    {
        if (expected is not null && expected != known?.Policy.RevisionId)
            throw LogsErrors.OperationAbortedException("The expected revision id is not that of the resource policy.");
    }

    private static void RequirePolicyDocument(string? text)
    {
        try
        {
            if (text is not null)
            {
                using var document = EmbeddedJson.Parse(text);
                if (
                    document.RootElement.ValueKind == JsonValueKind.Object
                    && document.RootElement.TryGetProperty("Statement", out _)
                )
                    return;
            }
        }
        catch (JsonException)
        {
            // It is told below.
        }

        throw LogsErrors.InvalidParameterException("The policy document is not a valid JSON policy.");
    }
}
