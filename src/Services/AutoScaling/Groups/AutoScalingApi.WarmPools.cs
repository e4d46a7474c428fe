using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling;

/// <content>Warm pools, of which there are none.</content>
public sealed partial class AutoScalingApi
{
    /// <inheritdoc/>
    public Task<DescribeWarmPoolAnswer> DescribeWarmPoolAsync(
        DescribeWarmPoolType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Require(_store.Current, Scope.Of(context), request.AutoScalingGroupName!, ofDeleting: true);
        Paging.Size(request.MaxRecords);
        Paging.After(request.NextToken, request, context);
        return Task.FromResult(new DescribeWarmPoolAnswer { Instances = [] });
    }

    /// <inheritdoc/>
    public Task<PutWarmPoolAnswer> PutWarmPoolAsync(
        PutWarmPoolType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Require(_store.Current, Scope.Of(context), request.AutoScalingGroupName!);
        throw Validation.Error("Estiba does not support warm pools yet.");
    }

    /// <inheritdoc/>
    public Task<DeleteWarmPoolAnswer> DeleteWarmPoolAsync(
        DeleteWarmPoolType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Require(_store.Current, Scope.Of(context), request.AutoScalingGroupName!, ofDeleting: true);
        throw Validation.Error("No warm pool found for AutoScalingGroup " + request.AutoScalingGroupName);
    }
}
