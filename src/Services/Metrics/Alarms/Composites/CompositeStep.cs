using Estiba.Contracts.CloudWatch;

namespace Estiba.Metrics.Alarms.Composites;

/// <summary>What a composite alarm becomes next.</summary>
/// <param name="State">Its state; the very one that it has where nothing changes.</param>
/// <param name="ActFrom">From which state to its state actions are to be carried out; null for none. A change of state
/// that nothing suppresses carries out its own.</param>
/// <param name="LookAgain">When something will change by itself; null when only another alarm can matter.</param>
internal sealed record CompositeStep(AlarmStateRecord State, string? ActFrom, DateTimeOffset? LookAgain)
{
    /// <summary>Decides. Actions that are suppressed wait: for the suppressor to come into alarm, as long as it is, and
    /// for a while after it. Then they are carried out for the state that the alarm has by then, if that is another
    /// than the one for which they were carried out last ("Composite alarm action suppression").</summary>
    /// <param name="alarm">The alarm.</param>
    /// <param name="before">How it is.</param>
    /// <param name="verdict">What its rule says, and why.</param>
    /// <param name="suppressed">Whether its suppressor is in alarm; null where it has none.</param>
    /// <param name="now">The time.</param>
    internal static CompositeStep Of(
        AlarmRecord alarm,
        AlarmStateRecord before,
        CompositeVerdict verdict,
        bool? suppressed,
        DateTimeOffset now
    )
    {
        var after = before;
        var changes = verdict.State != before.Value;
        if (changes)
            after = before with
            {
                Value = verdict.State,
                Reason = verdict.Reason,
                ReasonData = verdict.ReasonData,
                UpdatedAt = now,
                TransitionedAt = now,
                IsSet = false,
            };
        var settings = alarm.Composite!;
        var suppression = Suppress(settings, before, changes, suppressed, now);
        if (suppression != before.Suppression)
            after = after with { Suppression = suppression };
        var actFrom =
            before.Suppression is { } ended && suppression is null && !changes && ended.ActedOn != after.Value
                ? ended.ActedOn
                : null;
        return new CompositeStep(after, actFrom, suppression?.Until);
    }

    private static Suppression? Suppress(
        CompositeSettings settings,
        AlarmStateRecord before,
        bool changes,
        bool? suppressed,
        DateTimeOffset now
    )
    {
        var known = before.Suppression;
        if (suppressed is null || (known is null && !changes))
            return null;
        var actedOn = known?.ActedOn ?? before.Value;
        if (suppressed.Value)
            return known is { By: ActionsSuppressedBy.Alarm } ? known : new(ActionsSuppressedBy.Alarm, null, actedOn);
        var next = known switch
        {
            null => new Suppression(ActionsSuppressedBy.WaitPeriod, now.AddSeconds(settings.WaitPeriod ?? 0), actedOn),
            { By: ActionsSuppressedBy.Alarm } => new Suppression(
                ActionsSuppressedBy.ExtensionPeriod,
                now.AddSeconds(settings.ExtensionPeriod ?? 0),
                actedOn
            ),
            _ => known,
        };
        return next.Until > now ? next : null;
    }
}

/// <summary>What a composite alarm's rule says.</summary>
/// <param name="State"><c>ALARM</c> or <c>OK</c>.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="ReasonData">Why, as JSON.</param>
internal sealed record CompositeVerdict(string State, string Reason, string ReasonData);
