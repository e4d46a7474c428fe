using System.Globalization;
using System.Text.RegularExpressions;

namespace Estiba.ApplicationAutoScaling.ScheduledActions;

/// <summary>When a scheduled action runs: <c>at(2027-01-31T17:00:00)</c>, <c>rate(5 minutes)</c> or
/// <c>cron(0 8 ? * MON-FRI *)</c> ("Schedule recurring scaling actions using cron expressions", user guide).</summary>
internal abstract partial record Schedule
{
    private Schedule() { }

    /// <summary>The first time after another; null when there is none.</summary>
    /// <param name="time">The other.</param>
    /// <param name="start">Since when the schedule holds: what rates are counted from.</param>
    internal abstract DateTimeOffset? After(DateTimeOffset time, DateTimeOffset start);

    /// <summary>Whether it comes again.</summary>
    internal virtual bool Recurs => true;

    /// <summary>Reads a schedule; null where it is none.</summary>
    /// <param name="text">As clients write it.</param>
    /// <param name="timezone">The zone of times and of cron's fields.</param>
    internal static Schedule? TryParse(string text, TimeZoneInfo timezone)
    {
        if (Form().Match(text) is not { Success: true } match)
            return null;
        var inner = match.Groups["inner"].Value;
        return match.Groups["kind"].Value switch
        {
            "at" => OfTime(inner, timezone),
            "rate" => OfRate(inner),
            _ => CronExpression.TryParse(inner) is { } cron ? new Cron(cron, timezone) : null,
        };
    }

    private static Once? OfTime(string text, TimeZoneInfo timezone)
    {
        if (
            !DateTime.TryParseExact(
                text,
                "yyyy-MM-dd'T'H:mm:ss",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var time
            )
        )
            return null;
        // A time that a clock leaves out, when it is put forward, is as much later.
        if (timezone.IsInvalidTime(time))
            time += TimeSpan.FromHours(1);
        return new Once(new DateTimeOffset(time, timezone.GetUtcOffset(time)));
    }

    private static Rate? OfRate(string text)
    {
        if (Frequency().Match(text) is not { Success: true } match)
            return null;
        var value = int.Parse(match.Groups["value"].ValueSpan, CultureInfo.InvariantCulture);
        return value == 0
            ? null
            : new Rate(
                match.Groups["unit"].Value switch
                {
                    "minute" => TimeSpan.FromMinutes(value),
                    "hour" => TimeSpan.FromHours(value),
                    _ => TimeSpan.FromDays(value),
                }
            );
    }

    [GeneratedRegex(@"^(?<kind>at|rate|cron)\((?<inner>[^()]*)\)$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    [GeneratedRegex(@"^(?<value>\d{1,6}) (?<unit>minute|hour|day)s?$", RegexOptions.CultureInvariant)]
    private static partial Regex Frequency();

    private sealed record Once(DateTimeOffset Time) : Schedule
    {
        internal override bool Recurs => false;

        internal override DateTimeOffset? After(DateTimeOffset time, DateTimeOffset start) => Time > time ? Time : null;
    }

    private sealed record Rate(TimeSpan Period) : Schedule
    {
        internal override DateTimeOffset? After(DateTimeOffset time, DateTimeOffset start) =>
            time < start ? start : start + Period * (Math.Floor((time - start) / Period) + 1);
    }

    private sealed record Cron(CronExpression Expression, TimeZoneInfo Timezone) : Schedule
    {
        internal override DateTimeOffset? After(DateTimeOffset time, DateTimeOffset start) =>
            Expression.After(time, Timezone);
    }
}
