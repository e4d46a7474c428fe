namespace Estiba.Logs.Filters;

/// <summary>Reads a pattern for unstructured events: <c>ERROR "exact phrase" ?optional -excluded %regex%</c>.</summary>
internal static class TermPatternParser
{
    public static FilterPattern Parse(PatternText text)
    {
        var (required, excluded, optional) = (new List<Term>(), new List<Term>(), new List<Term>());
        var regexes = 0;
        for (text.SkipSpace(); !text.AtEnd; text.SkipSpace())
        {
            var target =
                text.TryTake("?") ? optional
                : text.TryTake("-") ? excluded
                : required;
            target.Add(ReadTerm(text, ref regexes));
        }

        // Beside terms that are required or excluded, AWS ignores the optional ones.
        if (required.Count + excluded.Count > 0)
            optional.Clear();
        return new TermPattern(required, excluded, optional);
    }

    private static Term ReadTerm(PatternText text, ref int regexes)
    {
        switch (text.Peek)
        {
            case '"':
                return new Term(text.TakeQuoted(keepStars: false));
            case '%':
                if (++regexes > PatternRegex.MaxPerPattern)
                    throw PatternText.Invalid(
                        $"a pattern has at most {PatternRegex.MaxPerPattern} regular expressions"
                    );
                return new Term(new PatternRegex(text.TakeRegex()));
        }

        var word = text.TakeWhile(PatternText.IsWord);
        var rest = text.TakeWhile(static value => !PatternText.IsWord(value) && !char.IsWhiteSpace(value));
        if (rest.Length > 0)
            throw PatternText.InvalidCharacters(rest);
        return word.Length > 0 ? new Term(word) : throw text.Unexpected("expected a term after '?' or '-'");
    }
}
