using System.Globalization;

namespace Estiba.Logs.Filters;

/// <summary>
/// Reads a pattern for JSON events: <c>{ $.a.b[0] = "x*" &amp;&amp; ($.n &gt;= 3 || $.m NOT EXISTS) }</c>.
/// </summary>
internal static class JsonPatternParser
{
    public static FilterPattern Parse(PatternText text)
    {
        var root = new JsonSelector();
        var comparisons = new List<Comparison>();
        text.Take("{", "at the start");
        var condition = new ConditionParser(text, () => ReadSelector(text, root, comparisons), words: true).Read();
        text.SkipSpace();
        text.Take("}", "after the conditions");
        text.SkipSpace();
        if (!text.AtEnd)
            throw text.Unexpected("expected nothing after '}'");
        return new JsonPattern(root, condition, comparisons);
    }

    private static Action<Comparison> ReadSelector(PatternText text, JsonSelector root, List<Comparison> comparisons)
    {
        text.SkipSpace();
        text.Take("$", "at the start of a property selector");
        var selector = ReadStep(text, root) ?? throw text.Unexpected("expected '.' and a property after '$'");
        while (ReadStep(text, selector) is { } next)
            selector = next;
        return comparison =>
        {
            selector.Comparisons.Add(comparisons.Count);
            comparisons.Add(comparison);
        };
    }

    private static JsonSelector? ReadStep(PatternText text, JsonSelector selector)
    {
        var dotted = text.TryTake(".");
        if (text.Peek == '[')
            return ReadBracket(text, selector);
        if (!dotted)
            return null;

        var name = text.TakeWhile(static value => PatternText.IsWord(value) || value == '-');
        if (name.Length > 0)
            return selector.Property(name);
        throw text.AtEnd || char.IsWhiteSpace(text.Peek)
            ? text.Unexpected("expected a property after '.'")
            : PatternText.InvalidCharacters("$." + text.Peek);
    }

    /// <summary>An index, or a name in quotes that has characters which could not stand after a dot.</summary>
    private static JsonSelector ReadBracket(PatternText text, JsonSelector selector)
    {
        text.Take("[", "before an index");
        if (text.Peek is '\'' or '"')
        {
            var quote = text.Peek.ToString();
            text.Take(quote, "before a property");
            var name = text.TakeWhile(value => value != quote[0]);
            text.Take(quote, "after a property");
            text.Take("]", "after a property");
            return selector.Property(name);
        }

        var digits = text.TakeWhile(char.IsAsciiDigit);
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            throw text.Unexpected("expected an index after '['");
        text.Take("]", "after an index");
        return selector.AddItem(index);
    }
}
