using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Sns;
using Estiba.Hosting.Alarms;
using Estiba.Hosting.Controllers;
using Estiba.State;

namespace Estiba.Metrics.Alarms.Actions;

/// <summary>
/// Carries out the actions that alarms ask for: topics of Amazon SNS are told, all else is done by whoever takes it
/// (<see cref="AlarmActions"/>). What cannot be done now is tried again, with growing delays and not for ever; the
/// alarm's history says how it ended.
/// </summary>
/// <remarks>An action is done before it is noted: after a crash between the two it is done again.</remarks>
internal sealed class ActionReconciler(Store store, ISnsApi sns, AlarmActions others, TimeProvider time)
    : IReconciler<string>
{
    private const int MostTries = 10;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public async Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
    {
        if (store.Current.Find(MetricsTables.PendingActions, key) is not { } action)
            return null;
        if (action.NextTry > time.GetUtcNow())
            return action.NextTry - time.GetUtcNow();
        var fault = await TryAsync(action, cancellation);
        return await store.CommitAsync(transaction => Note(transaction, key, fault), cancellation);
    }

    /// <summary>Whether an ARN names a topic.</summary>
    internal static bool IsTopic(string arn) => Arn.TryParse(arn, out var parts) && parts.Service == "sns";

    private async Task<Fault?> TryAsync(PendingActionRecord action, CancellationToken cancellation)
    {
        try
        {
            if (IsTopic(action.Action))
                await sns.PublishAsync(
                    new PublishInput
                    {
                        TopicArn = action.Action,
                        Subject = AlarmMessage.Subject(action),
                        Message = AlarmMessage.Body(action),
                    },
                    AlarmCaller.ContextOf(action.Scope, action.Alarm.Arn),
                    cancellation
                );
            else if (others.For(action.Action) is { } taker)
                await taker.RunAsync(action.Action, ChangeOf(action), cancellation);
            else
                return new Fault($"Nobody here carries out {action.Action}.", MayPass: false);
            return null;
        }
        catch (AwsException fault)
        {
            return new Fault(fault.Message, MayPass: fault.StatusCode >= 500 || fault.Code.Contains("Throttl"));
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            return new Fault(fault.Message, MayPass: true);
        }
    }

    private TimeSpan? Note(Transaction transaction, string key, Fault? fault)
    {
        if (transaction.Find(MetricsTables.PendingActions, key) is not { } action)
            return null;
        var now = time.GetUtcNow();
        if (fault is { MayPass: true } && action.Tries + 1 < MostTries)
        {
            var wait = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, action.Tries), LongestWait.TotalSeconds));
            transaction.Put(
                MetricsTables.PendingActions,
                action with
                {
                    Tries = action.Tries + 1,
                    NextTry = now + wait,
                }
            );
            return wait;
        }

        transaction.Delete(MetricsTables.PendingActions, key);
        AlarmHistoryRecord.Add(
            transaction,
            action.Alarm,
            now,
            HistoryItemType.Action,
            fault is null
                ? $"Successfully executed action {action.Action}"
                : $"Failed to execute action {action.Action}. Received error: \"{fault.Message}\"",
            AlarmText.Json(json => Write(json, action, fault))
        );
        return null;
    }

    private static void Write(Utf8JsonWriter json, PendingActionRecord action, Fault? fault)
    {
        json.WriteString("actionState", fault is null ? "Succeeded" : "Failed");
        json.WriteNumber("stateUpdateTimestamp", action.Time.ToUnixTimeMilliseconds());
        json.WriteString("notificationResource", action.Action);
        if (IsTopic(action.Action))
            json.WriteString("publishedMessage", AlarmMessage.Body(action));
        json.WriteString("error", fault?.Message);
    }

    private static AlarmStateChange ChangeOf(PendingActionRecord action) =>
        new(
            action.Alarm.Arn,
            action.OldState,
            action.NewState,
            action.Time,
            action.Value,
            action.Alarm.Metric?.Threshold
        );

    private sealed record Fault(string Message, bool MayPass);
}
