using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;

namespace Estiba.Metrics.Alarms;

/// <summary>How an alarm is, and why.</summary>
internal sealed record AlarmStateRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The alarm.</summary>
    public required string Name { get; init; }

    /// <summary><c>OK</c>, <c>ALARM</c> or <c>INSUFFICIENT_DATA</c>.</summary>
    public required string Value { get; init; }

    /// <summary>Why, for people.</summary>
    public required string Reason { get; init; }

    /// <summary>Why, as JSON.</summary>
    public string? ReasonData { get; init; }

    /// <summary>When anything of it changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When <see cref="Value"/> changed.</summary>
    public required DateTimeOffset TransitionedAt { get; init; }

    /// <summary>What hinders its evaluation; null for nothing.</summary>
    public string? EvaluationState { get; init; }

    /// <summary>Whether somebody set it, so that the next evaluation says why it is so even if it stays.</summary>
    public bool IsSet { get; init; }

    /// <summary>When actions that are repeated were asked for last; null where none are.</summary>
    public DateTimeOffset? RepeatedAt { get; init; }

    /// <summary>What keeps a composite alarm's actions back; null for nothing.</summary>
    public Suppression? Suppression { get; init; }

    /// <summary>Its key, that of the alarm.</summary>
    public string Key => Scope.Key(Name);

    /// <summary>That of an alarm that was just made.</summary>
    public static AlarmStateRecord Of(AlarmRecord alarm) =>
        new()
        {
            Scope = alarm.Scope,
            Name = alarm.Name,
            Value = StateValue.InsufficientData,
            Reason = "Unchecked: Initial alarm creation",
            UpdatedAt = alarm.ConfiguredAt,
            TransitionedAt = alarm.ConfiguredAt,
        };
}

/// <summary>What keeps a composite alarm's actions back.</summary>
/// <param name="By"><c>Alarm</c>, <c>WaitPeriod</c> or <c>ExtensionPeriod</c>.</param>
/// <param name="Until">When the period ends; null as long as the suppressor is in alarm.</param>
/// <param name="ActedOn">The state for which its actions were carried out last.</param>
internal sealed record Suppression(string By, DateTimeOffset? Until, string ActedOn);
