namespace Estiba.Metrics.Expressions;

/// <summary>An expression of metric math, as it was read.</summary>
internal abstract record Expression
{
    /// <summary>Itself and all that it is made of.</summary>
    internal IEnumerable<Expression> Parts()
    {
        yield return this;
        foreach (var part in Operands.SelectMany(operand => operand.Parts()))
            yield return part;
    }

    private protected virtual IEnumerable<Expression> Operands => [];

    /// <summary>A number.</summary>
    internal sealed record Number(double Value) : Expression;

    /// <summary>A text in quotes, for <c>METRICS</c> and <c>SEARCH</c>.</summary>
    internal sealed record Text(string Value) : Expression;

    /// <summary>The result of another query.</summary>
    internal sealed record Reference(string Id) : Expression;

    /// <summary>A word that some functions take: <c>REPEAT</c>, <c>AVG</c>, <c>DESC</c>.</summary>
    internal sealed record Keyword(string Word) : Expression;

    /// <summary>Several, in brackets.</summary>
    internal sealed record List(IReadOnlyList<Expression> Items) : Expression
    {
        private protected override IEnumerable<Expression> Operands => Items;
    }

    /// <summary>What is subtracted from nothing.</summary>
    internal sealed record Negation(Expression Operand) : Expression
    {
        private protected override IEnumerable<Expression> Operands => [Operand];
    }

    /// <summary>Two joined by an operator.</summary>
    internal sealed record Binary(MathOperator Operator, Expression Left, Expression Right) : Expression
    {
        private protected override IEnumerable<Expression> Operands => [Left, Right];
    }

    /// <summary>A function and what it is given.</summary>
    internal sealed record Call(string Function, IReadOnlyList<Expression> Arguments) : Expression
    {
        private protected override IEnumerable<Expression> Operands => Arguments;
    }
}

/// <summary>What joins two expressions.</summary>
internal enum MathOperator
{
    /// <summary><c>OR</c>, <c>||</c></summary>
    Or,

    /// <summary><c>AND</c>, <c>&amp;&amp;</c></summary>
    And,

    /// <summary><c>==</c></summary>
    Equal,

    /// <summary><c>!=</c></summary>
    NotEqual,

    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&lt;=</c></summary>
    LessOrEqual,

    /// <summary><c>&gt;</c></summary>
    Greater,

    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual,

    /// <summary><c>+</c></summary>
    Add,

    /// <summary><c>-</c></summary>
    Subtract,

    /// <summary><c>*</c></summary>
    Multiply,

    /// <summary><c>/</c></summary>
    Divide,

    /// <summary><c>%</c></summary>
    Modulo,

    /// <summary><c>^</c></summary>
    Power,
}
