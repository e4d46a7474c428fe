using System.Text.RegularExpressions;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Scheduling.Query;

/// <summary>A regular expression that a whole text must match, as <c>java.util.regex</c> has it.</summary>
internal sealed class QueryPattern
{
    /// <summary>Values have at most 128 characters: what takes longer would never come to an end.</summary>
    private static readonly TimeSpan LongestMatch = TimeSpan.FromMilliseconds(20);

    private readonly Regex _regex;
    private bool _isEndless;

    /// <exception cref="AwsException"><c>InvalidParameterException</c>: the pattern is no regular expression.</exception>
    internal QueryPattern(string pattern)
    {
        try
        {
            _regex = new Regex($"^(?:{pattern})\\z", RegexOptions.CultureInvariant, LongestMatch);
        }
        catch (ArgumentException)
        {
            throw EcsErrors.InvalidParameterException($"Invalid expression: '{pattern}' is not a regular expression.");
        }
    }

    /// <summary>Whether the text matches. A pattern that once took too long matches nothing any more, so that it cannot hold up a cluster.</summary>
    internal bool Matches(string text)
    {
        try
        {
            return !_isEndless && _regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            _isEndless = true;
            return false;
        }
    }
}
