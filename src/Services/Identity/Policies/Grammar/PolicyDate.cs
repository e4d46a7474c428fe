using System.Globalization;
using System.Text.RegularExpressions;

namespace Estiba.Identity.Policies.Grammar;

/// <summary>Dates in conditions: ISO 8601, as much of it as one likes, or seconds since 1970.</summary>
internal static partial class PolicyDate
{
    private const int LongestYear = 9;

    // The years that a 64-bit count of milliseconds reaches.
    private const int FirstYear = -292_275_054;
    private const int LastYear = 292_278_993;

    /// <summary>Whether a text is a date.</summary>
    public static bool IsDate(string text)
    {
        if (!text.Contains('-', StringComparison.Ordinal) && !text.Contains('t', StringComparison.OrdinalIgnoreCase))
            return text.All(char.IsAsciiDigit)
                && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

        var match = Iso8601().Match(text);
        return match.Success
            && match.Groups["year"].Value.TrimStart('-').Length <= LongestYear
            && Between(match.Groups["year"], FirstYear, LastYear)
            && Between(match.Groups["month"], 1, 12)
            && Between(match.Groups["day"], 1, 31)
            && Between(match.Groups["hour"], 0, 23)
            && Between(match.Groups["minute"], 0, 59)
            && Between(match.Groups["second"], 0, 59)
            && Between(match.Groups["fraction"], 0, 999_999_999)
            && Between(match.Groups["zoneHour"], 0, 23)
            && Between(match.Groups["zoneMinute"], 0, 59);
    }

    private static bool Between(Group part, long least, long most) =>
        !part.Success
        || (
            long.TryParse(part.ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= least
            && value <= most
        );

    [GeneratedRegex(
        """
            \A (?<year>-?[0-9]+) (?: - (?<month>[0-9]+) (?: - (?<day>[0-9]+) )? )?
            (?: [tT] (?: (?<hour>[0-9]+) (?: : (?<minute>[0-9]+) (?: : (?<second>[0-9]+) (?: \. (?<fraction>[0-9]+) )? )?
                (?: [zZ] | [+-] (?<zoneHour>[0-9]{2}) (?: : (?<zoneMinute>[0-9]{2}) )? )? )? )? )? \z
            """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Iso8601();
}
