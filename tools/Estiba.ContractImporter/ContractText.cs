using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Estiba.ContractImporter;

/// <summary>
/// Writes a contract with one line per operation and per shape, so that a change by AWS is a readable difference.
/// </summary>
internal static class ContractText
{
    private static readonly JsonSerializerOptions Compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static string Format(JsonObject contract)
    {
        var text = new StringBuilder("{\n");
        text.Append("  \"service\": ").Append(contract["service"]!.ToJsonString(Compact)).Append(",\n");
        text.Append("  \"metadata\": ").Append(contract["metadata"]!.ToJsonString(Compact)).Append(",\n");
        Section(text, "operations", contract["operations"]!.AsObject()).Append(",\n");
        Section(text, "shapes", contract["shapes"]!.AsObject()).Append("\n}\n");
        return text.ToString();
    }

    /// <summary>A file of <c>contracts/additions</c>, in the order of the names.</summary>
    internal static string FormatAdditions(JsonObject additions)
    {
        var text = new StringBuilder("{\n");
        Section(text, "operations", Sorted(additions["operations"]!.AsObject())).Append(",\n");
        Section(text, "shapes", Sorted(additions["shapes"]!.AsObject())).Append("\n}\n");
        return text.ToString();
    }

    private static JsonObject Sorted(JsonObject entries) =>
        new(
            entries
                .OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone()))
        );

    private static StringBuilder Section(StringBuilder text, string name, JsonObject entries)
    {
        text.Append("  \"").Append(name).Append("\": {\n");
        text.AppendJoin(",\n", entries.Select(entry => $"    \"{entry.Key}\": {entry.Value!.ToJsonString(Compact)}"));
        return text.Append("\n  }");
    }
}
