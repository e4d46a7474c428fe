using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Estiba.Logs.Filters;

/// <summary>
/// A regular expression of the kind that filter patterns know: letters, digits, some symbols, and operators without
/// groups ("Supported regular expressions (regex) syntax", CloudWatch Logs user guide). It never backtracks.
/// </summary>
internal sealed class PatternRegex
{
    /// <summary>A pattern has no more than this many.</summary>
    public const int MaxPerPattern = 2;

    private const string Symbols = ":_#=@/;,-";
    private const string Operators = "^$?[]{}|\\*+.";
    private const int MaxRepetitions = 1000;
    private const int MaxStackChars = 512;

    private readonly Regex _regex;

    public PatternRegex(string expression)
    {
        if (expression.Length == 0)
            throw PatternText.Invalid("a regular expression between '%' is empty");
        foreach (var value in expression)
        {
            if (!char.IsAsciiLetterOrDigit(value) && !Symbols.Contains(value) && !Operators.Contains(value))
                throw PatternText.InvalidCharacters(value.ToString());
        }

        CheckRepetitions(expression);
        try
        {
            _regex = new Regex(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            throw PatternText.Invalid($"the regular expression %{expression}% cannot be read: {failure.Message}");
        }
    }

    public bool IsMatch(ReadOnlySpan<byte> text)
    {
        char[]? rented = null;
        var chars =
            text.Length <= MaxStackChars
                ? stackalloc char[MaxStackChars]
                : rented = ArrayPool<char>.Shared.Rent(text.Length);
        var length = Encoding.UTF8.GetChars(text, chars);
        var matched = _regex.IsMatch(chars[..length]);
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
        return matched;
    }

    /// <summary>Each repetition is a state of the automaton: many would cost memory without end.</summary>
    private static void CheckRepetitions(string expression)
    {
        var total = 0L;
        for (var open = expression.IndexOf('{'); open >= 0; open = expression.IndexOf('{', open + 1))
        {
            var close = expression.IndexOf('}', open);
            if (close < 0)
                return;
            foreach (var bound in expression[(open + 1)..close].Split(','))
            {
                if (bound.All(char.IsAsciiDigit) && bound.Length > 0)
                    total +=
                        bound.Length > 9
                            ? long.MaxValue / 4096
                            : long.Parse(bound, NumberStyles.None, CultureInfo.InvariantCulture);
            }
        }

        if (total > MaxRepetitions)
            throw PatternText.Invalid(
                $"the regular expression %{expression}% asks for more than {MaxRepetitions} repetitions"
            );
    }
}
