using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Hosting.Controllers;
using Estiba.Metrics.Alarms.Evaluation;
using Estiba.Metrics.Series;
using Estiba.State;

namespace Estiba.Metrics.Alarms;

/// <summary>
/// Evaluates a metric alarm every minute, or every ten seconds where its period is shorter: a few seconds after the
/// period's end, alarms one after another. It writes only when something changes.
/// </summary>
/// <remarks>It holds nothing: what was missed while the platform was off is seen at the start, since it looks at the
/// values of all the time that counts.</remarks>
internal sealed class AlarmReconciler(Store store, IMetricReader reader, TimeProvider time) : IReconciler<string>
{
    /// <summary>In seconds after a period's end: values of agents come a moment late.</summary>
    private const int Grace = 2;

    /// <inheritdoc/>
    public async Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
    {
        var view = store.Current;
        if (view.Find(MetricsTables.Alarms, key) is not { Metric: { } settings } alarm)
            return null;
        var now = time.GetUtcNow();
        var turn = LastTurn(alarm, settings, now);
        // One that was just put waits for its first turn, as on AWS: its values may be on their way.
        if (alarm.ConfiguredAt <= turn && view.Find(MetricsTables.AlarmStates, key) is { } state)
            await EvaluateAsync(alarm, settings, state, turn, now, cancellation);
        return turn.AddSeconds(settings.Rhythm) - now;
    }

    /// <summary>When an alarm was or should have been looked at last: alarms have different turns, by their
    /// names.</summary>
    internal static DateTimeOffset LastTurn(AlarmRecord alarm, MetricSettings settings, DateTimeOffset now)
    {
        var rhythm = settings.Rhythm * 1000L;
        var spread = settings.Rhythm == 60 ? 10_000 : 3_000;
        var offset = Grace * 1000 + Hash(alarm.Key) % spread;
        var turns = (now.ToUnixTimeMilliseconds() - offset) / rhythm;
        return DateTimeOffset.FromUnixTimeMilliseconds(turns * rhythm + offset);
    }

    private async Task EvaluateAsync(
        AlarmRecord alarm,
        MetricSettings settings,
        AlarmStateRecord state,
        DateTimeOffset turn,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        var window = AlarmWindow.Of(settings, turn);
        if (AlarmReading.IsTooLittle(reader, alarm.Scope, settings, window))
            return;
        AlarmDecision decision;
        try
        {
            decision = AlarmDecision.Of(settings, window, AlarmReading.Slots(reader, alarm.Scope, settings, window));
        }
        catch (AwsException fault)
        {
            await CommitAsync(alarm, state, Faulty(state, fault, now), null, cancellation);
            return;
        }

        var value = decision.Evaluated.FirstOrDefault(point => point.Value is not null).Value;
        var stays = decision.State is null || decision.State == state.Value;
        if (!stays || (decision.State is not null && state.IsSet) || state.EvaluationState is not null)
        {
            await CommitAsync(alarm, state, After(alarm, settings, state, decision, window, now), value, cancellation);
            return;
        }

        if (
            state.RepeatedAt is { } repeated
            && turn > repeated
            && now - repeated >= TimeSpan.FromSeconds(Math.Max(60, settings.Period) - settings.Rhythm / 4.0)
        )
            await store.CommitAsync(
                transaction =>
                {
                    if (IsStill(transaction, alarm, state))
                        AlarmTransitions.Repeat(transaction, alarm, state, value, now);
                },
                cancellation
            );
    }

    private AlarmStateRecord After(
        AlarmRecord alarm,
        MetricSettings settings,
        AlarmStateRecord state,
        AlarmDecision decision,
        AlarmWindow window,
        DateTimeOffset now
    )
    {
        if (decision.State is not { } value)
            return state with { EvaluationState = null, UpdatedAt = now };
        var samples = settings.Metrics.Count == 0 ? AlarmReading.Samples(reader, alarm.Scope, settings, window) : null;
        return state with
        {
            Value = value,
            Reason = AlarmReasons.Text(settings, decision),
            ReasonData = AlarmReasons.Data(
                settings,
                decision,
                now,
                samples is null ? null : point => samples[(point - window.From) / window.Period]
            ),
            UpdatedAt = now,
            TransitionedAt = value == state.Value ? state.TransitionedAt : now,
            EvaluationState = null,
            IsSet = false,
        };
    }

    private static AlarmStateRecord Faulty(AlarmStateRecord state, AwsException fault, DateTimeOffset now)
    {
        if (state.EvaluationState is not null && state.Reason == fault.Message)
            return state;
        return state with
        {
            Value = StateValue.InsufficientData,
            Reason = fault.Message,
            ReasonData = null,
            UpdatedAt = now,
            TransitionedAt = state.Value == StateValue.InsufficientData ? state.TransitionedAt : now,
            EvaluationState = EvaluationState.EvaluationError,
            IsSet = false,
        };
    }

    private Task CommitAsync(
        AlarmRecord alarm,
        AlarmStateRecord before,
        AlarmStateRecord after,
        double? value,
        CancellationToken cancellation
    ) =>
        ReferenceEquals(before, after)
            ? Task.CompletedTask
            : store.CommitAsync(
                transaction =>
                {
                    if (IsStill(transaction, alarm, before))
                        AlarmTransitions.Put(transaction, alarm, before, after, value);
                },
                cancellation
            );

    // What somebody has put or set meanwhile is looked at in its own turn.
    private static bool IsStill(Transaction transaction, AlarmRecord alarm, AlarmStateRecord state) =>
        ReferenceEquals(transaction.Find(MetricsTables.Alarms, alarm.Key), alarm)
        && ReferenceEquals(transaction.Find(MetricsTables.AlarmStates, state.Key), state);

    // The same in every process, unlike a text's own.
    private static uint Hash(string text)
    {
        var hash = 2_166_136_261;
        foreach (var letter in text)
            hash = unchecked((hash ^ letter) * 16_777_619);
        return hash;
    }
}
