using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Condition = System.Func<Estiba.Ecs.Queries.IQueryTarget, bool>;

namespace Estiba.Ecs.Queries;

/// <summary>
/// Reads an expression of the cluster query language: <c>or</c> binds least, then <c>and</c>, then <c>not</c>.
/// </summary>
/// <param name="expression">The whole text.</param>
internal sealed class QueryParser(string expression)
{
    private const int DeepestNesting = 50;
    private const int MostPatterns = 20;

    private const string Groups = "task:group";

    private static readonly (string Symbol, string Word, QueryOperator Operator)[] Operators =
    [
        ("==", "equals", QueryOperator.Equal),
        ("!=", "not_equals", QueryOperator.NotEqual),
        (">=", "greater_than_equal", QueryOperator.GreaterOrEqual),
        (">", "greater_than", QueryOperator.Greater),
        ("<=", "less_than_equal", QueryOperator.LessOrEqual),
        ("<", "less_than", QueryOperator.Less),
        ("exists", "exists", QueryOperator.Exists),
        ("!exists", "not_exists", QueryOperator.NotExists),
        ("in", "in", QueryOperator.In),
        ("!in", "not_in", QueryOperator.NotIn),
        ("=~", "matches", QueryOperator.Matches),
        ("!~", "not_matches", QueryOperator.NotMatches),
    ];

    private readonly QueryTokens _tokens = new(expression);
    private readonly List<Action<IQueryTarget>> _patterns = [];
    private int _depth;

    /// <summary>Each comparison with a regular expression, asked by itself.</summary>
    internal IReadOnlyList<Action<IQueryTarget>> Patterns => _patterns;

    /// <summary>Whether what was read asks for task groups.</summary>
    internal bool AsksForGroups { get; private set; }

    /// <summary>The expression as a condition.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>.</exception>
    internal Condition Parse()
    {
        var condition = Or();
        return _tokens.AtEnd ? condition : throw _tokens.Unexpected();
    }

    private Condition Or()
    {
        var alternatives = new List<Condition> { And() };
        while (_tokens.Take("or", "||"))
            alternatives.Add(And());
        return alternatives is [var only]
            ? only
            : instance => alternatives.Exists(alternative => alternative(instance));
    }

    private Condition And()
    {
        var demands = new List<Condition> { Not() };
        while (_tokens.Take("and", "&&"))
            demands.Add(Not());
        return demands is [var only] ? only : instance => demands.TrueForAll(demand => demand(instance));
    }

    private Condition Not()
    {
        if (++_depth > DeepestNesting)
            throw EcsErrors.InvalidParameterException("Invalid expression: it is nested too deeply.");
        try
        {
            if (_tokens.Take("not", "!"))
            {
                var inner = Not();
                return instance => !inner(instance);
            }

            if (!_tokens.Take("("))
                return Comparison();
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
        var name = _tokens.Word() ?? throw _tokens.Unexpected("a subject");
        var subject = QuerySubject.Of(name) ?? throw _tokens.Unknown();
        AsksForGroups |= name == Groups;
        var operation = Operator() ?? throw _tokens.Unexpected("an operator");
        var place = _tokens.Last;
        var arguments = operation switch
        {
            QueryOperator.Exists or QueryOperator.NotExists => [],
            QueryOperator.In or QueryOperator.NotIn => List(),
            _ => new List<string> { Argument() },
        };
        var condition = subject.Condition(operation, arguments)
            ?? throw EcsErrors.InvalidParameterException(
                $"Invalid expression '{expression}': the operator '{place}' cannot be used with {name}."
            );
        if (operation is QueryOperator.Matches or QueryOperator.NotMatches)
        {
            if (_patterns.Count == MostPatterns)
                throw EcsErrors.InvalidParameterException(
                    $"Invalid expression: it can have at most {MostPatterns} regular expressions."
                );

            // A comparison with a regular expression asks about everything that it concerns, in either sense.
            _patterns.Add(instance => condition(instance));
        }

        return condition;
    }

    private QueryOperator? Operator()
    {
        foreach (var (symbol, word, operation) in Operators)
            if (_tokens.Take(symbol, word))
                return operation;
        return null;
    }

    private string Argument() => _tokens.Word() ?? throw _tokens.Unexpected("an argument");

    private List<string> List()
    {
        if (!_tokens.Take("["))
            throw _tokens.Unexpected("'['");
        var items = new List<string> { Argument() };
        while (_tokens.Take(","))
            items.Add(Argument());
        return _tokens.Take("]") ? items : throw _tokens.Unexpected("']'");
    }
}
