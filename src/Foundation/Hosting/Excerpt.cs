using System.Text;

namespace Estiba.Hosting;

/// <summary>Words of programs that nobody here has written, as they may stand within a sentence.</summary>
public static class Excerpt
{
    /// <summary>
    /// The beginning of a text on one line: control characters and runs of white space become one space.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">How many characters it may have.</param>
    public static string Of(string text, int longest)
    {
        ArgumentNullException.ThrowIfNull(text);
        var line = new StringBuilder(Math.Min(text.Length, longest));
        foreach (var rune in text.EnumerateRunes())
        {
            var isSpace = Rune.IsWhiteSpace(rune) || Rune.IsControl(rune);
            if (isSpace && (line.Length == 0 || line[^1] == ' '))
                continue;
            if (line.Length + rune.Utf16SequenceLength > longest)
                break;
            line.Append(isSpace ? " " : rune.ToString());
        }
        return line.ToString().TrimEnd();
    }
}
