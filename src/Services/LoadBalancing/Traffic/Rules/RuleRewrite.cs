using System.Text.RegularExpressions;

namespace Estiba.LoadBalancing.Traffic.Rules;

/// <summary>A text of a request that is sent to targets as another ("Transforms for listener rules").</summary>
public sealed class RuleRewrite
{
    private readonly Regex _regex;
    private readonly string _replacement;

    /// <param name="expression">A regular expression.</param>
    /// <param name="replacement">What stands in the place of what it matches; <c>$1</c> is its first group.</param>
    /// <exception cref="ArgumentException">It is no regular expression, or has a construct that is not
    /// supported.</exception>
    public RuleRewrite(string expression, string replacement)
    {
        try
        {
            _regex = new Regex(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException unsupported)
        {
            throw new ArgumentException(unsupported.Message, nameof(expression), unsupported);
        }
        _replacement = replacement;
    }

    /// <summary>The text as it is sent; the same where nothing matches.</summary>
    public string Apply(string text) => _regex.Replace(text, _replacement, count: 1);
}
