using System.Globalization;

namespace Estiba.Contracts;

/// <summary>The forms in which AWS protocols write points in time ("timestampFormat" trait of the service descriptions).</summary>
internal static class Timestamps
{
    internal static DateTimeOffset FromSeconds(double seconds) =>
        seconds is > -62_135_596_800d and < 253_402_300_800d
            ? DateTimeOffset.UnixEpoch.AddTicks((long)Math.Round(seconds * 1000) * TimeSpan.TicksPerMillisecond)
            : throw AwsException.Serialization("The date is out of range");

    /// <summary>ISO 8601, RFC 822, or seconds since 1970 as text.</summary>
    internal static DateTimeOffset Parse(string text)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)) return FromSeconds(seconds);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var value)
            ? value
            : throw AwsException.Serialization("The date is not in a form that is understood");
    }

    internal static string Iso8601(DateTimeOffset value) => value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
