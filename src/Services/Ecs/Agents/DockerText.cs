using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Estiba.Ecs.Agents;

/// <summary>Writes parts of Docker's create-container form.</summary>
internal static class DockerText
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The object as JSON text.</summary>
    internal static string ToText(this JsonObject json)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Plain))
            json.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>Sets a member, unless there is nothing to set it to.</summary>
    internal static void Set(this JsonObject json, string name, IReadOnlyList<string>? values)
    {
        if (values is { Count: > 0 })
            json[name] = Strings(values);
    }

    /// <inheritdoc cref="Set(JsonObject, string, IReadOnlyList{string}?)"/>
    internal static void Set(this JsonObject json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            json[name] = value;
    }

    /// <summary>Sets a switch that is on.</summary>
    internal static void Set(this JsonObject json, string name, bool? value)
    {
        if (value == true)
            json[name] = true;
    }

    /// <summary>A list of texts.</summary>
    internal static JsonArray Strings(IEnumerable<string> values)
    {
        var array = new JsonArray();
        foreach (var value in values)
            array.Add((JsonNode)JsonValue.Create(value));
        return array;
    }

    /// <summary>A map of texts.</summary>
    internal static JsonObject Map(IEnumerable<KeyValuePair<string, string>> values)
    {
        var map = new JsonObject();
        foreach (var (name, value) in values)
            map[name] = value;
        return map;
    }
}
