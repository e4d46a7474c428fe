using System.Globalization;

namespace Estiba.Contracts;

/// <summary>
/// The forms in which AWS protocols write points in time ("timestampFormat" trait of the service descriptions).
/// </summary>
internal static class Timestamps
{
    /// <summary>Seconds since 1970, to the millisecond; the years 1 to 9999.</summary>
    /// <exception cref="AwsException"><c>SerializationException</c>: it is no such time.</exception>
    internal static DateTimeOffset FromSeconds(double seconds) =>
        TryFromSeconds(seconds, out var value) ? value : throw AwsException.Serialization("The date is out of range");

    /// <summary>ISO 8601, RFC 822, or seconds since 1970 as text.</summary>
    /// <exception cref="AwsException"><c>SerializationException</c>: it is none of these.</exception>
    internal static DateTimeOffset Parse(string text) =>
        TryParse(text, out var value)
            ? value
            : throw AwsException.Serialization("The date is not in a form that is understood, or out of range");

    /// <inheritdoc cref="Parse"/>
    internal static bool TryParse(string text, out DateTimeOffset value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            ? TryFromSeconds(seconds, out value)
            : DateTimeOffset.TryParse(
                text,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out value
            );

    /// <summary>ISO 8601 to the millisecond.</summary>
    /// <param name="value">The point in time.</param>
    /// <param name="wholeSeconds">Leaves the fraction out where it is none, as the query services do that tell whole
    /// seconds.</param>
    internal static string Iso8601(DateTimeOffset value, bool wholeSeconds = false)
    {
        var form = wholeSeconds && value.Millisecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        return value.UtcDateTime.ToString(form, CultureInfo.InvariantCulture);
    }

    /// <summary>In one of the forms that contracts name.</summary>
    /// <param name="value">The point in time.</param>
    /// <param name="format"><c>iso8601</c>, <c>rfc822</c> or <c>unixTimestamp</c>.</param>
    internal static string Text(DateTimeOffset value, string format) =>
        format switch
        {
            "rfc822" => value.UtcDateTime.ToString("r", CultureInfo.InvariantCulture),
            "unixTimestamp" => Seconds(value).ToString(CultureInfo.InvariantCulture),
            _ => Iso8601(value, wholeSeconds: true),
        };

    /// <summary>Seconds since 1970, to the millisecond.</summary>
    internal static decimal Seconds(DateTimeOffset value) => value.ToUnixTimeMilliseconds() / 1000m;

    // Compared as rounded: what is a little less than the last millisecond of the year 9999 rounds to the year 10000.
    private static bool TryFromSeconds(double seconds, out DateTimeOffset value)
    {
        var milliseconds = Math.Round(seconds * 1000);
        var isOne = milliseconds is >= -62_135_596_800_000d and < 253_402_300_800_000d;
        value = isOne ? DateTimeOffset.UnixEpoch.AddTicks((long)milliseconds * TimeSpan.TicksPerMillisecond) : default;
        return isOne;
    }
}
