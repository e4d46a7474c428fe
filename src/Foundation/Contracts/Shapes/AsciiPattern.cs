using System.Text;

namespace Estiba.Contracts;

/// <summary>
/// The contracts' patterns are Java's, whose short classes hold ASCII alone; .NET's hold the letters and digits of
/// every script.
/// </summary>
internal static class AsciiPattern
{
    private const string AllPairs = @"\uD800\uDC00-\uDBFF\uDFFF";
    private const string AnySurrogate = @"\uD800-\uDFFF";

    /// <summary>Java's names of classes that .NET does not know, and their members.</summary>
    private static readonly (string Name, string Members)[] Named =
    [
        ("p{Print}", @"\x20-\x7E"),
        ("p{ASCII}", @"\x00-\x7F"),
    ];

    /// <summary>The pattern with <c>\w</c>, <c>\d</c> and <c>\s</c> written out.</summary>
    internal static string Of(string pattern)
    {
        // To Java a pair of surrogates is one character; to .NET all of them together are the same range.
        pattern = pattern.Replace(AllPairs, AnySurrogate, StringComparison.OrdinalIgnoreCase);
        var text = new StringBuilder(pattern.Length + 16);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var letter = pattern[i];
            if (letter == '\\' && i + 1 < pattern.Length)
            {
                var next = pattern[++i];
                if (Array.Find(Named, each => IsAt(pattern, i, each.Name)) is { Name: { } name } named)
                {
                    text.Append(inClass ? named.Members : $"[{named.Members}]");
                    i += name.Length - 1;
                    continue;
                }

                text.Append(
                    MembersOf(next) is not { } members ? $"\\{next}"
                    : inClass ? members
                    : $"[{members}]"
                );
                continue;
            }

            inClass = letter == '[' || (inClass && letter != ']');
            text.Append(letter);
        }

        return text.ToString();
    }

    private static bool IsAt(string pattern, int place, string text) =>
        string.CompareOrdinal(pattern, place, text, 0, text.Length) == 0;

    private static string? MembersOf(char shortClass) =>
        shortClass switch
        {
            'w' => "a-zA-Z0-9_",
            '_' => "_", // which .NET does not let be escaped
            'd' => "0-9",
            's' => " \\t\\n\\v\\f\\r",
            _ => null,
        };
}
