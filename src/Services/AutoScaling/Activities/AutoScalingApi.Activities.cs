using System.Globalization;
using System.Text.Json.Nodes;
using Estiba.AutoScaling.Activities;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling;

/// <content>What was done with instances.</content>
public sealed partial class AutoScalingApi
{
    /// <inheritdoc/>
    public Task<ActivitiesType> DescribeScalingActivitiesAsync(
        DescribeScalingActivitiesType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var (scope, view) = (Scope.Of(context), _store.Current);
        var size = Paging.Size(request.MaxRecords);
        var after = Paging.After(request.NextToken, request, context);
        var ids = request.ActivityIds ?? [];
        var matches = Matches(request.Filters ?? []);
        var oldest = Now - ActivityRecord.Life;
        var withDeleted = request.IncludeDeletedGroups == true;
        if (request.AutoScalingGroupName is { } name && !withDeleted)
            Require(view, scope, name, ofDeleting: true);
        var activities = request.AutoScalingGroupName is { } group
            ? view.Where(AutoScalingTables.Activities, AutoScalingTables.ActivitiesByGroup, scope.Key(group), after)
            : view.Range(AutoScalingTables.Activities, scope.Prefix, after);
        var shown = activities
            .TakeWhile(activity => activity.StartedAt >= oldest)
            .Where(activity =>
                (ids.Count == 0 || ids.Contains(activity.Id))
                && (withDeleted || !activity.IsOfDeletedGroup)
                && matches(activity)
            );
        var (page, next) = PagingToken.Cut(shown, size, activity => activity.Key, request, context);
        return Task.FromResult(new ActivitiesType { Activities = [.. page.Select(Describe)], NextToken = next });
    }

    private static Func<ActivityRecord, bool> Matches(IReadOnlyList<Filter> filters)
    {
        var conditions = filters
            .Select<Filter, Func<ActivityRecord, bool>>(filter =>
                filter.Name switch
                {
                    "StartTimeLowerBound" when TimeOf(filter) is { } bound => activity => activity.StartedAt >= bound,
                    "StartTimeUpperBound" when TimeOf(filter) is { } bound => activity => activity.StartedAt <= bound,
                    "Status" => activity => filter.Values?.Contains(activity.Status) == true,
                    _ => throw Validation.Error(
                        $"Filter {filter.Name} is not valid. Filter by StartTimeLowerBound, StartTimeUpperBound or "
                            + "Status."
                    ),
                }
            )
            .ToList();
        return activity => conditions.TrueForAll(condition => condition(activity));
    }

    private static DateTimeOffset? TimeOf(Filter filter) =>
        filter.Values is [var text]
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;

    private static Activity Describe(ActivityRecord activity) =>
        new()
        {
            ActivityId = activity.Id,
            AutoScalingGroupName = activity.Group,
            AutoScalingGroupARN = activity.GroupArn,
            AutoScalingGroupState = activity.IsOfDeletedGroup ? "Deleted" : null,
            Description = activity.Description,
            Cause = activity.Cause,
            StartTime = activity.StartedAt,
            EndTime = activity.EndedAt,
            StatusCode = activity.Status,
            StatusMessage = activity.Message,
            Progress = activity.Progress,
            Details = new JsonObject
            {
                ["Subnet ID"] = activity.SubnetId,
                ["Availability Zone"] = activity.Zone,
            }.ToJsonString(),
        };
}
