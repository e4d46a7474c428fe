using System.Text;

namespace Estiba.Metrics.Searching;

/// <summary>Reads a search: a schema in braces, then terms with AND, OR and NOT; without a word between them two terms
/// must both match.</summary>
internal sealed class SearchParser(string text, Func<string, Exception> fault)
{
    private const int Longest = 1024;
    private const int Deepest = 32;

    private int _place;
    private int _depth;

    /// <summary>Reads all of it.</summary>
    internal SearchTerm Parse()
    {
        if (text.Length > Longest)
            throw fault($"A search expression has at most {Longest} characters");
        var terms = new List<SearchTerm>();
        if (Take('{'))
        {
            terms.Add(Schema());
            Take(',');
        }

        if (!AtEnd())
            terms.Add(Either());
        if (terms.Count == 0)
            throw fault("A search must have a metric schema, a search term or both");
        return AtEnd() ? new SearchTerm.All(terms) : throw fault($"Unexpected '{text[_place]}' in the search");
    }

    private SearchTerm.Schema Schema()
    {
        var names = new List<string>();
        do names.Add(Value(",}").Text);
        while (Take(','));
        if (!Take('}'))
            throw fault("The metric schema is not closed");
        return new SearchTerm.Schema(names[0], [.. names.Skip(1).Order(StringComparer.Ordinal)]);
    }

    private SearchTerm Either()
    {
        if (++_depth > Deepest)
            throw fault("The search is nested too deeply");
        var terms = new List<SearchTerm> { Both() };
        while (TakeWord("OR"))
            terms.Add(Both());
        _depth--;
        return terms.Count == 1 ? terms[0] : new SearchTerm.Any(terms);
    }

    private SearchTerm Both()
    {
        var terms = new List<SearchTerm> { Single() };
        while (TakeWord("AND") || !(AtEnd() || text[_place] == ')' || IsWord("OR")))
            terms.Add(Single());
        return terms.Count == 1 ? terms[0] : new SearchTerm.All(terms);
    }

    private SearchTerm Single()
    {
        if (TakeWord("NOT"))
            return new SearchTerm.Not(AfterNot());
        if (!Take('('))
            return Word();
        var inner = Either();
        return Take(')') ? inner : throw fault("A parenthesis of the search is not closed");
    }

    private SearchTerm AfterNot()
    {
        if (++_depth > Deepest)
            throw fault("The search is nested too deeply");
        var term = Single();
        _depth--;
        return term;
    }

    private SearchTerm.Word Word()
    {
        var (first, exact) = Value("()=");
        if (!Take('='))
            return new SearchTerm.Word(null, first, exact);
        var (second, isExact) = Value("()");
        return new SearchTerm.Word(first, second, isExact);
    }

    private (string Text, bool Exact) Value(string ends)
    {
        var exact = Take('"');
        var value = new StringBuilder();
        for (; _place < text.Length; _place++)
        {
            var letter = text[_place];
            if (exact ? letter == '"' : char.IsWhiteSpace(letter) || letter == '"' || ends.Contains(letter))
                break;
            if (letter == '\\' && _place + 1 < text.Length)
                letter = text[++_place];
            value.Append(letter);
        }

        if (exact && _place++ >= text.Length)
            throw fault("A quotation mark of the search is not closed");
        return value.Length > 0 ? (value.ToString(), exact) : throw fault("The search has an empty term");
    }

    private bool TakeWord(string word)
    {
        if (!IsWord(word))
            return false;
        _place += word.Length;
        return true;
    }

    private bool IsWord(string word)
    {
        SkipSpace();
        var end = _place + word.Length;
        return string.CompareOrdinal(text, _place, word, 0, word.Length) == 0
            && (end == text.Length || char.IsWhiteSpace(text[end]) || text[end] == '(');
    }

    private bool AtEnd()
    {
        SkipSpace();
        return _place == text.Length;
    }

    private bool Take(char expected)
    {
        if (AtEnd() || text[_place] != expected)
            return false;
        _place++;
        return true;
    }

    private void SkipSpace()
    {
        while (_place < text.Length && char.IsWhiteSpace(text[_place]))
            _place++;
    }
}
