using System.Runtime.CompilerServices;
using System.Text.Json;
using Estiba.Contracts;

namespace Estiba.Compute.Describing;

/// <summary>
/// Filters on members of what is described. Most of EC2's filters are named after a member and the way to it:
/// <c>ebs-info.nvme-support</c> is NvmeSupport of
/// EbsInfo. Where a name says something else, the way follows it: <c>association.main = Associations.Main</c>.
/// </summary>
internal static class ShapeFilters
{
    private static readonly ConditionalWeakTable<IShape, JsonDocument> Documents = [];

    /// <param name="declarations">A filter's name, and the way to its values where the name does not tell it.</param>
    public static FilterValues<T> Of<T>(params ReadOnlySpan<string> declarations)
        where T : class, IShape<T>
    {
        var values = new FilterValues<T>();
        foreach (var declaration in declarations)
        {
            var (name, way) = declaration.Split(" = ") is [var left, var right]
                ? (left, right)
                : (declaration, declaration);
            var steps = way.Split('.').Select(Plain).ToArray();
            values[name] = resource => Texts(Documents.GetValue(resource, Document).RootElement, steps);
        }
        return values;
    }

    private static JsonDocument Document(IShape shape) => JsonDocument.Parse(ShapeJson.ToUtf8(shape));

    /// <summary>All values at the end of the way; a list on it is every one of its items.</summary>
    private static IEnumerable<string?> Texts(JsonElement element, ArraySegment<string> steps) =>
        element.ValueKind switch
        {
            JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Texts(item, steps)),
            JsonValueKind.Object when steps.Count > 0 => element
                .EnumerateObject()
                .Where(member => Plain(member.Name) == steps[0])
                .SelectMany(member => Texts(member.Value, steps[1..])),
            JsonValueKind.Object => [],
            _ when steps.Count > 0 => [],
            JsonValueKind.String => [element.GetString()],
            JsonValueKind.True => ["true"],
            JsonValueKind.False => ["false"],
            _ => [element.GetRawText()],
        };

    private static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
}
