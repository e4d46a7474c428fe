using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Queries;

/// <summary>
/// A regular expression that a whole text must match, as <c>java.util.regex</c> has it, without what needs to try
/// again: back references, and look-around but at its beginning.
/// </summary>
/// <remarks>
/// It takes a time that grows with the text alone. What it has answered once it remembers: whoever places many tasks
/// asks before he begins (<c>PreparedQueries</c>), since placing
/// holds up everybody else.
/// </remarks>
internal sealed class QueryPattern
{
    private const int LongestPattern = 500;

    /// <summary>Each repetition is a state of the automaton, and within another one that many more.</summary>
    private const int MostRepetitions = 1000;

    private const int MostRemembered = 100_000;

    private readonly List<(Regex Regex, bool Expected)> _conditions = [];
    private readonly ConcurrentDictionary<string, bool> _answers = new(StringComparer.Ordinal);

    /// <exception cref="AwsException"><c>InvalidParameterException</c>: the pattern is no regular expression, or one
    /// that is too much.</exception>
    internal QueryPattern(string pattern)
    {
        if (pattern.Length > LongestPattern)
            throw EcsErrors.InvalidParameterException(
                $"Invalid expression: a regular expression can have at most {LongestPattern} characters."
            );
        if (Repetitions(pattern) > MostRepetitions)
            throw EcsErrors.InvalidParameterException(
                $"Invalid expression: '{pattern}' asks for more than {MostRepetitions} repetitions."
            );
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant); // what it says of a pattern is said of the whole
            var (ahead, rest) = PatternLookAhead.Split(pattern);
            foreach (var (condition, expected) in ahead)
                _conditions.Add((Compile($"^(?:{condition})"), expected));
            _conditions.Add((Compile($"^(?:{rest})\\z"), true));
        }
        catch (ArgumentException)
        {
            throw EcsErrors.InvalidParameterException($"Invalid expression: '{pattern}' is not a regular expression.");
        }
        catch (NotSupportedException)
        {
            throw EcsErrors.InvalidParameterException(
                $"Invalid expression: '{pattern}' is too large, or has back references or look-around within it, "
                    + "which would take too long. Look-ahead is possible at its beginning."
            );
        }
    }

    /// <summary>Whether the text matches.</summary>
    internal bool Matches(string text)
    {
        if (_answers.TryGetValue(text, out var known))
            return known;
        var answer = _conditions.TrueForAll(condition => condition.Regex.IsMatch(text) == condition.Expected);
        if (_answers.Count < MostRemembered)
            _answers.TryAdd(text, answer);
        return answer;
    }

    private static Regex Compile(string pattern) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>The product of all counted repetitions: never less than what they are within each other.</summary>
    private static long Repetitions(string pattern)
    {
        var product = 1L;
        for (
            var open = pattern.IndexOf('{', StringComparison.Ordinal);
            open >= 0 && product <= MostRepetitions;
            open = pattern.IndexOf('{', open + 1)
        )
        {
            var close = pattern.IndexOf('}', open);
            if (close < 0)
                break;
            var most = 1L;
            foreach (var bound in pattern[(open + 1)..close].Split(','))
            {
                if (bound.Length > 0 && bound.All(char.IsAsciiDigit))
                    most = Math.Max(
                        most,
                        bound.Length > 9
                            ? int.MaxValue
                            : long.Parse(bound, NumberStyles.None, CultureInfo.InvariantCulture)
                    );
            }

            product *= most;
        }

        return product;
    }
}
