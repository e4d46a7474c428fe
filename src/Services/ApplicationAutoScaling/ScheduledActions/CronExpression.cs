using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Cronos;

namespace Estiba.ApplicationAutoScaling.ScheduledActions;

/// <summary>AWS's six fields: minutes, hours, day of the month, month, day of the week, year; with <c>?</c> in one of
/// the two for days, and <c>L</c>, <c>W</c> and <c>#</c>.</summary>
/// <remarks>
/// The calendar is Cronos's, which knows what happens to cron when clocks are changed. Its days of the week are counted
/// from 0, AWS's from 1, and it knows no years.
/// </remarks>
internal sealed partial class CronExpression
{
    private const int FirstYear = 1970;
    private const int LastYear = 2199;

    private readonly Cronos.CronExpression _days;
    private readonly FrozenSet<int>? _years;

    private CronExpression(Cronos.CronExpression days, FrozenSet<int>? years) => (_days, _years) = (days, years);

    /// <summary>Reads the fields; null where they are none.</summary>
    internal static CronExpression? TryParse(string text)
    {
        if (
            text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            is not [var minute, var hour, var day, var month, var weekday, var year]
        )
            return null;
        // "If you specify a value in one of the fields for days, you must use a ? in the other."
        if ((day == "?") == (weekday == "?") || new[] { minute, hour, month, year }.Any(field => field.Contains('?')))
            return null;
        if (!TryParseYears(year, out var years) || WeekdaysOf(weekday) is not { } counted)
            return null;
        return Cronos.CronExpression.TryParse(
            $"{minute} {hour} {day} {month} {counted}",
            CronFormat.Standard,
            out var days
        )
            ? new CronExpression(days, years)
            : null;
    }

    /// <summary>The first time after another; null when there is none.</summary>
    internal DateTimeOffset? After(DateTimeOffset time, TimeZoneInfo timezone)
    {
        while (_days.GetNextOccurrence(time, timezone) is { } next)
        {
            var local = TimeZoneInfo.ConvertTime(next, timezone);
            if (_years is null || _years.Contains(local.Year))
                return next;
            if (_years.Where(year => year > local.Year).DefaultIfEmpty().Min() is not (> 0 and var year))
                return null;
            // On from the last moment before the next year that counts.
            var begin = new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);
            time = new DateTimeOffset(begin, timezone.GetUtcOffset(begin)).AddSeconds(-1);
        }

        return null;
    }

    // 1 or SUN to 7 or SAT; after # and / stand other numbers.
    private static string? WeekdaysOf(string field)
    {
        var counted = new StringBuilder();
        var end = 0;
        foreach (var match in Number().EnumerateMatches(field))
        {
            counted.Append(field, end, match.Index - end);
            end = match.Index + match.Length;
            var number = int.Parse(field.AsSpan(match.Index, match.Length), CultureInfo.InvariantCulture);
            if (match.Index > 0 && field[match.Index - 1] is '#' or '/')
                counted.Append(number);
            else if (number is >= 1 and <= 7)
                counted.Append(number - 1);
            else
                return null;
        }

        counted.Append(field, end, field.Length - end);
        // The last day of the week is a Saturday.
        return counted.ToString() is "L" ? "6" : counted.ToString();
    }

    private static bool TryParseYears(string field, out FrozenSet<int>? years)
    {
        years = null;
        if (field == "*")
            return true;
        var all = new HashSet<int>();
        foreach (var part in field.Split(','))
        {
            if (Years().Match(part) is not { Success: true } match)
                return false;
            var first = match.Groups["first"] is { Success: true } given ? Int(given) : FirstYear;
            var last =
                match.Groups["last"] is { Success: true } until ? Int(until)
                : match.Groups["step"].Success ? LastYear
                : first;
            var step = match.Groups["step"] is { Success: true } every ? Int(every) : 1;
            if (first < FirstYear || last > LastYear || first > last || step == 0)
                return false;
            for (var year = first; year <= last; year += step)
                all.Add(year);
        }

        years = all.ToFrozenSet();
        return true;
    }

    private static int Int(Group number) => int.Parse(number.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\d+", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(
        @"^(?:\*(?=/)|(?<first>\d{4})(?:-(?<last>\d{4}))?)(?:/(?<step>\d{1,3}))?$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Years();
}
