using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Logs;

namespace Estiba.Logs.Filters;

/// <summary>A pattern being read, character by character; knows how its errors are worded.</summary>
internal sealed class PatternText(string text)
{
    private int at;

    /// <summary>The next character; the null character at the end.</summary>
    public char Peek => at < text.Length ? text[at] : '\0';

    /// <summary>Where the reading is; may be set back.</summary>
    public int Position
    {
        get => at;
        set => at = value;
    }

    public bool AtEnd => at >= text.Length;

    public static AwsException Invalid(string detail) => LogsErrors.InvalidParameterException($"Invalid filter pattern: {detail}");

    public static AwsException InvalidCharacters(string characters) =>
        LogsErrors.InvalidParameterException($"Invalid character(s) in term '{characters}'");

    public static bool IsWord(char value) => char.IsLetterOrDigit(value) || char.IsSurrogate(value) || value == '_';

    public void SkipSpace()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
    }

    /// <summary>Takes the token if it comes next.</summary>
    public bool TryTake(string token)
    {
        if (string.CompareOrdinal(text, at, token, 0, token.Length) != 0) return false;
        at += token.Length;
        return true;
    }

    /// <summary>Takes a keyword, in any case, that no letter or digit follows.</summary>
    public bool TryTakeWord(string word)
    {
        if (string.Compare(text, at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) != 0) return false;
        if (at + word.Length < text.Length && IsWord(text[at + word.Length])) return false;
        at += word.Length;
        return true;
    }

    public void Take(string token, string where)
    {
        if (!TryTake(token)) throw Unexpected($"expected '{token}' {where}");
    }

    public string TakeWhile(Func<char, bool> accept)
    {
        var start = at;
        while (at < text.Length && accept(text[at])) at++;
        return text[start..at];
    }

    /// <summary>A phrase between double quotes, in which a backslash keeps a quote or a backslash.</summary>
    /// <param name="keepStars">A backslash before a star stays, so that it can be told from a wildcard.</param>
    public string TakeQuoted(bool keepStars)
    {
        at++;
        var value = new StringBuilder();
        while (at < text.Length)
        {
            var next = text[at++];
            if (next == '"') return value.ToString();
            if (next == '\\' && at < text.Length)
            {
                var escaped = text[at++];
                if (escaped is not ('"' or '\\') || (keepStars && escaped == '\\')) value.Append('\\');
                next = escaped;
            }

            value.Append(next);
        }

        throw Invalid("a double quote is not closed");
    }

    /// <summary>What stands between two percent signs.</summary>
    public string TakeRegex()
    {
        var end = text.IndexOf('%', at + 1);
        if (end < 0) throw Invalid("a regular expression is not closed by '%'");
        var value = text[(at + 1)..end];
        at = end + 1;
        return value;
    }

    public AwsException Unexpected(string detail) => AtEnd
        ? Invalid($"{detail}, but the pattern ends")
        : Invalid($"{detail} at position {at + 1}, near '{text[at..Math.Min(text.Length, at + 12)]}'");
}
