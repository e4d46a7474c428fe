namespace Estiba.Ecs.Queries;

/// <summary>What an expression says of its subject; the documentation's names, as words or as symbols.</summary>
internal enum QueryOperator
{
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Exists,
    NotExists,
    In,
    NotIn,
    Matches,
    NotMatches,
}
