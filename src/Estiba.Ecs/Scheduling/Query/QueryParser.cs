using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Condition = System.Func<Estiba.Ecs.Scheduling.InstanceCapacity, bool>;

namespace Estiba.Ecs.Scheduling.Query;

/// <summary>Reads an expression of the cluster query language: <c>or</c> binds least, then <c>and</c>, then <c>not</c>.</summary>
/// <param name="expression">The whole text.</param>
internal sealed class QueryParser(string expression)
{
    private const int DeepestNesting = 50;

    private readonly QueryTokens _tokens = new(expression);
    private int _depth;

    /// <summary>The expression as a condition.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>.</exception>
    internal Condition Parse()
    {
        var condition = Or();
        return _tokens.AtEnd ? condition : throw _tokens.Unexpected();
    }

    private Condition Or()
    {
        var left = And();
        while (_tokens.Take("or", "||"))
        {
            var (first, second) = (left, And());
            left = instance => first(instance) || second(instance);
        }

        return left;
    }

    private Condition And()
    {
        var left = Not();
        while (_tokens.Take("and", "&&"))
        {
            var (first, second) = (left, Not());
            left = instance => first(instance) && second(instance);
        }

        return left;
    }

    private Condition Not()
    {
        if (++_depth > DeepestNesting) throw EcsErrors.InvalidParameterException("Invalid expression: it is nested too deeply.");
        try
        {
            if (_tokens.Take("not", "!"))
            {
                var inner = Not();
                return instance => !inner(instance);
            }

            if (!_tokens.Take("(")) return Comparison();
            var group = Or();
            return _tokens.Take(")") ? group : throw _tokens.Unexpected("')'");
        }
        finally
        {
            _depth--;
        }
    }

    private Condition Comparison()
    {
        var subject = QuerySubject.Of(_tokens.Word() ?? throw _tokens.Unexpected("a subject")) ?? throw _tokens.Unknown();
        if (_tokens.Take("exists")) return subject.Exists;
        if (_tokens.Take("!exists", "not_exists")) return instance => !subject.Exists(instance);
        if (_tokens.Take("in")) return subject.In(List());
        if (_tokens.Take("!in", "not_in")) return Negate(subject.In(List()));
        if (_tokens.Take("==", "equals")) return subject.EqualTo(Argument());
        if (_tokens.Take("!=", "not_equals")) return Negate(subject.EqualTo(Argument()));
        if (_tokens.Take("=~", "matches")) return subject.Matching(Argument());
        if (_tokens.Take("!~", "not_matches")) return Negate(subject.Matching(Argument()));
        if (_tokens.Take(">=", "greater_than_equal")) return subject.Compared(Argument(), sign => sign >= 0);
        if (_tokens.Take(">", "greater_than")) return subject.Compared(Argument(), sign => sign > 0);
        if (_tokens.Take("<=", "less_than_equal")) return subject.Compared(Argument(), sign => sign <= 0);
        if (_tokens.Take("<", "less_than")) return subject.Compared(Argument(), sign => sign < 0);
        throw _tokens.Unexpected("an operator");
    }

    private string Argument() => _tokens.Word() ?? throw _tokens.Unexpected("an argument");

    private List<string> List()
    {
        if (!_tokens.Take("[")) throw _tokens.Unexpected("'['");
        var items = new List<string> { Argument() };
        while (_tokens.Take(",")) items.Add(Argument());
        return _tokens.Take("]") ? items : throw _tokens.Unexpected("']'");
    }

    private static Condition Negate(Condition condition) => instance => !condition(instance);
}
