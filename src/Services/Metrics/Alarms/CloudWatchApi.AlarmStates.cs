using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Metrics.Alarms;

namespace Estiba.Metrics;

/// <content>Setting the state of alarms, and whether they act.</content>
public sealed partial class CloudWatchApi
{
    /// <inheritdoc/>
    public async Task<SetAlarmStateResponse> SetAlarmStateAsync(
        SetAlarmStateInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var key = Scope.Of(context).Key(request.AlarmName!);
        if (request.StateReasonData is { } data)
            CheckJson(data);
        var now = Now;
        await _store.CommitAsync(
            transaction =>
            {
                var alarm = transaction.Find(MetricsTables.Alarms, key)
                    ?? throw CloudWatchErrors.ResourceNotFound($"Alarm {request.AlarmName} does not exist");
                var before = transaction.Find(MetricsTables.AlarmStates, key)!;
                var after = before with
                {
                    Value = request.StateValue!,
                    Reason = request.StateReason!,
                    ReasonData = request.StateReasonData,
                    UpdatedAt = now,
                    TransitionedAt = request.StateValue == before.Value ? before.TransitionedAt : now,
                    EvaluationState = null,
                    IsSet = true,
                };
                AlarmTransitions.Put(transaction, alarm, before, after);
            },
            cancellation
        );
        return new SetAlarmStateResponse();
    }

    /// <inheritdoc/>
    public async Task<EnableAlarmActionsResponse> EnableAlarmActionsAsync(
        EnableAlarmActionsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await EnableAsync(request.AlarmNames!, enabled: true, context, cancellation);
        return new EnableAlarmActionsResponse();
    }

    /// <inheritdoc/>
    public async Task<DisableAlarmActionsResponse> DisableAlarmActionsAsync(
        DisableAlarmActionsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await EnableAsync(request.AlarmNames!, enabled: false, context, cancellation);
        return new DisableAlarmActionsResponse();
    }

    private Task EnableAsync(
        IReadOnlyList<string> names,
        bool enabled,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (scope, now) = (Scope.Of(context), Now);
        return _store.CommitAsync(
            transaction =>
            {
                // A name that is none is passed over, as by AWS.
                foreach (var name in names)
                {
                    if (
                        transaction.Find(MetricsTables.Alarms, scope.Key(name)) is not { } alarm
                        || alarm.ActionsEnabled == enabled
                    )
                        continue;
                    var after = alarm with { ActionsEnabled = enabled };
                    transaction.Put(MetricsTables.Alarms, after);
                    AlarmHistoryRecord.Add(
                        transaction,
                        after,
                        now,
                        HistoryItemType.ConfigurationUpdate,
                        $"Alarm \"{alarm.Name}\" updated",
                        AlarmDescription.Json(after, transaction.Find(MetricsTables.AlarmStates, alarm.Key)!, "Update")
                    );
                }
            },
            cancellation
        );
    }

    private static void CheckJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            throw CloudWatchErrors.InvalidFormatFault("StateReasonData is not valid JSON");
        }
    }
}
