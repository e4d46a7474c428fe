using System.Buffers.Text;
using System.Text;

namespace Estiba.Logs.Filters;

/// <summary>
/// The right side of a comparison: text in which stars stand for anything, a regular expression, or a number.
/// </summary>
internal sealed class PatternValue
{
    private readonly byte[][] _parts;
    private readonly PatternRegex? _regex;

    private PatternValue(byte[][] parts, PatternRegex? regex, double? number)
    {
        _parts = parts;
        _regex = regex;
        Number = number;
    }

    /// <summary>Set where the value is written as a number, without quotes.</summary>
    public double? Number { get; }

    /// <summary>True for a single star: anything at all, so whether the property exists.</summary>
    public bool IsAnything => _parts.Length == 2 && _parts[0].Length == 0 && _parts[1].Length == 0;

    public static PatternValue Text(string text) => new(Split(text), regex: null, number: null);

    public static PatternValue Regex(string expression) => new([], new PatternRegex(expression), number: null);

    /// <summary>A value without quotes: a number where it can be read as one.</summary>
    public static PatternValue Bare(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return new(Split(text), regex: null, TryNumber(utf8, out var number) ? number : null);
    }

    public static bool TryNumber(ReadOnlySpan<byte> text, out double number)
    {
        if (text is [(byte)'+', .. var rest])
            text = rest;
        return Utf8Parser.TryParse(text, out number, out var used)
            && used == text.Length
            && text.Length > 0
            && double.IsFinite(number);
    }

    /// <summary>Whether the whole of a text is what the value says.</summary>
    public bool MatchesText(ReadOnlySpan<byte> text)
    {
        if (_regex is not null)
            return _regex.IsMatch(text);
        if (_parts.Length == 1)
            return text.SequenceEqual(_parts[0]);

        if (!text.StartsWith(_parts[0]))
            return false;
        text = text[_parts[0].Length..];
        foreach (var part in _parts.AsSpan(1, _parts.Length - 2))
        {
            var at = text.IndexOf(part);
            if (at < 0)
                return false;
            text = text[(at + part.Length)..];
        }

        return text.EndsWith(_parts[^1]);
    }

    /// <summary>What lies between the stars; a star after a backslash is a star.</summary>
    private static byte[][] Split(string text)
    {
        var found = new List<byte[]>();
        var part = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '*')
            {
                found.Add(Encoding.UTF8.GetBytes(part.ToString()));
                part.Clear();
            }
            else
            {
                if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is '*' or '\\')
                    i++;
                part.Append(text[i]);
            }
        }

        found.Add(Encoding.UTF8.GetBytes(part.ToString()));
        return [.. found];
    }
}
