using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Logs;

namespace Estiba.Logs.Filters;

/// <summary>A pattern being read, character by character; knows how its errors are worded.</summary>
internal sealed class PatternText(string text)
{
    private int _at;

    /// <summary>The next character; the null character at the end.</summary>
    public char Peek => _at < text.Length ? text[_at] : '\0';

    /// <summary>Where the reading is; may be set back.</summary>
    public int Position
    {
        get => _at;
        set => _at = value;
    }

    public bool AtEnd => _at >= text.Length;

    public static AwsException Invalid(string detail) =>
        LogsErrors.InvalidParameterException($"Invalid filter pattern: {detail}");

    public static AwsException InvalidCharacters(string characters) =>
        LogsErrors.InvalidParameterException($"Invalid character(s) in term '{characters}'");

    public static bool IsWord(char value) => char.IsLetterOrDigit(value) || char.IsSurrogate(value) || value == '_';

    public void SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
    }

    /// <summary>Takes the token if it comes next.</summary>
    public bool TryTake(string token)
    {
        if (string.CompareOrdinal(text, _at, token, 0, token.Length) != 0)
            return false;
        _at += token.Length;
        return true;
    }

    /// <summary>Takes a keyword, in any case, that no letter or digit follows.</summary>
    public bool TryTakeWord(string word)
    {
        if (string.Compare(text, _at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) != 0)
            return false;
        if (_at + word.Length < text.Length && IsWord(text[_at + word.Length]))
            return false;
        _at += word.Length;
        return true;
    }

    public void Take(string token, string where)
    {
        if (!TryTake(token))
            throw Unexpected($"expected '{token}' {where}");
    }

    public string TakeWhile(Func<char, bool> accept)
    {
        var start = _at;
        while (_at < text.Length && accept(text[_at]))
            _at++;
        return text[start.._at];
    }

    /// <summary>A phrase between double quotes, in which a backslash keeps a quote or a backslash.</summary>
    /// <param name="keepStars">A backslash before a star stays, so that it can be told from a wildcard.</param>
    public string TakeQuoted(bool keepStars)
    {
        _at++;
        var value = new StringBuilder();
        while (_at < text.Length)
        {
            var next = text[_at++];
            if (next == '"')
                return value.ToString();
            if (next == '\\' && _at < text.Length)
            {
                var escaped = text[_at++];
                if (escaped is not ('"' or '\\') || (keepStars && escaped == '\\'))
                    value.Append('\\');
                next = escaped;
            }

            value.Append(next);
        }

        throw Invalid("a double quote is not closed");
    }

    /// <summary>What stands between two percent signs.</summary>
    public string TakeRegex()
    {
        var end = text.IndexOf('%', _at + 1);
        if (end < 0)
            throw Invalid("a regular expression is not closed by '%'");
        var value = text[(_at + 1)..end];
        _at = end + 1;
        return value;
    }

    public AwsException Unexpected(string detail) =>
        AtEnd
            ? Invalid($"{detail}, but the pattern ends")
            : Invalid($"{detail} at position {_at + 1}, near '{text[_at..Math.Min(text.Length, _at + 12)]}'");
}
