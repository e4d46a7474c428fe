using System.Text;

namespace Estiba.Logs.Filters;

/// <summary>Terms that a message must contain, must not contain, or of which it must contain one.</summary>
internal sealed class TermPattern(
    IReadOnlyList<Term> required,
    IReadOnlyList<Term> excluded,
    IReadOnlyList<Term> optional
) : FilterPattern
{
    public override bool Matches(ReadOnlySpan<byte> message)
    {
        foreach (var term in required)
            if (!term.IsIn(message))
                return false;
        foreach (var term in excluded)
            if (term.IsIn(message))
                return false;
        if (optional.Count == 0)
            return true;
        foreach (var term in optional)
            if (term.IsIn(message))
                return true;
        return false;
    }
}

/// <summary>A word, a phrase, or a regular expression.</summary>
internal sealed class Term
{
    private readonly byte[] _text = [];
    private readonly PatternRegex? _regex;

    public Term(string text) => _text = Encoding.UTF8.GetBytes(text);

    public Term(PatternRegex regex) => _regex = regex;

    public bool IsIn(ReadOnlySpan<byte> message) =>
        _regex is null ? message.IndexOf(_text) >= 0 : _regex.IsMatch(message);
}
