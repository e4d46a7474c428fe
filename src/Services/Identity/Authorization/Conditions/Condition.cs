using Estiba.Identity.Authorization.Policies;

namespace Estiba.Identity.Authorization.Conditions;

/// <summary>One key of a condition block, with an operator and the values that are wanted.</summary>
internal sealed class Condition
{
    private readonly ConditionOperator _operator;
    private readonly PolicyText[] _wanted;

    /// <param name="name">The operator's name, with what stands before and after it.</param>
    /// <param name="key">The key.</param>
    /// <param name="wanted">The values.</param>
    /// <param name="hasVariables">Whether the document has policy variables.</param>
    public Condition(string name, string key, IEnumerable<string> wanted, bool hasVariables)
    {
        (_operator, Key) = (ConditionOperator.Parse(name), key);
        var mayVary =
            _operator.Comparison
            is Comparison.StringEquals
                or Comparison.StringEqualsIgnoreCase
                or Comparison.StringLike
                or Comparison.Arn;
        _wanted = [.. wanted.Select(text => PolicyText.Parse(text, hasVariables && mayVary))];
    }

    public string Key { get; }

    /// <summary>Whether it can be asked at all; an operator that nobody knows cannot.</summary>
    public bool IsKnown => _operator.Comparison != Comparison.Unknown;

    /// <summary>Whether it holds for a request.</summary>
    public bool Holds(IConditionKeys keys)
    {
        var values = keys.ValuesOf(Key);
        if (_operator.Comparison == Comparison.Null)
        {
            var isAbsent = values is null or [] ? "true" : "false";
            return _wanted.Any(wanted => isAbsent.Equals(wanted.Text, StringComparison.OrdinalIgnoreCase));
        }

        if (_operator.Quantity == Quantity.All)
            return values is null || values.All(value => Fits(value, keys));
        if (values is null or [])
            return _operator.IfExists || (_operator.Quantity == Quantity.One && _operator.IsNegated);

        // Of a key with several values, one must fit; and where nothing may fit, none may.
        return _operator is { Quantity: Quantity.One, IsNegated: true }
            ? values.All(value => Fits(value, keys))
            : values.Any(value => Fits(value, keys));
    }

    private bool Fits(string value, IConditionKeys keys)
    {
        foreach (var wanted in _wanted)
            if (Compare(wanted, value, keys))
                return !_operator.IsNegated;
        return _operator.IsNegated;
    }

    private bool Compare(PolicyText wanted, string value, IConditionKeys keys) =>
        _operator.Comparison switch
        {
            Comparison.StringEquals => wanted.Literal(keys) == value,
            Comparison.StringEqualsIgnoreCase => string.Equals(
                wanted.Literal(keys),
                value,
                StringComparison.OrdinalIgnoreCase
            ),
            Comparison.StringLike => wanted.IsLike(value, keys),
            Comparison.Arn => wanted.IsArnLike(value, keys),
            Comparison.Bool => ConditionValues.AreSameTruth(wanted.Text, value),
            Comparison.Binary => ConditionValues.AreSameBytes(wanted.Text, value),
            Comparison.Ip => ConditionValues.IsWithin(wanted.Text, value),
            >= Comparison.NumericEquals and <= Comparison.NumericGreaterOrEqual => Is(
                _operator.Comparison - Comparison.NumericEquals,
                ConditionValues.CompareNumbers(value, wanted.Text)
            ),
            >= Comparison.DateEquals and <= Comparison.DateGreaterOrEqual => Is(
                _operator.Comparison - Comparison.DateEquals,
                ConditionValues.CompareDates(value, wanted.Text)
            ),
            _ => false,
        };

    // Numbers and dates have the same five comparisons, in the same order.
    private static bool Is(int comparison, int? order) =>
        comparison switch
        {
            0 => order == 0,
            1 => order < 0,
            2 => order <= 0,
            3 => order > 0,
            _ => order >= 0,
        };
}
