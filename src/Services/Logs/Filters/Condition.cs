namespace Estiba.Logs.Filters;

/// <summary>How the comparisons of a pattern hang together.</summary>
internal abstract class Condition
{
    /// <param name="results">What each comparison of the pattern came to.</param>
    public abstract bool Evaluate(ReadOnlySpan<bool> results);
}

/// <summary>One comparison, by its number in the pattern.</summary>
internal sealed class SingleCondition(int comparison) : Condition
{
    public override bool Evaluate(ReadOnlySpan<bool> results) => results[comparison];
}

/// <summary>Conditions that must all hold.</summary>
internal sealed class AllConditions(IReadOnlyList<Condition> conditions) : Condition
{
    public override bool Evaluate(ReadOnlySpan<bool> results)
    {
        foreach (var condition in conditions)
            if (!condition.Evaluate(results))
                return false;
        return true;
    }
}

/// <summary>Conditions of which one must hold.</summary>
internal sealed class AnyCondition(IReadOnlyList<Condition> conditions) : Condition
{
    public override bool Evaluate(ReadOnlySpan<bool> results)
    {
        foreach (var condition in conditions)
            if (condition.Evaluate(results))
                return true;
        return false;
    }
}

/// <summary>What a comparison asks.</summary>
internal enum Operator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    IsNull,
    IsTrue,
    IsFalse,
    NotExists,
}

/// <summary>An operator with its right side, which the operators that are words do not have.</summary>
internal sealed record Comparison(Operator Operator, PatternValue? Value)
{
    /// <summary>Compares a number; equality only where the value is a number too.</summary>
    public bool MatchesNumber(double number) =>
        Value?.Number is { } other
        && Operator switch
        {
            Operator.Equal => number == other,
            Operator.NotEqual => number != other,
            Operator.Less => number < other,
            Operator.LessOrEqual => number <= other,
            Operator.Greater => number > other,
            Operator.GreaterOrEqual => number >= other,
            _ => false,
        };
}
