using System.Globalization;
using Estiba.Files.Segments;

namespace Estiba.Logs.Events;

/// <summary>
/// Positions as text: 56 digits, as long as AWS's ids, that sort like the events and stay the same however often they
/// are read.
/// </summary>
internal static class EventId
{
    private const int TimestampDigits = 18;
    private const int NumberDigits = 19;
    private const int Digits = TimestampDigits + 2 * NumberDigits;

    public static string Of(in StoredRecord item) => Format(item.Position, item.Stream);

    public static string Format(RecordPosition position, long stream) =>
        string.Create(CultureInfo.InvariantCulture, $"{position.Timestamp:D18}{position.Sequence:D19}{stream:D19}");

    public static bool TryParse(ReadOnlySpan<char> text, out RecordPosition position)
    {
        position = default;
        if (text.Length != Digits || text.ContainsAnyExceptInRange('0', '9'))
            return false;
        if (
            !TryNumber(text[..TimestampDigits], out var timestamp)
            || !TryNumber(text.Slice(TimestampDigits, NumberDigits), out var sequence)
        )
            return false;
        position = new RecordPosition(timestamp, sequence);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> digits, out long number) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
