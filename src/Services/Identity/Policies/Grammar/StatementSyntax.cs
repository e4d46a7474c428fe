using System.Text.Json;

namespace Estiba.Identity.Policies.Grammar;

/// <summary>The form of one statement.</summary>
internal static class StatementSyntax
{
    /// <summary>The elements that a statement may have.</summary>
    public static readonly IReadOnlySet<string> Elements = new HashSet<string>(StringComparer.Ordinal)
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    };

    /// <summary>Whether a value has the form of a statement; an effect may be written in any case here.</summary>
    public static bool IsStatement(JsonElement statement) =>
        statement.ValueKind == JsonValueKind.Object
        && statement.EnumerateObject().All(member => Elements.Contains(member.Name))
        && (!statement.TryGetProperty("Sid", out var id) || id.ValueKind == JsonValueKind.String)
        && statement.TryGetProperty("Effect", out var effect)
        && IsEffect(effect, StringComparison.OrdinalIgnoreCase)
        && IsOneOf(statement, "Action", "NotAction")
        && IsOneOf(statement, "Resource", "NotResource")
        && (!statement.TryGetProperty("Condition", out var condition) || ConditionSyntax.IsCondition(condition));

    /// <summary>Whether IAM's older parser reads it too: effects as they are written, dates as dates.</summary>
    public static bool IsLegacy(JsonElement statement) =>
        IsEffect(statement.GetProperty("Effect"), StringComparison.Ordinal)
        && (!statement.TryGetProperty("Condition", out var condition) || ConditionSyntax.HasDates(condition));

    private static bool IsEffect(JsonElement effect, StringComparison comparison) =>
        effect.ValueKind == JsonValueKind.String
        && (effect.GetString()!.Equals("Allow", comparison) || effect.GetString()!.Equals("Deny", comparison));

    private static bool IsOneOf(JsonElement statement, string element, string opposite)
    {
        var (has, hasOpposite) = (
            statement.TryGetProperty(element, out var value),
            statement.TryGetProperty(opposite, out var other)
        );
        return !(has && hasOpposite)
            && (!has || PolicyJson.IsTexts(value))
            && (!hasOpposite || PolicyJson.IsTexts(other));
    }
}
