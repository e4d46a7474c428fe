using System.Text.Json;
using Estiba.Contracts;

namespace Estiba.Identity.Policies.Grammar;

/// <summary>The JSON of policies.</summary>
internal static class PolicyJson
{
    /// <summary>
    /// Reads a document; null for what is no JSON, is nested too deeply for any policy, or has a name twice in one
    /// object.
    /// </summary>
    public static JsonDocument? Parse(string document)
    {
        try
        {
            var json = EmbeddedJson.Parse(document);
            if (!HasNameTwice(json.RootElement))
                return json;
            json.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The items of a list, or the one value that stands for a list of one.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];

    /// <summary>The texts of an element of a statement; none where it is absent.</summary>
    public static IEnumerable<string> Texts(JsonElement statement, string element) =>
        statement.TryGetProperty(element, out var value) ? Items(value).Select(item => item.GetString()!) : [];

    /// <summary>Whether a value is a text, or a list of texts alone.</summary>
    public static bool IsTexts(JsonElement value) => Items(value).All(item => item.ValueKind == JsonValueKind.String);

    /// <summary>Whether a statement has one of two elements at least.</summary>
    public static bool Has(JsonElement statement, string element, string opposite) =>
        statement.TryGetProperty(element, out _) || statement.TryGetProperty(opposite, out _);

    // As deep as the reader goes, which is 64.
    private static bool HasNameTwice(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => value
                .EnumerateObject()
                .GroupBy(member => member.Name, StringComparer.Ordinal)
                .Any(group => group.Skip(1).Any()) || value.EnumerateObject().Any(member => HasNameTwice(member.Value)),
            JsonValueKind.Array => value.EnumerateArray().Any(HasNameTwice),
            _ => false,
        };
}
