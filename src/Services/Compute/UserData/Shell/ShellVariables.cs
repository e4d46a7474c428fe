using System.Text;

namespace Estiba.Compute.UserData.Shell;

/// <summary>A script's variables, and the expansion of words with them.</summary>
/// <param name="substitute">Gives the output of a command substitution's text.</param>
internal sealed class ShellVariables(Func<string, string> substitute)
{
    private const int MostCharacters = 64 * 1024;

    /// <summary>How deeply an expansion may stand in an expansion; each level takes stack.</summary>
    private const int MostDepth = 32;

    /// <summary>Of all variables together; one that would be more is empty.</summary>
    private const int MostInAll = 4 * 1024 * 1024;

    private readonly Dictionary<string, string> _values = [];
    private int _inAll;
    private int _depth;

    public string Get(string name) => _values.GetValueOrDefault(name, "");

    public void Set(string name, string value)
    {
        if (_values.Remove(name, out var before))
            _inAll -= name.Length + before.Length;
        if (_inAll + name.Length + value.Length > MostInAll)
            return;
        _values[name] = value;
        _inAll += name.Length + value.Length;
    }

    /// <summary>The word as one string.</summary>
    public string Expand(ShellWord word)
    {
        var text = new StringBuilder();
        foreach (var piece in word.Pieces)
            text.Append(piece.Expands ? Expand(piece.Text) : piece.Text);
        return text.Length > MostCharacters ? text.ToString(0, MostCharacters) : text.ToString();
    }

    /// <summary>
    /// The word as arguments: an expansion outside quotes is split at blanks, and vanishes if it is empty.
    /// </summary>
    public IEnumerable<string> ExpandFields(ShellWord word)
    {
        var text = Expand(word);
        return word.Pieces.Any(piece => piece.Expands && !piece.Quoted) && !word.Pieces.Any(piece => piece.Quoted)
            ? text.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries)
            : [text];
    }

    /// <summary><c>NAME=value</c> at the start of a command.</summary>
    public bool TryAssign(ShellWord word)
    {
        if (word.Pieces is not [{ Expands: false, Quoted: false } first, ..])
            return false;
        var equals = first.Text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || !IsName(first.Text.AsSpan(0, equals)))
            return false;

        var value = new ShellWord([first with { Text = first.Text[(equals + 1)..] }, .. word.Pieces.Skip(1)]);
        Set(first.Text[..equals], Expand(value));
        return true;
    }

    public static bool IsName(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || char.IsAsciiDigit(text[0]))
            return false;
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character != '_')
                return false;
        }
        return true;
    }

    private string Expand(string expansion)
    {
        if (expansion.StartsWith("$((", StringComparison.Ordinal))
            return "";
        if (expansion.StartsWith("$(", StringComparison.Ordinal))
            return substitute(Inside(expansion, 2)).TrimEnd('\n');
        if (expansion.StartsWith('`'))
            return substitute(Inside(expansion, 1)).TrimEnd('\n');
        if (expansion.StartsWith("${", StringComparison.Ordinal))
            return ExpandBraces(Inside(expansion, 2));
        return expansion.Length == 1 ? expansion : Get(expansion[1..]);
    }

    /// <summary>
    /// <c>${NAME}</c>, and with a value in place of a missing or empty one: <c>${NAME:-value}</c>,
    /// <c>${NAME:=value}</c>, <c>${NAME:+value}</c>.
    /// </summary>
    private string ExpandBraces(string inside)
    {
        var end = inside.AsSpan().IndexOfAnyExcept(NameCharacters);
        if (end < 0)
            return Get(inside);

        var name = inside[..end];
        var rest = inside.AsSpan(end);
        if (rest[0] == ':')
            rest = rest[1..];
        if (name.Length == 0 || rest.IsEmpty || rest[0] is not ('-' or '=' or '+'))
            return Get(name);

        var set = Get(name).Length > 0;
        if (rest[0] == '+' ? !set : set)
            return Get(name);
        if (_depth >= MostDepth)
            return "";

        _depth++;
        var value = rest[1..].ToString();
        var at = 0;
        var expanded = Expand(new ShellWord(ShellWordReader.ReadExpandable(value, ref at, close: null)));
        _depth--;
        if (rest[0] == '=')
            Set(name, expanded);
        return expanded;
    }

    private static readonly System.Buffers.SearchValues<char> NameCharacters = System.Buffers.SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
    );

    private static string Inside(string expansion, int opening) =>
        expansion.Length > opening + 1 ? expansion[opening..^1] : "";
}
