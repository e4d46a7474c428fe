using System.Text;
using System.Text.RegularExpressions;

namespace Estiba.LoadBalancing.Traffic.Rules;

/// <summary>What a condition compares a text with: a text with wildcards, or a regular expression.</summary>
/// <remarks>Neither goes back in what it has read, so that no text takes long ("Condition types for listener
/// rules").</remarks>
public sealed class RulePattern
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private readonly Regex _regex;

    private RulePattern(Regex regex) => _regex = regex;

    /// <summary>A text in which <c>*</c> stands for any characters and <c>?</c> for one; a backslash before either
    /// takes it literally.</summary>
    public static RulePattern Wildcards(string text, bool ignoreCase)
    {
        ArgumentNullException.ThrowIfNull(text);
        var expression = new StringBuilder(@"\A");
        for (var index = 0; index < text.Length; index++)
        {
            var escapes = text[index] == '\\' && index + 1 < text.Length && text[index + 1] is '*' or '?' or '\\';
            if (escapes)
                index++;
            expression.Append(
                escapes ? Regex.Escape(text[index].ToString())
                : text[index] == '*' ? ".*"
                : text[index] == '?' ? "."
                : Regex.Escape(text[index].ToString())
            );
        }
        return new(new Regex(expression.Append(@"\z").ToString(), Of(ignoreCase) | RegexOptions.Singleline));
    }

    /// <summary>A regular expression, which may match anywhere.</summary>
    /// <exception cref="ArgumentException">It is none, or has a construct that would have to go back.</exception>
    public static RulePattern Expression(string text, bool ignoreCase)
    {
        try
        {
            return new(new Regex(text, Of(ignoreCase)));
        }
        catch (NotSupportedException unsupported)
        {
            throw new ArgumentException(unsupported.Message, nameof(text), unsupported);
        }
    }

    /// <summary>Whether the text is as the pattern says.</summary>
    public bool Matches(string text) => _regex.IsMatch(text);

    private static RegexOptions Of(bool ignoreCase) => ignoreCase ? Options | RegexOptions.IgnoreCase : Options;
}
