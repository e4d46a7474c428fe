using System.Buffers;
using System.Globalization;
using System.Text;

namespace Estiba.Platforms;

/// <summary>
/// Texts of strangers as a log or a terminal may show them: in one line, visibly, and not without end.
/// </summary>
internal static class LogText
{
    /// <summary>How much of one value is shown.</summary>
    internal const int LongestValue = 256;

    /// <summary>How much of a whole line is shown.</summary>
    internal const int LongestLine = 4096;

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"
    );

    /// <summary>
    /// The text with an escape for each character that a reader does not see as one: those that end a line, move the
    /// cursor, change the direction of writing, or are no characters at all.
    /// </summary>
    internal static string Escape(string text)
    {
        var first = text.AsSpan().IndexOfAnyExcept(Plain);
        if (first < 0)
            return text;

        var escaped = new StringBuilder(text.Length + 16).Append(text, 0, first);
        var rest = text.AsSpan(first);
        while (!rest.IsEmpty)
        {
            var isRune = Rune.DecodeFromUtf16(rest, out var rune, out var length) == OperationStatus.Done;
            if (isRune && IsSeen(rune))
                escaped.Append(rest[..length]);
            else
                AppendEscape(escaped, isRune ? rune.Value : rest[0]);
            rest = rest[length..];
        }

        return escaped.ToString();
    }

    /// <summary>The beginning of a text that is too long, and how long it is.</summary>
    internal static string Cut(string text, int most)
    {
        if (text.Length <= most)
            return text;
        var end = char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
        return string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, end)}... ({text.Length} characters)");
    }

    private static bool IsSeen(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned
            );

    private static void AppendEscape(StringBuilder escaped, int value) =>
        _ = value switch
        {
            '\n' => escaped.Append("\\n"),
            '\r' => escaped.Append("\\r"),
            '\t' => escaped.Append("\\t"),
            < 0x10000 => escaped.Append(CultureInfo.InvariantCulture, $"\\u{value:X4}"),
            _ => escaped.Append(CultureInfo.InvariantCulture, $"\\U{value:X8}"),
        };
}
