using System.Text.Json;
using Estiba.Contracts;

namespace Estiba.Console.Pages.TaskDefinitions;

/// <summary>Something that is not the same in two structures.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Before">What it was; null where it was not there.</param>
/// <param name="After">What it is; null where it is not there.</param>
internal sealed record Difference(string Path, string? Before, string? After)
{
    /// <summary>All that is not the same.</summary>
    internal static IReadOnlyList<Difference> Between(IShape before, IShape after)
    {
        var (was, now) = (Leaves(before), Leaves(after));
        return
        [
            .. was
                .Keys.Union(now.Keys, StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .Select(path => new Difference(path, was.GetValueOrDefault(path), now.GetValueOrDefault(path)))
                .Where(it => it.Before != it.After),
        ];
    }

    private static Dictionary<string, string> Leaves(IShape shape)
    {
        using var document = JsonDocument.Parse(ShapeJson.ToUtf8(shape));
        var leaves = new Dictionary<string, string>(StringComparer.Ordinal);
        Collect(document.RootElement, "", leaves);
        return leaves;
    }

    private static void Collect(JsonElement element, string path, Dictionary<string, string> leaves)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                    Collect(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}", leaves);
                break;
            case JsonValueKind.Array:
                foreach (var (item, place) in element.EnumerateArray().Select((item, place) => (item, place)))
                    Collect(item, $"{path}[{KeyOf(item) ?? $"{place}"}]", leaves);
                break;
            default:
                leaves[path] = element.ToString();
                break;
        }
    }

    // Containers and variables are told by their names, wherever they stand.
    private static string? KeyOf(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty("name", out var name) ? name.GetString() : null;
}
