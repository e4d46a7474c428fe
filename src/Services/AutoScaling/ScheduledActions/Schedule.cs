using Cronos;

namespace Estiba.AutoScaling.ScheduledActions;

/// <summary>When scheduled actions run ("Scheduled scaling for Amazon EC2 Auto Scaling", user guide). Pure.</summary>
internal static class Schedule
{
    /// <summary>Whether a recurrence is one: five fields of cron.</summary>
    internal static bool IsRecurrence(string text) => CronExpression.TryParse(text, CronFormat.Standard, out _);

    /// <summary>The zone with a name of the IANA's; UTC without a name, null where there is none.</summary>
    internal static TimeZoneInfo? ZoneOf(string? name) =>
        name is null ? TimeZoneInfo.Utc
        : TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone
        : null;

    /// <summary>The first run of an action; null when it never runs.</summary>
    internal static DateTimeOffset? First(ScheduledActionRecord action, DateTimeOffset now) =>
        action.StartsAt is { } start && start >= now ? Before(action, start) : After(action, now);

    /// <summary>The first run after a time; null when there is none.</summary>
    internal static DateTimeOffset? After(ScheduledActionRecord action, DateTimeOffset time) =>
        action.Recurrence is { } recurrence
        && CronExpression.Parse(recurrence).GetNextOccurrence(time, ZoneOf(action.TimeZone) ?? TimeZoneInfo.Utc)
            is { } next
            ? Before(action, next)
            : null;

    private static DateTimeOffset? Before(ScheduledActionRecord action, DateTimeOffset time) =>
        time > action.EndsAt ? null : time;
}
