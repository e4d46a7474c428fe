using System.Text.Json;
using Estiba.Contracts.CloudWatch;

namespace Estiba.Metrics.Dashboards;

/// <summary>Checks a dashboard's JSON ("Dashboard body structure and syntax", CloudWatch API Reference).</summary>
internal static class DashboardBody
{
    /// <summary>In characters.</summary>
    private const int Longest = 1_048_576;

    private const int MostWidgets = 500;
    private const int Columns = 24;
    private const int Rows = 1000;

    private static readonly JsonDocumentOptions Depth = new() { MaxDepth = 64 };

    private static readonly string[] Types = ["metric", "text", "log", "alarm", "explorer", "custom"];

    /// <summary>What is wrong with a body that is not taken; nothing of one that is.</summary>
    internal static IReadOnlyList<DashboardValidationMessage> Faults(string body)
    {
        if (body.Length > Longest)
            return [Fault("", $"The dashboard body has more than {Longest} characters")];
        try
        {
            using var document = JsonDocument.Parse(body, Depth);
            return [.. FaultsOf(document.RootElement)];
        }
        catch (JsonException)
        {
            return [Fault("", "The field DashboardBody must be a valid JSON object")];
        }
    }

    private static IEnumerable<DashboardValidationMessage> FaultsOf(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return [Fault("", "The field DashboardBody must be a valid JSON object")];
        if (!root.TryGetProperty("widgets", out var widgets))
            return [Fault("/", "Should have required property 'widgets'")];
        if (widgets.ValueKind != JsonValueKind.Array)
            return [Fault("/widgets", "Should be array")];
        return widgets.GetArrayLength() > MostWidgets
            ? [Fault("/widgets", $"Should NOT have more than {MostWidgets} items")]
            : widgets.EnumerateArray().SelectMany((widget, place) => FaultsOf(widget, $"/widgets/{place}"));
    }

    private static IEnumerable<DashboardValidationMessage> FaultsOf(JsonElement widget, string path)
    {
        if (widget.ValueKind != JsonValueKind.Object)
        {
            yield return Fault(path, "Should be object");
            yield break;
        }

        foreach (
            var (name, least, most) in ((string, int, int)[])
                [("x", 0, Columns - 1), ("y", 0, int.MaxValue), ("width", 1, Columns), ("height", 1, Rows)]
        )
        {
            if (!widget.TryGetProperty(name, out var number))
                continue;
            if (number.ValueKind != JsonValueKind.Number || !number.TryGetInt32(out var value))
                yield return Fault($"{path}/{name}", "Should be integer");
            else if (value < least)
                yield return Fault($"{path}/{name}", $"Should be >= {least}");
            else if (value > most)
                yield return Fault($"{path}/{name}", $"Should be <= {most}");
        }

        var type = widget.TryGetProperty("type", out var named) ? named : default;
        if (type.ValueKind == JsonValueKind.Undefined)
            yield return Fault(path, "Should have required property 'type'");
        else if (type.ValueKind != JsonValueKind.String || !Types.Contains(type.GetString()))
            yield return Fault($"{path}/type", "Should be equal to one of the allowed values");
        if (!widget.TryGetProperty("properties", out var properties))
            yield return Fault(path, "Should have required property 'properties'");
        else if (properties.ValueKind != JsonValueKind.Object)
            yield return Fault($"{path}/properties", "Should be object");
        else if (type.ValueKind == JsonValueKind.String)
        {
            foreach (var fault in FaultsOf(type.GetString()!, properties, $"{path}/properties"))
                yield return fault;
        }
    }

    private static IEnumerable<DashboardValidationMessage> FaultsOf(string type, JsonElement properties, string path)
    {
        var required = type switch
        {
            "text" => "markdown",
            "alarm" => "alarms",
            "log" => "query",
            "custom" => "endpoint",
            _ => null,
        };
        if (required is not null && !properties.TryGetProperty(required, out _))
            yield return Fault(path, $"Should have required property '{required}'");
        if (type != "metric" || !properties.TryGetProperty("metrics", out var metrics))
            yield break;
        if (metrics.ValueKind != JsonValueKind.Array)
        {
            yield return Fault($"{path}/metrics", "Should be array");
            yield break;
        }

        var place = 0;
        foreach (var metric in metrics.EnumerateArray())
        {
            if (metric.ValueKind != JsonValueKind.Array)
                yield return Fault($"{path}/metrics/{place}", "Should be array");
            place++;
        }
    }

    private static DashboardValidationMessage Fault(string path, string message) =>
        new() { DataPath = path, Message = message };
}
