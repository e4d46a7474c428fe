using System.CommandLine;

namespace Estiba.CommandLine;

/// <summary>Guesses what a mistyped word was meant to be, and says nothing rather than name what is not near.</summary>
internal static class Spelling
{
    /// <summary>
    /// The command or option that the first word that was not understood resembles; null where none is near.
    /// </summary>
    internal static string? Nearest(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens is not [var word, ..])
            return null;
        var command = parsed.CommandResult.Command;
        var known = word.StartsWith('-')
            ? command.Options.Where(option => !option.Hidden).Select(option => option.Name)
            : command.Subcommands.Select(sub => sub.Name);
        return known
            .Select(name => (Name: name, Edits: Edits(word, name)))
            .Where(each => each.Edits <= Math.Max(1, Math.Min(word.Length, each.Name.Length) / 3))
            .OrderBy(each => each.Edits)
            .FirstOrDefault()
            .Name;
    }

    /// <summary>
    /// How many letters have to be added, left out, replaced, or swapped with the next one to make one word of the
    /// other.
    /// </summary>
    internal static int Edits(string from, string to)
    {
        var edits = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            for (var j = 0; j <= to.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    edits[i, j] = i + j;
                    continue;
                }

                var replaced = edits[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                edits[i, j] = Math.Min(replaced, Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
            }
        }

        return edits[from.Length, to.Length];
    }
}
