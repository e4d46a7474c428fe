using Estiba.AutoScaling.Groups;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling;

/// <content>Traffic sources, which are another way to say target groups, and Classic Load Balancers, of which there are
/// none.</content>
public sealed partial class AutoScalingApi
{
    /// <inheritdoc/>
    public async Task<AttachTrafficSourcesResultType> AttachTrafficSourcesAsync(
        AttachTrafficSourcesType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var arns = TargetGroupsOf(arns: null, request.TrafficSources);
        await AttachAsync(context, request.AutoScalingGroupName!, arns, cancellation);
        return new AttachTrafficSourcesResultType();
    }

    /// <inheritdoc/>
    public async Task<DetachTrafficSourcesResultType> DetachTrafficSourcesAsync(
        DetachTrafficSourcesType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var arns = TargetGroupsOf(arns: null, request.TrafficSources);
        await DetachAsync(context, request.AutoScalingGroupName!, arns, "Traffic Sources", cancellation);
        return new DetachTrafficSourcesResultType();
    }

    /// <inheritdoc/>
    public Task<DescribeTrafficSourcesResponse> DescribeTrafficSourcesAsync(
        DescribeTrafficSourcesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.TrafficSourceType is not (null or TargetGroupLink.Source or "elb" or "vpc-lattice"))
            throw Validation.Error($"{request.TrafficSourceType} is not a valid traffic source type.");
        var size = Paging.Size(request.MaxRecords);
        var after = Paging.After(request.NextToken, request, context);
        var links = Require(_store.Current, Scope.Of(context), request.AutoScalingGroupName!)
            .TargetGroups.Where(_ => request.TrafficSourceType is null or TargetGroupLink.Source)
            .OrderBy(link => link.Arn, StringComparer.Ordinal)
            .Where(link => after is null || string.CompareOrdinal(link.Arn, after) > 0);
        var (page, next) = PagingToken.Cut(links, size, link => link.Arn, request, context);
        return Task.FromResult(
            new DescribeTrafficSourcesResponse
            {
                TrafficSources =
                [
                    .. page.Select(link => new TrafficSourceState
                    {
                        TrafficSource = link.Arn,
                        Identifier = link.Arn,
                        Type = TargetGroupLink.Source,
                        State = link.State,
                    }),
                ],
                NextToken = next,
            }
        );
    }

    /// <inheritdoc/>
    public Task<AttachLoadBalancersResultType> AttachLoadBalancersAsync(
        AttachLoadBalancersType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Require(_store.Current, Scope.Of(context), request.AutoScalingGroupName!);
        throw Validation.Error("Provided Load Balancers may not be valid. Please ensure they exist and try again.");
    }

    /// <inheritdoc/>
    public Task<DetachLoadBalancersResultType> DetachLoadBalancersAsync(
        DetachLoadBalancersType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Require(_store.Current, Scope.Of(context), request.AutoScalingGroupName!);
        throw Validation.Error(
            "Trying to remove Load Balancers that are not part of the group: "
                + string.Join(", ", request.LoadBalancerNames!)
        );
    }

    /// <inheritdoc/>
    public Task<DescribeLoadBalancersResponse> DescribeLoadBalancersAsync(
        DescribeLoadBalancersRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Require(_store.Current, Scope.Of(context), request.AutoScalingGroupName!);
        Paging.Size(request.MaxRecords);
        Paging.After(request.NextToken, request, context);
        return Task.FromResult(new DescribeLoadBalancersResponse { LoadBalancers = [] });
    }
}
