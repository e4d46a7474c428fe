using System.Buffers.Text;
using System.Text;

namespace Estiba.Logs.Filters;

/// <summary>The right side of a comparison: text in which stars stand for anything, a regular expression, or a number.</summary>
internal sealed class PatternValue
{
    private readonly byte[][] parts;
    private readonly PatternRegex? regex;

    private PatternValue(byte[][] parts, PatternRegex? regex, double? number)
    {
        this.parts = parts;
        this.regex = regex;
        Number = number;
    }

    /// <summary>Set where the value is written as a number, without quotes.</summary>
    public double? Number { get; }

    /// <summary>True for a single star: anything at all, so whether the property exists.</summary>
    public bool IsAnything => parts.Length == 2 && parts[0].Length == 0 && parts[1].Length == 0;

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
        if (text is [(byte)'+', .. var rest]) text = rest;
        return Utf8Parser.TryParse(text, out number, out var used) && used == text.Length && text.Length > 0 && double.IsFinite(number);
    }

    /// <summary>Whether the whole of a text is what the value says.</summary>
    public bool MatchesText(ReadOnlySpan<byte> text)
    {
        if (regex is not null) return regex.IsMatch(text);
        if (parts.Length == 1) return text.SequenceEqual(parts[0]);

        if (!text.StartsWith(parts[0])) return false;
        text = text[parts[0].Length..];
        foreach (var part in parts.AsSpan(1, parts.Length - 2))
        {
            var at = text.IndexOf(part);
            if (at < 0) return false;
            text = text[(at + part.Length)..];
        }

        return text.EndsWith(parts[^1]);
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
                if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is '*' or '\\') i++;
                part.Append(text[i]);
            }
        }

        found.Add(Encoding.UTF8.GetBytes(part.ToString()));
        return [.. found];
    }
}
