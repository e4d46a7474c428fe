using System.Text.Json;
using Estiba.Contracts;

namespace Estiba.Ecr.Repositories;

/// <summary>The form of a policy document ("Grammar of the IAM JSON policy language", IAM user guide).</summary>
internal static class PolicyText
{
    /// <summary>
    /// Whether the text is a JSON object with statements that say whether they allow or deny, and what.
    /// </summary>
    public static bool IsPolicy(string text)
    {
        try
        {
            using var document = EmbeddedJson.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("Statement", out var statement)
                && (
                    statement.ValueKind == JsonValueKind.Array
                        ? statement.EnumerateArray().All(IsStatement)
                        : IsStatement(statement)
                );
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsStatement(JsonElement statement) =>
        statement.ValueKind == JsonValueKind.Object
        && statement.TryGetProperty("Effect", out var effect)
        && effect.ValueKind == JsonValueKind.String
        && (effect.ValueEquals("Allow") || effect.ValueEquals("Deny"))
        && (statement.TryGetProperty("Action", out _) || statement.TryGetProperty("NotAction", out _));
}
