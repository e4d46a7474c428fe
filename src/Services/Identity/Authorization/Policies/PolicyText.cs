using System.Collections;

namespace Estiba.Identity.Authorization.Policies;

/// <summary>
/// What a policy says in a place where wildcards and policy variables may stand ("IAM policy elements: Variables and
/// tags").
/// </summary>
internal sealed class PolicyText
{
    private const int ArnParts = 6;

    private readonly List<Piece> _pieces;
    private readonly Wildcard? _fixed;
    private readonly Wildcard[]? _fixedParts;
    private readonly string? _literal;
    private readonly WildcardScope _reach;
    private readonly bool _ignoreCase;

    private PolicyText(string text, List<Piece> pieces, WildcardScope reach, bool ignoreCase)
    {
        (Text, _pieces, _reach, _ignoreCase) = (text, pieces, reach, ignoreCase);
        if (pieces.Exists(piece => piece.Variable is not null))
            return;
        var texts = pieces.ConvertAll(piece => piece.Text);
        _fixed = Whole(texts);
        _fixedParts = Parts(texts);
        _literal = string.Concat(pieces.Select(piece => piece.Text));
    }

    /// <summary>As it is in the document.</summary>
    public string Text { get; }

    /// <summary>What everything begins with that is like it: the text before the first wildcard or variable.</summary>
    public string Beginning =>
        _pieces is [{ Variable: null, MayBeWild: true } first, ..]
            ? first.Text[..Wildcard.LengthBeforeFirst(first.Text)]
            : "";

    /// <summary>Reads a text.</summary>
    /// <param name="text">As it is in the document.</param>
    /// <param name="hasVariables">Whether the document has variables at all; those of version 2008-10-17 have
    /// none.</param>
    /// <param name="reach">How far stars reach.</param>
    /// <param name="ignoreCase">Whether upper and lower case are the same.</param>
    public static PolicyText Parse(
        string text,
        bool hasVariables,
        WildcardScope reach = WildcardScope.All,
        bool ignoreCase = false
    )
    {
        var pieces = new List<Piece>();
        var from = 0;
        while (
            hasVariables
            && text.IndexOf("${", from, StringComparison.Ordinal) is >= 0 and var open
            && text.IndexOf('}', open) is >= 0 and var close
        )
        {
            if (open > from)
                pieces.Add(new Piece(text[from..open], MayBeWild: true, Variable: null, Default: null));
            pieces.Add(VariableOf(text[(open + 2)..close]));
            from = close + 1;
        }

        if (from < text.Length)
            pieces.Add(new Piece(text[from..], MayBeWild: true, Variable: null, Default: null));
        return new PolicyText(text, pieces, reach, ignoreCase);
    }

    /// <summary>Whether a value is like this text, whose stars and question marks stand for others.</summary>
    public bool IsLike(string value, IConditionKeys keys) =>
        (_fixed ?? (Values(keys) is { } values ? Whole(values) : null))?.Matches(value) == true;

    /// <summary>
    /// Whether a value is like this text in each of the six parts of an ARN ("Amazon Resource Name (ARN) condition
    /// operators").
    /// </summary>
    public bool IsArnLike(string value, IConditionKeys keys)
    {
        if ((_fixedParts ?? (Values(keys) is { } values ? Parts(values) : null)) is not { } patterns)
            return false;
        var parts = value.Split(':', ArnParts);
        return parts.Length == patterns.Length && !parts.Where((part, i) => !patterns[i].Matches(part)).Any();
    }

    /// <summary>
    /// The text, whose stars and question marks are only that; null when one of its variables has no value.
    /// </summary>
    public string? Literal(IConditionKeys keys) =>
        _literal ?? (Values(keys) is { } values ? string.Concat(values) : null);

    private List<string>? Values(IConditionKeys keys)
    {
        var values = new List<string>(_pieces.Count);
        foreach (var piece in _pieces)
        {
            if (piece.Variable is null)
                values.Add(piece.Text);
            else if (keys.ValuesOf(piece.Variable) is [var value])
                values.Add(value);
            else if (piece.Default is { } instead)
                values.Add(instead);
            else
                return null;
        }

        return values;
    }

    private Wildcard Whole(List<string> values)
    {
        var (text, wild) = Join(values);
        return new Wildcard(text, wild, _reach, _ignoreCase);
    }

    private Wildcard[] Parts(List<string> values)
    {
        var (text, wild) = Join(values);
        var from = 0;
        return Array.ConvertAll(text.Split(':', ArnParts), part =>
        {
            var own = new BitArray(part.Length);
            for (var i = 0; i < part.Length; i++)
                own[i] = wild[from + i];
            from += part.Length + 1;
            return new Wildcard(part, own, WildcardScope.All, _ignoreCase);
        });
    }

    private (string Text, BitArray Wild) Join(List<string> values)
    {
        var wild = new BitArray(values.Sum(value => value.Length));
        var at = 0;
        for (var i = 0; i < values.Count; i++)
        {
            foreach (var letter in values[i])
                wild[at++] = _pieces[i].MayBeWild && letter is '*' or '?';
        }

        return (string.Concat(values), wild);
    }

    // ${*}, ${?} and ${$} are the characters themselves; ${name, 'text'} has a text for when there is no value.
    private static Piece VariableOf(string inside)
    {
        if (inside is "*" or "?" or "$")
            return new Piece(inside, MayBeWild: false, Variable: null, Default: null);
        var comma = inside.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0)
            return new Piece("", MayBeWild: false, inside.Trim(), Default: null);
        var instead = inside[(comma + 1)..].Trim();
        var isQuoted = instead.Length >= 2 && instead[0] == '\'' && instead[^1] == '\'';
        return new Piece("", MayBeWild: false, inside[..comma].Trim(), isQuoted ? instead[1..^1] : null);
    }

    private sealed record Piece(string Text, bool MayBeWild, string? Variable, string? Default);
}
