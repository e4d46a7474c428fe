using Estiba.ApplicationAutoScaling.Activities;
using Estiba.ApplicationAutoScaling.ScalableTargets;
using Estiba.Contracts;
using Estiba.Contracts.ApplicationAutoScaling;

namespace Estiba.ApplicationAutoScaling;

/// <content>What was scaled, and what was not.</content>
public sealed partial class ApplicationAutoScalingApi
{
    /// <inheritdoc/>
    public Task<DescribeScalingActivitiesResponse> DescribeScalingActivitiesAsync(
        DescribeScalingActivitiesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        string[] resources = request.ResourceId is { } resource ? [resource] : [];
        TargetNames.CheckFilter(request.ServiceNamespace!, resources, request.ScalableDimension, "ResourceId");
        var size = Paging.Size(request.MaxResults);
        var after = Paging.After(request.NextToken, request, context);
        var oldest = Now - ActivityRecord.Life;
        var (scope, view) = (Scope.Of(context), _store.Current);
        var activities = request switch
        {
            { ServiceNamespace: not ServiceNamespace.Ecs } => [],
            { ResourceId: { } only } => view.Where(
                ApplicationAutoScalingTables.Activities,
                ApplicationAutoScalingTables.ActivitiesByTarget,
                ScalableTargetRecord.KeyOf(scope, only),
                after
            ),
            _ => view.Range(ApplicationAutoScalingTables.Activities, scope.Prefix, after),
        };
        var shown = activities
            .TakeWhile(activity => activity.StartedAt >= oldest)
            .Where(activity => activity.NotScaled is null || request.IncludeNotScaledActivities == true);
        var (page, next) = PagingToken.Cut(shown, size, activity => activity.Key, request, context);
        return Task.FromResult(
            new DescribeScalingActivitiesResponse { ScalingActivities = [.. page.Select(Describe)], NextToken = next }
        );
    }

    private static ScalingActivity Describe(ActivityRecord activity) =>
        new()
        {
            ActivityId = activity.Id,
            ServiceNamespace = ServiceNamespace.Ecs,
            ResourceId = activity.ResourceId,
            ScalableDimension = TargetNames.Dimension,
            Description = activity.Description,
            Cause = activity.Cause,
            StartTime = activity.StartedAt,
            EndTime = activity.EndedAt,
            StatusCode = activity.Status,
            StatusMessage = activity.Message,
            NotScaledReasons = activity.NotScaled is { } reason
                ?
                [
                    new NotScaledReason
                    {
                        Code = reason.Code,
                        CurrentCapacity = reason.Current,
                        MinCapacity = reason.Min,
                        MaxCapacity = reason.Max,
                    },
                ]
                : null,
        };
}
