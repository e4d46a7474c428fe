using System.Text.Json;

namespace Estiba.Identity.Policies.Grammar;

/// <summary>
/// The form of a statement's condition: values by key by operator ("IAM JSON policy elements: Condition operators").
/// </summary>
internal static class ConditionSyntax
{
    private static readonly string[] Prefixes = ["ForAnyValue:", "ForAllValues:"];
    private const string Suffix = "IfExists";

    private static readonly HashSet<string> Operators = new(StringComparer.Ordinal)
    {
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringNotLike",
        "NumericEquals",
        "NumericNotEquals",
        "NumericLessThan",
        "NumericLessThanEquals",
        "NumericGreaterThan",
        "NumericGreaterThanEquals",
        "DateEquals",
        "DateNotEquals",
        "DateLessThan",
        "DateLessThanEquals",
        "DateGreaterThan",
        "DateGreaterThanEquals",
        "Bool",
        "BinaryEquals",
        "IpAddress",
        "NotIpAddress",
        "ArnEquals",
        "ArnLike",
        "ArnNotEquals",
        "ArnNotLike",
        "Null",
    };

    /// <summary>
    /// Whether a value has the form of a condition. An operator that compares nothing may be called anything.
    /// </summary>
    public static bool IsCondition(JsonElement condition) =>
        condition.ValueKind == JsonValueKind.Object
        && condition
            .EnumerateObject()
            .All(test =>
                test.Value.ValueKind == JsonValueKind.Object
                && (Operators.Contains(OperatorOf(test.Name)) || !test.Value.EnumerateObject().Any())
                && test.Value.EnumerateObject().All(key => PolicyJson.Items(key.Value).All(IsValue))
            );

    /// <summary>Whether what is compared as a date is one everywhere.</summary>
    public static bool HasDates(JsonElement condition) =>
        condition
            .EnumerateObject()
            .Where(test => OperatorOf(test.Name).StartsWith("Date", StringComparison.Ordinal))
            .SelectMany(test => test.Value.EnumerateObject())
            .SelectMany(key => PolicyJson.Items(key.Value))
            .All(value => PolicyDate.IsDate(value.ToString()));

    private static bool IsValue(JsonElement value) =>
        value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False;

    private static string OperatorOf(string name)
    {
        var prefix = Prefixes.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) ?? "";
        var core = name[prefix.Length..];
        return core.EndsWith(Suffix, StringComparison.Ordinal) ? core[..^Suffix.Length] : core;
    }
}
