using System.Globalization;
using System.Net;

namespace Estiba.Identity.Authorization.Conditions;

/// <summary>Compares what is no text although it is written as one. What cannot be read is like nothing.</summary>
internal static class ConditionValues
{
    public static bool AreSameTruth(string one, string other) =>
        bool.TryParse(one, out var first) && bool.TryParse(other, out var second) && first == second;

    public static bool AreSameBytes(string one, string other)
    {
        var first = new byte[one.Length];
        var second = new byte[other.Length];
        return Convert.TryFromBase64String(one, first, out var firstLength)
            && Convert.TryFromBase64String(other, second, out var secondLength)
            && first.AsSpan(0, firstLength).SequenceEqual(second.AsSpan(0, secondLength));
    }

    /// <summary>Whether an address is the one, or among those, that are wanted: <c>203.0.113.0/24</c>.</summary>
    public static bool IsWithin(string wanted, string address)
    {
        if (!IPAddress.TryParse(address, out var asked))
            return false;
        var slash = wanted.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return IPAddress.TryParse(wanted, out var only) && only.Equals(asked);
        if (!IPAddress.TryParse(wanted.AsSpan(0, slash), out var start))
            return false;
        if (!int.TryParse(wanted.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits))
            return false;

        var (mask, bytes) = (start.GetAddressBytes(), asked.GetAddressBytes());
        if (mask.Length != bytes.Length || bits > mask.Length * 8)
            return false;
        for (var bit = 0; bit < bits; bit++)
        {
            var place = 0x80 >> (bit % 8);
            if ((mask[bit / 8] & place) != (bytes[bit / 8] & place))
                return false;
        }

        return true;
    }

    public static int? CompareNumbers(string one, string other) =>
        double.TryParse(one, NumberStyles.Float, CultureInfo.InvariantCulture, out var first)
        && double.TryParse(other, NumberStyles.Float, CultureInfo.InvariantCulture, out var second)
            ? first.CompareTo(second)
            : null;

    public static int? CompareDates(string one, string other) =>
        Moment(one) is { } first && Moment(other) is { } second ? first.CompareTo(second) : null;

    /// <summary>A point in time as the W3C writes it (ISO 8601), or in seconds since 1970.</summary>
    private static DateTimeOffset? Moment(string text)
    {
        const long Latest = 253402300799;
        if (
            long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            && text.Length != 4
        )
            return seconds is >= 0 and <= Latest ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        return DateTimeOffset.TryParseExact(
            text,
            [
                "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
                "yyyy-MM-dd'T'HH:mm:ssK",
                "yyyy-MM-dd'T'HH:mmK",
                "yyyy-MM-dd",
                "yyyy-MM",
                "yyyy",
            ],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var moment
        )
            ? moment
            : null;
    }
}
