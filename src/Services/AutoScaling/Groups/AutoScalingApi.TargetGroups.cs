using Estiba.AutoScaling.Groups;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling;

/// <content>The target groups of groups.</content>
public sealed partial class AutoScalingApi
{
    /// <inheritdoc/>
    public async Task<AttachLoadBalancerTargetGroupsResultType> AttachLoadBalancerTargetGroupsAsync(
        AttachLoadBalancerTargetGroupsType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await AttachAsync(context, request.AutoScalingGroupName!, request.TargetGroupARNs!, cancellation);
        return new AttachLoadBalancerTargetGroupsResultType();
    }

    private async Task AttachAsync(
        CallContext context,
        string name,
        IReadOnlyList<string> targetGroups,
        CancellationToken cancellation
    )
    {
        var arns = targetGroups.Distinct().ToList();
        Require(_store.Current, Scope.Of(context), name);
        await _places.CheckTargetGroupsAsync(Scope.Of(context), arns, cancellation);
        await ChangeAsync(context, name, Attach, cancellation);

        GroupRecord Attach(GroupRecord group)
        {
            var others = group.TargetGroups.Where(link => link.IsWanted || !arns.Contains(link.Arn)).ToList();
            var added = arns.Where(arn => !others.Exists(link => link.Arn == arn)).ToList();
            if (others.Count + added.Count > Quotas.TargetGroups)
                throw AutoScalingErrors.LimitExceededFault(
                    $"An Auto Scaling group can have at most {Quotas.TargetGroups} target groups."
                );
            return group with
            {
                TargetGroups = [.. others, .. added.Select(arn => new TargetGroupLink(arn, TargetGroupLink.Adding))],
            };
        }
    }

    /// <inheritdoc/>
    public async Task<DetachLoadBalancerTargetGroupsResultType> DetachLoadBalancerTargetGroupsAsync(
        DetachLoadBalancerTargetGroupsType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await DetachAsync(
            context,
            request.AutoScalingGroupName!,
            request.TargetGroupARNs!,
            "Target Groups",
            cancellation
        );
        return new DetachLoadBalancerTargetGroupsResultType();
    }

    private async Task DetachAsync(
        CallContext context,
        string name,
        IReadOnlyList<string> arns,
        string what,
        CancellationToken cancellation
    )
    {
        await ChangeAsync(context, name, Detach, cancellation);

        GroupRecord Detach(GroupRecord group)
        {
            if (arns.Any(arn => group.TargetGroups.All(link => link.Arn != arn || !link.IsWanted)))
                throw Validation.Error(
                    $"Trying to remove {what} that are not part of the group: {string.Join(", ", arns)}"
                );
            return group with
            {
                TargetGroups =
                [
                    .. group.TargetGroups.Select(link =>
                        arns.Contains(link.Arn) ? link with { State = TargetGroupLink.Removing } : link
                    ),
                ],
            };
        }
    }

    /// <inheritdoc/>
    public Task<DescribeLoadBalancerTargetGroupsResponse> DescribeLoadBalancerTargetGroupsAsync(
        DescribeLoadBalancerTargetGroupsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var size = Paging.Size(request.MaxRecords);
        var after = Paging.After(request.NextToken, request, context);
        var links = Require(_store.Current, Scope.Of(context), request.AutoScalingGroupName!)
            .TargetGroups.OrderBy(link => link.Arn, StringComparer.Ordinal)
            .Where(link => after is null || string.CompareOrdinal(link.Arn, after) > 0);
        var (page, next) = PagingToken.Cut(links, size, link => link.Arn, request, context);
        return Task.FromResult(
            new DescribeLoadBalancerTargetGroupsResponse
            {
                LoadBalancerTargetGroups =
                [
                    .. page.Select(link => new LoadBalancerTargetGroupState
                    {
                        LoadBalancerTargetGroupARN = link.Arn,
                        State = link.State,
                    }),
                ],
                NextToken = next,
            }
        );
    }
}
