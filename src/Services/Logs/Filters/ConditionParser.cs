namespace Estiba.Logs.Filters;

/// <summary>Reads comparisons joined by <c>&amp;&amp;</c>, which binds tighter, <c>||</c> and parentheses.</summary>
/// <param name="text">The pattern.</param>
/// <param name="readLeft">Reads the left side of a comparison and is then told what it is compared with.</param>
/// <param name="words">Whether <c>IS NULL</c>, <c>IS TRUE</c>, <c>IS FALSE</c> and <c>NOT EXISTS</c> may be
/// used.</param>
internal sealed class ConditionParser(PatternText text, Func<Action<Comparison>> readLeft, bool words)
{
    private const int MaxDepth = 64;

    private static readonly (string Token, Operator Operator)[] Operators =
    [
        ("!=", Operator.NotEqual),
        ("<=", Operator.LessOrEqual),
        (">=", Operator.GreaterOrEqual),
        ("=", Operator.Equal),
        ("<", Operator.Less),
        (">", Operator.Greater),
    ];

    private int _comparisons;
    private int _depth;
    private int _regexes;

    public Condition Read() =>
        ReadJoined(
            "||",
            () => ReadJoined("&&", ReadOne, static all => new AllConditions(all)),
            static any => new AnyCondition(any)
        );

    private Condition ReadJoined(string token, Func<Condition> read, Func<List<Condition>, Condition> join)
    {
        List<Condition>? all = null;
        var first = read();
        for (text.SkipSpace(); text.TryTake(token); text.SkipSpace())
            (all ??= [first]).Add(read());
        return all is null ? first : join(all);
    }

    private Condition ReadOne()
    {
        text.SkipSpace();
        if (!text.TryTake("("))
            return ReadComparison(readLeft());

        if (++_depth > MaxDepth)
            throw PatternText.Invalid($"parentheses are nested more than {MaxDepth} deep");
        var inner = Read();
        text.SkipSpace();
        text.Take(")", "after a condition");
        _depth--;
        return inner;
    }

    private SingleCondition ReadComparison(Action<Comparison> left)
    {
        left(ReadRight());
        return new SingleCondition(_comparisons++);
    }

    private Comparison ReadRight()
    {
        text.SkipSpace();
        foreach (var (token, found) in Operators)
        {
            if (text.TryTake(token))
                return ReadValue(found);
        }

        if (words && text.TryTakeWord("IS"))
        {
            text.SkipSpace();
            if (text.TryTakeWord("NULL"))
                return new Comparison(Operator.IsNull, Value: null);
            if (text.TryTakeWord("TRUE"))
                return new Comparison(Operator.IsTrue, Value: null);
            if (text.TryTakeWord("FALSE"))
                return new Comparison(Operator.IsFalse, Value: null);
            throw text.Unexpected("expected NULL, TRUE or FALSE after IS");
        }

        if (words && text.TryTakeWord("NOT"))
        {
            text.SkipSpace();
            if (text.TryTakeWord("EXISTS"))
                return new Comparison(Operator.NotExists, Value: null);
            throw text.Unexpected("expected EXISTS after NOT");
        }

        throw text.Unexpected("expected a comparison operator");
    }

    private Comparison ReadValue(Operator found)
    {
        text.SkipSpace();
        if (found is not (Operator.Equal or Operator.NotEqual))
        {
            var number = text.TakeWhile(IsBare);
            var value = PatternValue.Bare(number);
            return value.Number is null
                ? throw text.Unexpected($"expected a number after '<' or '>', not '{number}',")
                : new Comparison(found, value);
        }

        switch (text.Peek)
        {
            case '"':
                return new Comparison(found, PatternValue.Text(text.TakeQuoted(keepStars: true)));
            case '%':
                if (++_regexes > PatternRegex.MaxPerPattern)
                    throw PatternText.Invalid(
                        $"a pattern has at most {PatternRegex.MaxPerPattern} regular expressions"
                    );
                return new Comparison(found, PatternValue.Regex(text.TakeRegex()));
            default:
                var bare = text.TakeWhile(IsBare);
                return bare.Length == 0
                    ? throw text.Unexpected("expected a value")
                    : new Comparison(found, PatternValue.Bare(bare));
        }
    }

    private static bool IsBare(char value) => PatternText.IsWord(value) || "-+.*/:@#$~;?'\\".Contains(value);
}
