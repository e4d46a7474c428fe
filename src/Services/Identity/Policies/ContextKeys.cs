using System.Text.Json;
using Estiba.Identity.Policies.Grammar;

namespace Estiba.Identity.Policies;

/// <summary>The condition keys that a policy asks for: in its variables and in its conditions.</summary>
internal static class ContextKeys
{
    /// <summary>The keys in the order in which they stand there; null for what is no policy.</summary>
    public static IReadOnlyList<string>? Of(string document)
    {
        using var json = PolicyJson.Parse(document);
        if (json is null || IdentityGrammar.Check(json.RootElement) is not null)
            return null;
        return [.. PolicyJson.Items(json.RootElement.GetProperty("Statement")).SelectMany(Keys)];

        static IEnumerable<string> Keys(JsonElement statement) =>
            PolicyJson
                .Texts(statement, "Resource")
                .Concat(PolicyJson.Texts(statement, "NotResource"))
                .SelectMany(VariablesIn)
                .Concat(statement.TryGetProperty("Condition", out var condition) ? KeysOf(condition) : []);

        static IEnumerable<string> KeysOf(JsonElement condition) =>
            condition
                .EnumerateObject()
                .SelectMany(test => test.Value.EnumerateObject())
                .SelectMany(key =>
                    PolicyJson
                        .Items(key.Value)
                        .Where(value => value.ValueKind == JsonValueKind.String)
                        .SelectMany(value => VariablesIn(value.GetString()!))
                        .Prepend(key.Name)
                );
    }

    // ${aws:username} and ${aws:username, 'nobody'}; ${*}, ${?} and ${$} stand for themselves ("IAM policy elements:
    // Variables and tags").
    private static IEnumerable<string> VariablesIn(string text)
    {
        for (
            var open = text.IndexOf("${", StringComparison.Ordinal);
            open >= 0;
            open = text.IndexOf("${", open + 2, StringComparison.Ordinal)
        )
        {
            var close = text.IndexOf('}', open);
            if (close < 0)
                yield break;
            var name = text[(open + 2)..close].Split(',')[0].Trim();
            if (name.Contains(':', StringComparison.Ordinal))
                yield return name;
        }
    }
}
