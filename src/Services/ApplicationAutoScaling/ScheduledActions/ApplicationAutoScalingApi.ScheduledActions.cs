using Estiba.ApplicationAutoScaling.ScalableTargets;
using Estiba.ApplicationAutoScaling.ScheduledActions;
using Estiba.Contracts;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.State;
using static Estiba.Contracts.ApplicationAutoScaling.ApplicationAutoScalingErrors;

namespace Estiba.ApplicationAutoScaling;

/// <content>Scheduled actions.</content>
public sealed partial class ApplicationAutoScalingApi
{
    /// <inheritdoc/>
    public async Task<PutScheduledActionResponse> PutScheduledActionAsync(
        PutScheduledActionRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        TargetNames.Check(request.ServiceNamespace!, request.ResourceId!, request.ScalableDimension);
        await _store.CommitAsync(
            transaction =>
                transaction.Put(
                    ApplicationAutoScalingTables.ScheduledActions,
                    ActionOf(transaction, Scope.Of(context), request)
                ),
            cancellation
        );
        return new PutScheduledActionResponse();
    }

    /// <inheritdoc/>
    public Task<DescribeScheduledActionsResponse> DescribeScheduledActionsAsync(
        DescribeScheduledActionsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        string[] resources = request.ResourceId is { } resource ? [resource] : [];
        TargetNames.CheckFilter(request.ServiceNamespace!, resources, request.ScalableDimension, "ResourceId");
        var size = Paging.Size(request.MaxResults);
        var after = Paging.After(request.NextToken, request, context);
        var names = request.ScheduledActionNames ?? [];
        var scope = Scope.Of(context);
        var prefix = resources is [var only] ? ScalableTargetRecord.KeyOf(scope, only) + "/" : scope.Prefix;
        var actions =
            request.ServiceNamespace == ServiceNamespace.Ecs
                ? _store
                    .Current.Range(ApplicationAutoScalingTables.ScheduledActions, prefix, after)
                    .Where(action => names.Count == 0 || names.Contains(action.Name))
                : [];
        var (page, next) = PagingToken.Cut(actions, size, action => action.Key, request, context);
        return Task.FromResult(
            new DescribeScheduledActionsResponse { ScheduledActions = [.. page.Select(Describe)], NextToken = next }
        );
    }

    /// <inheritdoc/>
    public async Task<DeleteScheduledActionResponse> DeleteScheduledActionAsync(
        DeleteScheduledActionRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        TargetNames.Check(request.ServiceNamespace!, request.ResourceId!, request.ScalableDimension);
        await _store.CommitAsync(
            transaction =>
            {
                TargetNames.Require(transaction, Scope.Of(context), request.ResourceId!, "found");
                var key = ScheduledActionRecord.KeyOf(
                    Scope.Of(context),
                    request.ResourceId!,
                    request.ScheduledActionName!
                );
                if (!transaction.Delete(ApplicationAutoScalingTables.ScheduledActions, key))
                    throw ObjectNotFoundException(
                        $"No scheduled action found for service namespace: ecs, resource ID: {request.ResourceId}, "
                            + $"scalable dimension: {TargetNames.Dimension}, scheduled action name: "
                            + request.ScheduledActionName
                    );
            },
            cancellation
        );
        return new DeleteScheduledActionResponse();
    }

    // What is not said of an action that is there stays as it is, but for its start and its end.
    private ScheduledActionRecord ActionOf(View view, Scope scope, PutScheduledActionRequest request)
    {
        var target = TargetNames.Require(view, scope, request.ResourceId!, "registered");
        var before = view.Find(
            ApplicationAutoScalingTables.ScheduledActions,
            ScheduledActionRecord.KeyOf(scope, request.ResourceId!, request.ScheduledActionName!)
        );
        if (
            before is null
            && view.Count(ApplicationAutoScalingTables.ScheduledActions, target.Prefix) >= Quotas.ScheduledActions
        )
            throw LimitExceededException(
                $"A scalable target can have at most {Quotas.ScheduledActions} scheduled actions."
            );
        var action = new ScheduledActionRecord
        {
            Scope = scope,
            ResourceId = request.ResourceId!,
            TargetId = target.Id,
            Name = request.ScheduledActionName!,
            Schedule = request.Schedule ?? before?.Schedule ?? throw ValidationException("Schedule must be specified"),
            Timezone = request.Timezone ?? before?.Timezone,
            StartsAt = request.StartTime,
            EndsAt = request.EndTime,
            Action = request.ScalableTargetAction
                ?? before?.Action
                ?? throw ValidationException("ScalableTargetAction must be set"),
            CreatedAt = before?.CreatedAt ?? Now,
            PutAt = Now,
        };
        CheckAction(action);
        return action with { NextRun = ScheduledRuns.First(action, Now) };
    }

    private static void CheckAction(ScheduledActionRecord action)
    {
        var (min, max) = (action.Action.MinCapacity, action.Action.MaxCapacity);
        if (min is null && max is null)
            throw ValidationException("At least one of minimum capacity and maximum capacity should be provided");
        if (min < 0 || max < 0)
            throw ValidationException("Minimum and maximum capacity cannot be less than 0");
        if (min > max)
            throw ValidationException("Minimum capacity cannot be greater than maximum capacity");
        if (action.StartsAt >= action.EndsAt)
            throw ValidationException("StartTime must be before EndTime");
        if (ScheduledRuns.ZoneOf(action.Timezone) is not { } zone)
            throw ValidationException($"Timezone {action.Timezone} is not supported");
        if (Schedule.TryParse(action.Schedule, zone) is null)
            throw ValidationException(
                $"Invalid schedule expression {action.Schedule}: it must be at(yyyy-mm-ddThh:mm:ss), "
                    + "rate(value unit), or cron(minutes hours day-of-month month day-of-week year) with ? in one of "
                    + "the fields for days"
            );
    }

    private static ScheduledAction Describe(ScheduledActionRecord action) =>
        new()
        {
            ScheduledActionName = action.Name,
            ScheduledActionARN = action.Arn,
            ServiceNamespace = ServiceNamespace.Ecs,
            Schedule = action.Schedule,
            Timezone = action.Timezone,
            ResourceId = action.ResourceId,
            ScalableDimension = TargetNames.Dimension,
            StartTime = action.StartsAt,
            EndTime = action.EndsAt,
            ScalableTargetAction = action.Action,
            CreationTime = action.CreatedAt,
        };
}
