using System.Globalization;
using Estiba.Contracts;

namespace Estiba.Metrics.Alarms;

/// <summary>An action that is to be carried out: written with the change that asks for it, deleted with what came of
/// it.</summary>
internal sealed record PendingActionRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The alarm as it was when the action was asked for; it may be gone by now.</summary>
    public required AlarmRecord Alarm { get; init; }

    /// <summary>What to do.</summary>
    public required string Action { get; init; }

    /// <summary>The state before.</summary>
    public required string OldState { get; init; }

    /// <summary>The state that asks for it.</summary>
    public required string NewState { get; init; }

    /// <summary>Why it is so.</summary>
    public required string Reason { get; init; }

    /// <summary>The same as JSON.</summary>
    public string? ReasonData { get; init; }

    /// <summary>When the state changed.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset AskedAt { get; init; }

    /// <summary>The newest datapoint that decided; null for none.</summary>
    public double? Value { get; init; }

    /// <summary>How often it was tried.</summary>
    public int Tries { get; init; }

    /// <summary>When to try it next.</summary>
    public DateTimeOffset NextTry { get; init; }

    /// <summary>Its key: an action is asked for once at a time.</summary>
    public string Key =>
        Scope.Key(
            string.Create(CultureInfo.InvariantCulture, $"{AskedAt.UtcTicks:x16}/{NewState}/{Alarm.Name}/{Action}")
        );
}
