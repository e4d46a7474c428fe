using System.Globalization;
using Estiba.Contracts;

namespace Estiba.Metrics.Expressions;

/// <summary>
/// Reads an expression. From weakest to strongest: OR, AND, comparisons, sums, products, the minus before something,
/// powers (which bind to the right).
/// </summary>
internal sealed class ExpressionParser
{
    private const int Longest = 2048;
    private const int Deepest = 64;

    private static readonly (string Text, MathOperator Operator)[][] Levels =
    [
        [("||", MathOperator.Or), ("OR", MathOperator.Or)],
        [("&&", MathOperator.And), ("AND", MathOperator.And)],
        [
            ("==", MathOperator.Equal),
            ("!=", MathOperator.NotEqual),
            ("<=", MathOperator.LessOrEqual),
            (">=", MathOperator.GreaterOrEqual),
            ("<", MathOperator.Less),
            (">", MathOperator.Greater),
        ],
        [("+", MathOperator.Add), ("-", MathOperator.Subtract)],
        [("*", MathOperator.Multiply), ("/", MathOperator.Divide), ("%", MathOperator.Modulo)],
    ];

    private readonly string _id;
    private readonly string _text;
    private int _place;
    private int _depth;

    private ExpressionParser(string id, string text) => (_id, _text) = (id, text);

    /// <summary>Reads the expression of a query.</summary>
    /// <exception cref="AwsException"><c>ValidationError</c>: it is none.</exception>
    internal static Expression Parse(string id, string text)
    {
        var parser = new ExpressionParser(id, text);
        if (text.Length > Longest)
            throw parser.Fault($"Expressions have at most {Longest} characters");
        if (text.AsSpan().TrimStart().StartsWith("SELECT ", StringComparison.OrdinalIgnoreCase))
            throw parser.Fault("Metrics Insights queries are not supported");
        var expression = parser.Level(0);
        parser.SkipSpace();
        return parser._place == text.Length ? expression : throw parser.Unexpected();
    }

    private Expression Level(int level)
    {
        if (level == Levels.Length)
            return Unary();
        if (level == 0 && ++_depth > Deepest)
            throw Fault("The expression is nested too deeply");
        var left = Level(level + 1);
        while (TakeOperator(level) is { } found)
            left = new Expression.Binary(found, left, Level(level + 1));
        if (level == 0)
            _depth--;
        return left;
    }

    private MathOperator? TakeOperator(int level)
    {
        SkipSpace();
        foreach (var (text, found) in Levels[level])
        {
            if (string.CompareOrdinal(_text, _place, text, 0, text.Length) != 0)
                continue;
            var end = _place + text.Length;
            if (char.IsAsciiLetter(text[0]) && end < _text.Length && IsOfName(_text[end]))
                continue;
            _place = end;
            return found;
        }

        return null;
    }

    private Expression Unary()
    {
        var minuses = 0;
        while (Take('-'))
            minuses++;
        var operand = Power();
        return minuses % 2 == 0 ? operand : new Expression.Negation(operand);
    }

    private Expression Power()
    {
        var left = Primary();
        if (!Take('^'))
            return left;
        if (++_depth > Deepest)
            throw Fault("The expression is nested too deeply");
        var right = Unary();
        _depth--;
        return new Expression.Binary(MathOperator.Power, left, right);
    }

    private Expression Primary()
    {
        SkipSpace();
        if (_place == _text.Length)
            throw Unexpected();
        var first = _text[_place];
        if (char.IsAsciiDigit(first) || first == '.')
            return Number();
        if (first is '"' or '\'')
            return new Expression.Text(Text(first));
        if (char.IsAsciiLetter(first))
            return Named();
        if (Take('('))
        {
            var inner = Level(0);
            Require(')');
            return inner;
        }

        if (!Take('['))
            throw Unexpected();
        return new Expression.List(Items(']'));
    }

    private Expression Named()
    {
        var start = _place;
        while (_place < _text.Length && IsOfName(_text[_place]))
            _place++;
        var name = _text[start.._place];
        if (Take('('))
        {
            if (!MathFunctions.IsKnown(name))
                throw Fault($"Function '{name}' not found");
            return new Expression.Call(name, Items(')'));
        }

        if (char.IsAsciiLetterLower(name[0]))
            return new Expression.Reference(name);
        return MathFunctions.IsKeyword(name)
            ? new Expression.Keyword(name)
            : throw Fault($"Unknown identifier '{name}'");
    }

    private List<Expression> Items(char end)
    {
        var items = new List<Expression>();
        if (Take(end))
            return items;
        do items.Add(Level(0));
        while (Take(','));
        Require(end);
        return items;
    }

    private Expression.Number Number()
    {
        var start = _place;
        SkipDigits();
        if (_place < _text.Length && _text[_place] == '.')
        {
            _place++;
            SkipDigits();
        }

        if (_place < _text.Length && _text[_place] is 'e' or 'E')
        {
            _place++;
            if (_place < _text.Length && _text[_place] is '+' or '-')
                _place++;
            SkipDigits();
        }

        var text = _text.AsSpan(start, _place - start);
        return
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && double.IsFinite(value)
            ? new Expression.Number(value)
            : throw Fault($"'{text}' is not a number");
    }

    // What a backslash protects keeps it: a search reads it again.
    private string Text(char quote)
    {
        var start = ++_place;
        while (_place < _text.Length && _text[_place] != quote)
            _place += _text[_place] == '\\' ? 2 : 1;
        if (_place >= _text.Length)
            throw Fault("A quotation mark is not closed");
        return _text[start.._place++];
    }

    private bool Take(char expected)
    {
        SkipSpace();
        if (_place == _text.Length || _text[_place] != expected)
            return false;
        _place++;
        return true;
    }

    private void Require(char expected)
    {
        if (!Take(expected))
            throw Unexpected();
    }

    private void SkipSpace()
    {
        while (_place < _text.Length && char.IsWhiteSpace(_text[_place]))
            _place++;
    }

    private void SkipDigits()
    {
        while (_place < _text.Length && char.IsAsciiDigit(_text[_place]))
            _place++;
    }

    private static bool IsOfName(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';

    private AwsException Unexpected() =>
        Fault(
            _place >= _text.Length
                ? "Unexpected end of the expression"
                : $"Unexpected character '{_text[_place]}' at position {_place + 1}"
        );

    private AwsException Fault(string reason) => MetricDataEvaluation.Fault(_id, reason);
}
