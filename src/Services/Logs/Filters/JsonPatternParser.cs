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
        var selector = JsonPath.Parse(text).AddTo(root);
        return comparison =>
        {
            selector.Comparisons.Add(comparisons.Count);
            comparisons.Add(comparison);
        };
    }
}
