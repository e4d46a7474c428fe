using System.Globalization;
using System.Text;

namespace Estiba.Logs.Filters;

/// <summary>One field of a space-delimited pattern; without a condition it takes anything.</summary>
internal sealed record PatternField(string Name, Condition? Condition, IReadOnlyList<Comparison> Comparisons);

/// <summary>
/// Compares the fields of messages that are words with spaces between them. What stands in square brackets or double
/// quotes is one field.
/// </summary>
/// <param name="head">The first fields.</param>
/// <param name="tail">The last fields; null when the pattern has no ellipsis, so that the message must have exactly the
/// first ones.</param>
internal sealed class FieldPattern(IReadOnlyList<PatternField> head, IReadOnlyList<PatternField>? tail) : FilterPattern
{
    private const int StackFields = 64;

    public override bool Matches(ReadOnlySpan<byte> message)
    {
        Span<Range> buffer = stackalloc Range[StackFields];
        var fields = Split(message, buffer);
        if (tail is null ? fields.Length != head.Count : fields.Length < head.Count + tail.Count)
            return false;

        for (var i = 0; i < head.Count; i++)
            if (!Matches(head[i], message[fields[i]]))
                return false;
        for (var i = 0; i < (tail?.Count ?? 0); i++)
            if (!Matches(tail![i], message[fields[fields.Length - tail.Count + i]]))
                return false;
        return true;
    }

    public override IReadOnlyDictionary<string, string> Extract(ReadOnlySpan<byte> message)
    {
        var values = new Dictionary<string, string>();
        var fields = Split(message, []);
        for (var i = 0; i < fields.Length; i++)
        {
            var fromEnd = fields.Length - i;
            var name =
                i < head.Count ? head[i].Name
                : fromEnd <= (tail?.Count ?? 0) ? tail![^fromEnd].Name
                : (i + 1).ToString(CultureInfo.InvariantCulture);
            values["$" + name] = Encoding.UTF8.GetString(message[fields[i]]);
        }

        return values;
    }

    public override EventField? Field(string selector)
    {
        if (PlaceOf(head, selector) is { } first)
            return message => TextAt(message, first);
        return tail is not null && PlaceOf(tail, selector) - tail.Count is { } last
            ? message => TextAt(message, last)
            : null;
    }

    private static int? PlaceOf(IReadOnlyList<PatternField> fields, string selector)
    {
        for (var place = 0; place < fields.Count; place++)
            if ("$" + fields[place].Name == selector)
                return place;
        return null;
    }

    // A negative place counts from the end.
    private static string? TextAt(ReadOnlySpan<byte> message, int place)
    {
        Span<Range> buffer = stackalloc Range[StackFields];
        var fields = Split(message, buffer);
        var at = place < 0 ? fields.Length + place : place;
        return at >= 0 && at < fields.Length ? Encoding.UTF8.GetString(message[fields[at]]) : null;
    }

    private static bool Matches(PatternField field, ReadOnlySpan<byte> value)
    {
        if (field.Condition is null)
            return true;
        Span<bool> results =
            field.Comparisons.Count <= 64
                ? stackalloc bool[field.Comparisons.Count]
                : new bool[field.Comparisons.Count];
        for (var i = 0; i < results.Length; i++)
            results[i] = Matches(field.Comparisons[i], value);
        return field.Condition.Evaluate(results);
    }

    private static bool Matches(Comparison comparison, ReadOnlySpan<byte> value)
    {
        var isNumber = comparison.Value!.Number is not null & PatternValue.TryNumber(value, out var number);
        return comparison.Operator switch
        {
            Operator.Equal => comparison.Value.MatchesText(value) || (isNumber && comparison.MatchesNumber(number)),
            Operator.NotEqual => isNumber ? comparison.MatchesNumber(number) : !comparison.Value.MatchesText(value),
            _ => isNumber && comparison.MatchesNumber(number),
        };
    }

    /// <summary>Where the fields lie, without their brackets or quotes.</summary>
    private static ReadOnlySpan<Range> Split(ReadOnlySpan<byte> message, Span<Range> buffer)
    {
        var (count, at) = (0, 0);
        while (true)
        {
            while (at < message.Length && IsSpace(message[at]))
                at++;
            if (at == message.Length)
                return buffer[..count];

            if (count == buffer.Length)
            {
                var larger = new Range[Math.Max(StackFields, count * 2)];
                buffer.CopyTo(larger);
                buffer = larger;
            }

            buffer[count++] = Next(message, ref at);
        }
    }

    private static Range Next(ReadOnlySpan<byte> message, ref int at)
    {
        var start = at;
        var close = message[at] switch
        {
            (byte)'"' => (byte)'"',
            (byte)'[' => (byte)']',
            _ => (byte)0,
        };
        var length = close == 0 ? -1 : message[(at + 1)..].IndexOf(close);
        if (length >= 0)
        {
            at += length + 2;
            return (start + 1)..(start + 1 + length);
        }

        while (at < message.Length && !IsSpace(message[at]))
            at++;
        return start..at;
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
