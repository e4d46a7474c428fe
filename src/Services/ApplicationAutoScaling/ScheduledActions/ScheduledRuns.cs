namespace Estiba.ApplicationAutoScaling.ScheduledActions;

/// <summary>When scheduled actions run. Pure.</summary>
internal static class ScheduledRuns
{
    /// <summary>The first run of an action that was just put; null when it never runs.</summary>
    /// <remarks>One that recurs runs at its start too, also where its schedule does not have that time.</remarks>
    internal static DateTimeOffset? First(ScheduledActionRecord action, DateTimeOffset now)
    {
        var schedule = ScheduleOf(action);
        if (action.StartsAt is { } start && start > now && schedule.Recurs)
            return Before(action, start);
        var first = After(action, now);
        return first < action.StartsAt ? null : first;
    }

    /// <summary>The first run after a time; null when there is none.</summary>
    internal static DateTimeOffset? After(ScheduledActionRecord action, DateTimeOffset time) =>
        ScheduleOf(action).After(time, action.StartsAt ?? action.PutAt) is { } next ? Before(action, next) : null;

    /// <summary>The zone with a name of the IANA's; UTC without a name, null where there is none.</summary>
    internal static TimeZoneInfo? ZoneOf(string? name) =>
        name is null ? TimeZoneInfo.Utc
        : TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone
        : null;

    private static DateTimeOffset? Before(ScheduledActionRecord action, DateTimeOffset time) =>
        time > action.EndsAt ? null : time;

    private static Schedule ScheduleOf(ScheduledActionRecord action) =>
        Schedule.TryParse(action.Schedule, ZoneOf(action.Timezone) ?? TimeZoneInfo.Utc)!;
}
