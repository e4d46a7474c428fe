using Estiba.AutoScaling.ScheduledActions;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;
using Estiba.State;

namespace Estiba.AutoScaling;

/// <content>Scheduled actions.</content>
public sealed partial class AutoScalingApi
{
    /// <inheritdoc/>
    public async Task<PutScheduledUpdateGroupActionResponse> PutScheduledUpdateGroupActionAsync(
        PutScheduledUpdateGroupActionType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.Time is not null && request.StartTime is not null && request.Time != request.StartTime)
            throw Validation.Error("Time and StartTime cannot be different: specify StartTime only.");
        var action = new ScheduledUpdateGroupActionRequest
        {
            ScheduledActionName = request.ScheduledActionName,
            StartTime = request.StartTime ?? request.Time,
            EndTime = request.EndTime,
            Recurrence = request.Recurrence,
            MinSize = request.MinSize,
            MaxSize = request.MaxSize,
            DesiredCapacity = request.DesiredCapacity,
            TimeZone = request.TimeZone,
        };
        await _store.CommitAsync(
            transaction => Put(transaction, Scope.Of(context), request.AutoScalingGroupName!, action),
            cancellation
        );
        return new PutScheduledUpdateGroupActionResponse();
    }

    /// <inheritdoc/>
    public async Task<BatchPutScheduledUpdateGroupActionAnswer> BatchPutScheduledUpdateGroupActionAsync(
        BatchPutScheduledUpdateGroupActionType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Require(_store.Current, Scope.Of(context), request.AutoScalingGroupName!);
        var failed = new List<FailedScheduledUpdateGroupActionRequest>();
        foreach (var action in request.ScheduledUpdateGroupActions!)
        {
            try
            {
                await _store.CommitAsync(
                    transaction => Put(transaction, Scope.Of(context), request.AutoScalingGroupName!, action),
                    cancellation
                );
            }
            catch (AwsException refused) when (refused.StatusCode < 500)
            {
                failed.Add(Failed(action.ScheduledActionName!, refused));
            }
        }

        return new BatchPutScheduledUpdateGroupActionAnswer { FailedScheduledUpdateGroupActions = failed };
    }

    /// <inheritdoc/>
    public async Task<DeleteScheduledActionResponse> DeleteScheduledActionAsync(
        DeleteScheduledActionType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await _store.CommitAsync(
            transaction =>
                Delete(transaction, Scope.Of(context), request.AutoScalingGroupName!, request.ScheduledActionName!),
            cancellation
        );
        return new DeleteScheduledActionResponse();
    }

    /// <inheritdoc/>
    public async Task<BatchDeleteScheduledActionAnswer> BatchDeleteScheduledActionAsync(
        BatchDeleteScheduledActionType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Require(_store.Current, Scope.Of(context), request.AutoScalingGroupName!);
        var failed = new List<FailedScheduledUpdateGroupActionRequest>();
        foreach (var name in request.ScheduledActionNames!)
        {
            try
            {
                await _store.CommitAsync(
                    transaction => Delete(transaction, Scope.Of(context), request.AutoScalingGroupName!, name),
                    cancellation
                );
            }
            catch (AwsException refused) when (refused.StatusCode < 500)
            {
                failed.Add(Failed(name, refused));
            }
        }

        return new BatchDeleteScheduledActionAnswer { FailedScheduledActions = failed };
    }

    /// <inheritdoc/>
    public Task<ScheduledActionsType> DescribeScheduledActionsAsync(
        DescribeScheduledActionsType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var scope = Scope.Of(context);
        var size = Paging.Size(request.MaxRecords);
        var after = Paging.After(request.NextToken, request, context);
        var names = request.ScheduledActionNames ?? [];
        var prefix = request.AutoScalingGroupName is { } group
            ? Require(_store.Current, scope, group, ofDeleting: true).Prefix
            : scope.Prefix;
        var actions = _store
            .Current.Range(AutoScalingTables.ScheduledActions, prefix, after)
            .Where(action =>
                (names.Count == 0 || names.Contains(action.Name) || names.Contains(action.Arn))
                && !(action.NextRun < request.StartTime)
                && !(action.NextRun > request.EndTime)
            );
        var (page, next) = PagingToken.Cut(actions, size, action => action.Key, request, context);
        return Task.FromResult(
            new ScheduledActionsType { ScheduledUpdateGroupActions = [.. page.Select(Describe)], NextToken = next }
        );
    }

    private void Put(Transaction transaction, Scope scope, string groupName, ScheduledUpdateGroupActionRequest request)
    {
        var group = Require(transaction, scope, groupName);
        var key = ScheduledActionRecord.KeyOf(scope, groupName, request.ScheduledActionName!);
        var before = transaction.Find(AutoScalingTables.ScheduledActions, key);
        if (
            before is null
            && transaction.Count(AutoScalingTables.ScheduledActions, group.Prefix) >= Quotas.ScheduledActions
        )
            throw AutoScalingErrors.LimitExceededFault(
                $"An Auto Scaling group can have at most {Quotas.ScheduledActions} scheduled actions."
            );
        var action = new ScheduledActionRecord
        {
            Scope = scope,
            Group = groupName,
            Name = request.ScheduledActionName!,
            Id = before?.Id ?? _ids.Next(),
            StartsAt = request.StartTime,
            EndsAt = request.EndTime,
            Recurrence = string.IsNullOrEmpty(request.Recurrence) ? null : request.Recurrence,
            TimeZone = string.IsNullOrEmpty(request.TimeZone) ? null : request.TimeZone,
            Min = request.MinSize,
            Max = request.MaxSize,
            Desired = request.DesiredCapacity,
        };
        Check(action);
        transaction.Put(
            AutoScalingTables.ScheduledActions,
            action with
            {
                NextRun = Schedule.First(action, Now)
                    ?? throw Validation.Error("Given start time is in the past, or the action would never run."),
            }
        );
    }

    private void Check(ScheduledActionRecord action)
    {
        if (action is { Min: null, Max: null, Desired: null })
            throw Validation.Error("At least one of MinSize, MaxSize and DesiredCapacity must be specified.");
        if (action is { StartsAt: null, Recurrence: null })
            throw Validation.Error("Either a start time or a recurrence must be specified.");
        if (action.Recurrence is { } recurrence && !Schedule.IsRecurrence(recurrence))
            throw Validation.Error($"Given recurrence string: {recurrence} is invalid");
        if (Schedule.ZoneOf(action.TimeZone) is null)
            throw Validation.Error($"Given time zone: {action.TimeZone} is invalid");
        if (action.EndsAt <= Now || action.EndsAt <= action.StartsAt)
            throw Validation.Error("Given end time must be in the future, and after the start time.");
        if (action.StartsAt < Now && action.Recurrence is null)
            throw Validation.Error("Given start time is in the past");
        if (action.Min > action.Max || action.Desired < action.Min || action.Desired > action.Max)
            throw Validation.Error(
                $"Desired capacity:{action.Desired} must be between the specified min size:{action.Min} and max "
                    + $"size:{action.Max}"
            );
    }

    private static void Delete(Transaction transaction, Scope scope, string groupName, string name)
    {
        Require(transaction, scope, groupName);
        var key = ScheduledActionRecord.KeyOf(scope, groupName, name);
        if (transaction.Find(AutoScalingTables.ScheduledActions, key) is null)
            throw Validation.Error($"Scheduled action name not found - {name} not found");
        transaction.Delete(AutoScalingTables.ScheduledActions, key);
    }

    private static FailedScheduledUpdateGroupActionRequest Failed(string name, AwsException refused) =>
        new()
        {
            ScheduledActionName = name,
            ErrorCode = refused.Code,
            ErrorMessage = refused.Message,
        };

    private static ScheduledUpdateGroupAction Describe(ScheduledActionRecord action) =>
        new()
        {
            AutoScalingGroupName = action.Group,
            ScheduledActionName = action.Name,
            ScheduledActionARN = action.Arn,
            Time = action.StartsAt ?? action.NextRun,
            StartTime = action.StartsAt ?? action.NextRun,
            EndTime = action.EndsAt,
            Recurrence = action.Recurrence,
            TimeZone = action.TimeZone,
            MinSize = action.Min,
            MaxSize = action.Max,
            DesiredCapacity = action.Desired,
        };
}
