namespace Estiba.Logs.Filters;

/// <summary>
/// Reads a pattern for space-delimited events: <c>[ip, user, ..., status = 4* &amp;&amp; status != 404, bytes &gt;
/// 1000]</c>.
/// </summary>
internal static class FieldPatternParser
{
    public static FilterPattern Parse(PatternText text)
    {
        var fields = new List<PatternField>();
        int? ellipsis = null;
        text.Take("[", "at the start");
        do
        {
            text.SkipSpace();
            if (text.TryTake("..."))
            {
                if (ellipsis is not null)
                    throw PatternText.Invalid("'...' may stand only once");
                ellipsis = fields.Count;
            }
            else
            {
                fields.Add(ReadField(text));
            }

            text.SkipSpace();
        } while (text.TryTake(","));

        text.Take("]", "after the fields");
        text.SkipSpace();
        if (!text.AtEnd)
            throw text.Unexpected("expected nothing after ']'");
        return ellipsis is { } at ? new FieldPattern(fields[..at], fields[at..]) : new FieldPattern(fields, tail: null);
    }

    private static PatternField ReadField(PatternText text)
    {
        string? name = null;
        var comparisons = new List<Comparison>();
        var start = text.Position;
        if (text.Peek != '(')
        {
            // A field may be just a name.
            name = ReadName(text);
            text.SkipSpace();
            if (text.Peek is ',' or ']')
                return new PatternField(name, Condition: null, []);
            text.Position = start;
        }

        var condition = new ConditionParser(text, () => ReadLeft(text, ref name, comparisons), words: false).Read();
        return new PatternField(name!, condition, comparisons);
    }

    private static Action<Comparison> ReadLeft(PatternText text, ref string? name, List<Comparison> comparisons)
    {
        text.SkipSpace();
        var word = ReadName(text);
        if (name is not null && word != name)
            throw PatternText.Invalid($"the conditions of one field name both '{name}' and '{word}'");
        name = word;
        return comparisons.Add;
    }

    private static string ReadName(PatternText text)
    {
        var name = text.TakeWhile(static value => PatternText.IsWord(value) || value == '-');
        return name.Length > 0 ? name : throw text.Unexpected("expected the name of a field");
    }
}
