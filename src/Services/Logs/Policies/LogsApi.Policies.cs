using Estiba.Contracts;
using Estiba.Contracts.Logs;

namespace Estiba.Logs;

/// <content>Policies on what is in log events: none can be put, and every read says so.</content>
public sealed partial class LogsApi
{
    /// <inheritdoc />
    public Task<DescribeAccountPoliciesResponse> DescribeAccountPoliciesAsync(
        DescribeAccountPoliciesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        request.PolicyName is null
            ? Task.FromResult(new DescribeAccountPoliciesResponse { AccountPolicies = [] })
            : throw NoSuch("account policy");

    /// <inheritdoc />
    public Task<DeleteAccountPolicyResponse> DeleteAccountPolicyAsync(
        DeleteAccountPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("account policy");

    /// <inheritdoc />
    public Task<GetDataProtectionPolicyResponse> GetDataProtectionPolicyAsync(
        GetDataProtectionPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        _ = GroupIdentifiedBy(_store.Current, context, request.LogGroupIdentifier!);
        return Task.FromResult(new GetDataProtectionPolicyResponse { LogGroupIdentifier = request.LogGroupIdentifier });
    }

    /// <inheritdoc />
    public Task<DeleteDataProtectionPolicyResponse> DeleteDataProtectionPolicyAsync(
        DeleteDataProtectionPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        _ = GroupIdentifiedBy(_store.Current, context, request.LogGroupIdentifier!);
        return Task.FromResult(new DeleteDataProtectionPolicyResponse());
    }

    /// <inheritdoc />
    public Task<DescribeIndexPoliciesResponse> DescribeIndexPoliciesAsync(
        DescribeIndexPoliciesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        RequireGroups(request.LogGroupIdentifiers!, context);
        return Task.FromResult(new DescribeIndexPoliciesResponse { IndexPolicies = [] });
    }

    /// <inheritdoc />
    public Task<DeleteIndexPolicyResponse> DeleteIndexPolicyAsync(
        DeleteIndexPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        RequireGroups([request.LogGroupIdentifier!], context);
        throw NoSuch("index policy");
    }

    /// <inheritdoc />
    public Task<DescribeFieldIndexesResponse> DescribeFieldIndexesAsync(
        DescribeFieldIndexesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        RequireGroups(request.LogGroupIdentifiers!, context);
        return Task.FromResult(new DescribeFieldIndexesResponse { FieldIndexes = [] });
    }

    /// <inheritdoc />
    public Task<GetTransformerResponse> GetTransformerAsync(
        GetTransformerRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        RequireGroups([request.LogGroupIdentifier!], context);
        throw NoSuch("transformer");
    }

    /// <inheritdoc />
    public Task<DeleteTransformerResponse> DeleteTransformerAsync(
        DeleteTransformerRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        RequireGroups([request.LogGroupIdentifier!], context);
        throw NoSuch("transformer");
    }

    /// <inheritdoc />
    /// <remarks>No log group has a data source.</remarks>
    public Task<GetLogFieldsResponse> GetLogFieldsAsync(
        GetLogFieldsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("data source");

    /// <inheritdoc />
    public Task<GetStorageTierPolicyResponse> GetStorageTierPolicyAsync(
        GetStorageTierPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new GetStorageTierPolicyResponse { StorageTier = StorageTier.Standard });

    private void RequireGroups(IReadOnlyList<string> identifiers, CallContext context)
    {
        foreach (var identifier in identifiers)
            _ = GroupIdentifiedBy(_store.Current, context, identifier);
    }
}
