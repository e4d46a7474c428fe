using Estiba.Contracts.CloudWatch;
using Estiba.State;

namespace Estiba.Metrics.Alarms;

/// <summary>Writes down that an alarm is in another state, what happened, and which actions that asks for: in one
/// transaction.</summary>
internal static class AlarmTransitions
{
    /// <summary>Puts a state.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="alarm">The alarm.</param>
    /// <param name="before">How it was.</param>
    /// <param name="after">How it is.</param>
    /// <param name="value">The newest datapoint that decided; null for none.</param>
    internal static void Put(
        Transaction transaction,
        AlarmRecord alarm,
        AlarmStateRecord before,
        AlarmStateRecord after,
        double? value = null
    )
    {
        if (before.Value == after.Value)
        {
            transaction.Put(MetricsTables.AlarmStates, after);
            return;
        }

        transaction.Put(
            MetricsTables.AlarmStates,
            after with
            {
                RepeatedAt = alarm.ActionsFor(after.Value).Any(IsRepeated) ? after.UpdatedAt : null,
            }
        );
        AlarmHistoryRecord.Add(
            transaction,
            alarm,
            after.UpdatedAt,
            HistoryItemType.StateUpdate,
            $"Alarm updated from {before.Value} to {after.Value}",
            AlarmText.Json(json =>
            {
                json.WriteString("version", "1.0");
                Write("oldState", before);
                Write("newState", after);

                void Write(string name, AlarmStateRecord state)
                {
                    json.WriteStartObject(name);
                    json.WriteString("stateValue", state.Value);
                    json.WriteString("stateReason", state.Reason);
                    json.WriteJson("stateReasonData", state.ReasonData);
                    json.WriteEndObject();
                }
            })
        );
        if (after.Suppression is null)
            Ask(transaction, alarm, before.Value, after, value, after.UpdatedAt, alarm.ActionsFor(after.Value));
    }

    /// <summary>Asks for the actions that an alarm repeats as long as it stays in a state.</summary>
    internal static void Repeat(
        Transaction transaction,
        AlarmRecord alarm,
        AlarmStateRecord state,
        double? value,
        DateTimeOffset now
    )
    {
        transaction.Put(MetricsTables.AlarmStates, state with { RepeatedAt = now });
        Ask(transaction, alarm, state.Value, state, value, now, alarm.ActionsFor(state.Value).Where(IsRepeated));
    }

    /// <summary>Asks for actions, unless the alarm's are disabled.</summary>
    internal static void Ask(
        Transaction transaction,
        AlarmRecord alarm,
        string oldState,
        AlarmStateRecord state,
        double? value,
        DateTimeOffset now,
        IEnumerable<string> actions
    )
    {
        if (!alarm.ActionsEnabled)
            return;
        foreach (var action in actions)
        {
            transaction.Put(
                MetricsTables.PendingActions,
                new PendingActionRecord
                {
                    Scope = alarm.Scope,
                    Alarm = alarm,
                    Action = action,
                    OldState = oldState,
                    NewState = state.Value,
                    Reason = state.Reason,
                    ReasonData = state.ReasonData,
                    Time = state.TransitionedAt,
                    AskedAt = now,
                    Value = value,
                    NextTry = now,
                }
            );
        }
    }

    /// <summary>Whether an action is asked for again every period, as those of scaling policies are: they take one step
    /// at a time.</summary>
    internal static bool IsRepeated(string action) => action.Contains(":scalingPolicy:", StringComparison.Ordinal);
}
