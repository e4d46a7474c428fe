using System.Collections;

namespace Estiba.Identity.Authorization.Policies;

/// <summary>How far a star reaches.</summary>
internal enum WildcardScope
{
    /// <summary>Over everything.</summary>
    All,

    /// <summary>
    /// As in the resources of a policy ("IAM JSON policy elements: Resource"): within the part between two colons,
    /// unless it is the last character of its part.
    /// </summary>
    Part,
}

/// <summary>A text in which some places stand for any one character and some for any number of them.</summary>
/// <remarks>
/// Which places those are is kept beside the text: a star that came out of a policy variable is a star and nothing
/// else.
/// </remarks>
internal sealed class Wildcard
{
    private readonly string _text;
    private readonly BitArray _wild;
    private readonly bool[] _reaches; // for the stars
    private readonly bool _ignoreCase;
    private readonly bool _withinParts;
    private readonly int _literal; // how many characters at the beginning stand for themselves
    private readonly bool _mixed; // whether there are stars of both kinds

    /// <summary>A text whose every place is given.</summary>
    /// <param name="text">The text.</param>
    /// <param name="wild">Which of its stars and question marks stand for others.</param>
    /// <param name="reach">How far its stars reach.</param>
    /// <param name="ignoreCase">Whether upper and lower case are the same.</param>
    public Wildcard(string text, BitArray wild, WildcardScope reach, bool ignoreCase)
    {
        (_text, _wild, _ignoreCase, _withinParts) = (text, wild, ignoreCase, reach == WildcardScope.Part);
        _literal = text.Length;
        _reaches = new bool[text.Length];
        var (near, far) = (false, false);
        for (var i = text.Length - 1; i >= 0; i--)
        {
            if (!wild[i])
                continue;
            _literal = i;
            if (text[i] != '*')
                continue;
            _reaches[i] = reach == WildcardScope.All || i == text.Length - 1 || (text[i + 1] == ':' && !wild[i + 1]);
            if (_reaches[i])
                far = true;
            else
                near = true;
        }

        _mixed = near && far;
    }

    /// <summary>A text in which every star and question mark stands for others.</summary>
    public static Wildcard Of(string text, WildcardScope reach, bool ignoreCase = false)
    {
        var wild = new BitArray(text.Length);
        for (var i = 0; i < text.Length; i++)
            wild[i] = text[i] is '*' or '?';
        return new Wildcard(text, wild, reach, ignoreCase);
    }

    /// <summary>How many characters stand before the first star or question mark.</summary>
    public static int LengthBeforeFirst(string text) =>
        text.AsSpan().IndexOfAny('*', '?') is >= 0 and var first ? first : text.Length;

    /// <summary>Whether a text is like it.</summary>
    public bool Matches(ReadOnlySpan<char> input)
    {
        var comparison = _ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        if (_literal == _text.Length)
            return input.Equals(_text, comparison);
        if (!input.StartsWith(_text.AsSpan(0, _literal), comparison))
            return false;
        if (_literal == _text.Length - 1 && _text[_literal] == '*')
            return true;
        return _mixed ? MatchesBySets(input) : MatchesByLastStar(input);
    }

    // With stars of one kind it is enough to go back to the last one: whatever an earlier one could take, it could take
    // too.
    private bool MatchesByLastStar(ReadOnlySpan<char> input)
    {
        var (at, place, star, taken) = (_literal, _literal, -1, 0);
        while (at < input.Length)
        {
            if (place < _text.Length && IsStar(place))
            {
                (star, taken) = (place, at);
                place++;
            }
            else if (place < _text.Length && Fits(place, input[at]))
            {
                at++;
                place++;
            }
            else if (star >= 0 && (_reaches[star] || input[taken] != ':'))
            {
                taken++;
                (at, place) = (taken, star + 1);
            }
            else
            {
                return false;
            }
        }

        while (place < _text.Length && IsStar(place))
            place++;
        return place == _text.Length;
    }

    // All places that the input may have come to, character by character: never more work than the two lengths
    // multiplied.
    private bool MatchesBySets(ReadOnlySpan<char> input)
    {
        var here = new bool[_text.Length + 1];
        var next = new bool[_text.Length + 1];
        Enter(here, _literal);
        foreach (var letter in input[_literal..])
        {
            Array.Clear(next);
            for (var place = _literal; place < _text.Length; place++)
            {
                if (!here[place])
                    continue;
                if (!IsStar(place))
                {
                    if (Fits(place, letter))
                        Enter(next, place + 1);
                }
                else if (_reaches[place] || letter != ':')
                {
                    Enter(next, place);
                }
            }

            (here, next) = (next, here);
        }

        return here[_text.Length];
    }

    // A star may also take nothing.
    private void Enter(bool[] places, int place)
    {
        places[place] = true;
        while (place < _text.Length && IsStar(place))
            places[++place] = true;
    }

    private bool IsStar(int place) => _wild[place] && _text[place] == '*';

    private bool Fits(int place, char letter)
    {
        if (_wild[place])
            return letter != ':' || !_withinParts;
        return _ignoreCase
            ? char.ToUpperInvariant(_text[place]) == char.ToUpperInvariant(letter)
            : _text[place] == letter;
    }
}
