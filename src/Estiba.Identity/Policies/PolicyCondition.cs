using System.IO.Enumeration;
using System.Text.Json;
using Estiba.Contracts;

namespace Estiba.Identity.Policies;

/// <summary>Whether the conditions of a statement hold for a service's call ("IAM JSON policy elements: Condition operators").</summary>
/// <remarks>
/// A service is asked for two keys, by which roles are kept from being used for the sake of somebody else's resources ("The confused deputy
/// problem"): <c>aws:SourceAccount</c> and <c>aws:SourceArn</c>. Every other key is absent from its call, and what is asked of an absent key fails, unless it is negated.
/// </remarks>
internal static class PolicyCondition
{
    private const string IfExists = "IfExists";
    private const int ArnParts = 6;

    public static bool Holds(JsonElement condition, CallContext context) =>
        Members(condition).All(byOperator => Members(byOperator.Value).All(key => Holds(byOperator.Name, ValueOf(key.Name, context), key.Value)));

    private static IEnumerable<JsonProperty> Members(JsonElement value) => value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : [];

    private static string? ValueOf(string key, CallContext context) => key.ToLowerInvariant() switch
    {
        "aws:sourceaccount" => context.AccountId,
        "aws:sourcearn" => context.SourceArn,
        _ => null,
    };

    private static bool Holds(string name, string? value, JsonElement wanted)
    {
        if (name == "Null") return TrustPolicy.Texts(wanted).Contains(value is null ? "true" : "false", StringComparer.OrdinalIgnoreCase);
        var (core, whenAbsent) = name.EndsWith(IfExists, StringComparison.Ordinal) ? (name[..^IfExists.Length], true) : (name, false);
        var negated = core.Contains("Not", StringComparison.Ordinal);
        if (value is null) return whenAbsent || negated;
        return ComparisonOf(core.Replace("Not", "", StringComparison.Ordinal)) is { } matches && TrustPolicy.Texts(wanted).Any(text => matches(text, value)) != negated;
    }

    /// <summary>How an operator compares what is wanted with what is; null for one that is not for texts.</summary>
    private static Func<string, string, bool>? ComparisonOf(string name) => name switch
    {
        "StringEquals" => (wanted, value) => wanted == value,
        "StringEqualsIgnoreCase" => (wanted, value) => string.Equals(wanted, value, StringComparison.OrdinalIgnoreCase),
        "StringLike" => Like,
        "ArnEquals" or "ArnLike" => ArnLike,
        _ => null,
    };

    private static bool Like(string pattern, string value) => FileSystemName.MatchesSimpleExpression(pattern, value, ignoreCase: false);

    // Each part is compared on its own, so that a star does not reach over a colon into the next.
    private static bool ArnLike(string pattern, string value)
    {
        var (patterns, parts) = (pattern.Split(':', ArnParts), value.Split(':', ArnParts));
        return patterns.Length == parts.Length && patterns.Zip(parts).All(pair => Like(pair.First, pair.Second));
    }
}
