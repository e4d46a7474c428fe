using System.Text;

namespace Estiba.Compute.UserData.Shell;

/// <summary>Reads one word of a script: quotes, escapes, and expansions left as they are for later.</summary>
internal static class ShellWordReader
{
    /// <summary>Characters that end a word unless quoted.</summary>
    public const string Metacharacters = " \t\r\n;&|<>()";

    public static ShellWord Read(string text, ref int at)
    {
        var pieces = new List<WordPiece>();
        var literal = new StringBuilder();
        var quoted = false;
        void Flush()
        {
            if (literal.Length > 0 || quoted)
                pieces.Add(new WordPiece(literal.ToString(), Expands: false, quoted));
            literal.Clear();
            quoted = false;
        }

        while (at < text.Length && !Metacharacters.Contains(text[at], StringComparison.Ordinal))
        {
            switch (text[at])
            {
                case '\\':
                    Flush();
                    if (at + 1 < text.Length && text[at + 1] != '\n')
                        pieces.Add(new WordPiece(text[at + 1].ToString(), Expands: false, Quoted: true));
                    at += 2;
                    break;
                case '\'':
                    Flush();
                    var end = text.IndexOf('\'', at + 1) is var close and >= 0 ? close : text.Length;
                    pieces.Add(new WordPiece(text[(at + 1)..end], Expands: false, Quoted: true));
                    at = end + 1;
                    break;
                case '"':
                    Flush();
                    at++;
                    pieces.AddRange(ReadExpandable(text, ref at, '"'));
                    at++;
                    break;
                case '$' or '`':
                    Flush();
                    pieces.Add(new WordPiece(ReadExpansion(text, ref at), Expands: true, Quoted: false));
                    break;
                default:
                    literal.Append(text[at++]);
                    break;
            }
        }
        at = Math.Min(at, text.Length);
        Flush();
        return new ShellWord(pieces);
    }

    /// <summary>
    /// The inside of double quotes, or a here-document (<paramref name="close"/> null): a backslash protects only $, `,
    /// " and itself.
    /// </summary>
    public static List<WordPiece> ReadExpandable(string text, ref int at, char? close)
    {
        var pieces = new List<WordPiece>();
        var literal = new StringBuilder();
        while (at < text.Length && text[at] != close)
        {
            if (
                text[at] == '\\'
                && at + 1 < text.Length
                && (text[at + 1] is '$' or '`' or '\\' or '\n' || text[at + 1] == close)
            )
            {
                if (text[at + 1] != '\n')
                    literal.Append(text[at + 1]);
                at += 2;
            }
            else if (text[at] is '$' or '`')
            {
                pieces.Add(new WordPiece(literal.ToString(), Expands: false, Quoted: true));
                literal.Clear();
                pieces.Add(new WordPiece(ReadExpansion(text, ref at), Expands: true, Quoted: true));
            }
            else
            {
                literal.Append(text[at++]);
            }
        }
        pieces.Add(new WordPiece(literal.ToString(), Expands: false, Quoted: true));
        return pieces;
    }

    /// <summary>From <c>$</c> or a backtick to the end of the expansion.</summary>
    private static string ReadExpansion(string text, ref int at)
    {
        var start = at++;
        if (text[start] == '`')
        {
            at = text.IndexOf('`', at) is var close and >= 0 ? close + 1 : text.Length;
        }
        else if (at < text.Length && text[at] is '(' or '{')
        {
            SkipNested(text, ref at);
        }
        else if (at < text.Length && (char.IsAsciiLetter(text[at]) || text[at] == '_'))
        {
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_'))
                at++;
        }
        else if (
            at < text.Length
            && (char.IsAsciiDigit(text[at]) || "?$!@*#-".Contains(text[at], StringComparison.Ordinal))
        )
        {
            at++;
        }
        return text[start..at];
    }

    private static void SkipNested(string text, ref int at)
    {
        var (open, close) = text[at] == '(' ? ('(', ')') : ('{', '}');
        var depth = 0;
        for (; at < text.Length; at++)
        {
            if (text[at] == '\\')
                at++;
            else if (text[at] == '\'')
                at = text.IndexOf('\'', at + 1) is var end and >= 0 ? end : text.Length;
            else if (text[at] == open)
                depth++;
            else if (text[at] == close && --depth == 0)
                break;
        }
        at = Math.Min(at + 1, text.Length);
    }
}
