namespace Estiba.Identity.Authorization.Conditions;

/// <summary>What is compared.</summary>
internal enum Comparison
{
    /// <summary>No operator that exists.</summary>
    Unknown,
    Null,
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    Arn,
    NumericEquals,
    NumericLess,
    NumericLessOrEqual,
    NumericGreater,
    NumericGreaterOrEqual,
    DateEquals,
    DateLess,
    DateLessOrEqual,
    DateGreater,
    DateGreaterOrEqual,
    Bool,
    Binary,
    Ip,
}

/// <summary>How many of a key's values must fit ("Set operators for multivalued context keys").</summary>
internal enum Quantity
{
    One,
    Any,
    All,
}

/// <summary>An operator of a condition, taken apart ("IAM JSON policy elements: Condition operators").</summary>
/// <param name="Comparison">What is compared.</param>
/// <param name="IsNegated">Whether nothing may fit.</param>
/// <param name="IfExists">Whether a key that is absent is well.</param>
/// <param name="Quantity">How many values must fit.</param>
internal readonly record struct ConditionOperator(
    Comparison Comparison,
    bool IsNegated,
    bool IfExists,
    Quantity Quantity
)
{
    private const string IfExistsSuffix = "IfExists";

    private static readonly Dictionary<string, (Comparison Comparison, bool IsNegated)> Names = new(
        StringComparer.OrdinalIgnoreCase
    )
    {
        ["Null"] = (Comparison.Null, false),
        ["StringEquals"] = (Comparison.StringEquals, false),
        ["StringNotEquals"] = (Comparison.StringEquals, true),
        ["StringEqualsIgnoreCase"] = (Comparison.StringEqualsIgnoreCase, false),
        ["StringNotEqualsIgnoreCase"] = (Comparison.StringEqualsIgnoreCase, true),
        ["StringLike"] = (Comparison.StringLike, false),
        ["StringNotLike"] = (Comparison.StringLike, true),
        ["ArnEquals"] = (Comparison.Arn, false),
        ["ArnLike"] = (Comparison.Arn, false),
        ["ArnNotEquals"] = (Comparison.Arn, true),
        ["ArnNotLike"] = (Comparison.Arn, true),
        ["NumericEquals"] = (Comparison.NumericEquals, false),
        ["NumericNotEquals"] = (Comparison.NumericEquals, true),
        ["NumericLessThan"] = (Comparison.NumericLess, false),
        ["NumericLessThanEquals"] = (Comparison.NumericLessOrEqual, false),
        ["NumericGreaterThan"] = (Comparison.NumericGreater, false),
        ["NumericGreaterThanEquals"] = (Comparison.NumericGreaterOrEqual, false),
        ["DateEquals"] = (Comparison.DateEquals, false),
        ["DateNotEquals"] = (Comparison.DateEquals, true),
        ["DateLessThan"] = (Comparison.DateLess, false),
        ["DateLessThanEquals"] = (Comparison.DateLessOrEqual, false),
        ["DateGreaterThan"] = (Comparison.DateGreater, false),
        ["DateGreaterThanEquals"] = (Comparison.DateGreaterOrEqual, false),
        ["Bool"] = (Comparison.Bool, false),
        ["BinaryEquals"] = (Comparison.Binary, false),
        ["IpAddress"] = (Comparison.Ip, false),
        ["NotIpAddress"] = (Comparison.Ip, true),
    };

    public static ConditionOperator Parse(string name)
    {
        var quantity = Quantity.One;
        if (name.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon)
        {
            quantity = name[..colon].ToUpperInvariant() switch
            {
                "FORANYVALUE" => Quantity.Any,
                "FORALLVALUES" => Quantity.All,
                _ => (Quantity)(-1),
            };
            if (!Enum.IsDefined(quantity))
                return default;
            name = name[(colon + 1)..];
        }

        var ifExists = name.EndsWith(IfExistsSuffix, StringComparison.OrdinalIgnoreCase);
        if (ifExists)
            name = name[..^IfExistsSuffix.Length];
        return Names.TryGetValue(name, out var known)
            ? new ConditionOperator(known.Comparison, known.IsNegated, ifExists, quantity)
            : default;
    }
}
