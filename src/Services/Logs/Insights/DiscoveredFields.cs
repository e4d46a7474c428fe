using System.Text.Json;
using Estiba.Contracts.Logs;

namespace Estiba.Logs.Insights;

/// <summary>
/// The fields of log events, as CloudWatch Logs Insights discovers them ("Supported logs and discovered fields"): those
/// that each event has, and those of events that are JSON.
/// </summary>
internal static class DiscoveredFields
{
    /// <summary>"up to 200 fields from a JSON log" and "up to 1000 fields" of a group.</summary>
    private const int MostOfAnEvent = 200;
    private const int MostOfAGroup = 1000;

    private static readonly string[] OfEveryEvent = ["@ingestionTime", "@log", "@logStream", "@message", "@timestamp"];

    /// <summary>The fields, those that most events have first, with how many of a hundred events have each.</summary>
    /// <param name="messages">The events in UTF-8.</param>
    internal static IReadOnlyList<LogGroupField> Of(IReadOnlyList<ReadOnlyMemory<byte>> messages)
    {
        if (messages.Count == 0)
            return [];
        var counts = OfEveryEvent.ToDictionary(name => name, _ => messages.Count, StringComparer.Ordinal);
        foreach (var name in messages.SelectMany(Discover))
            if (counts.TryGetValue(name, out var count))
                counts[name] = count + 1;
            else if (counts.Count < MostOfAGroup)
                counts.Add(name, 1);
        return
        [
            .. counts
                .OrderByDescending(field => field.Value)
                .ThenBy(field => field.Key, StringComparer.Ordinal)
                .Select(field => new LogGroupField { Name = field.Key, Percent = field.Value * 100 / messages.Count }),
        ];
    }

    private static IEnumerable<string> Discover(ReadOnlyMemory<byte> message)
    {
        if (message.Span.TrimStart((byte)' ') is not [(byte)'{', ..])
            return [];
        try
        {
            using var json = JsonDocument.Parse(message);
            return [.. Leaves("", json.RootElement).Distinct(StringComparer.Ordinal).Take(MostOfAnEvent)];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    // "a.b" is a member of a member, and "a.0" an item of a list. As deep as the reader goes, which is 64.
    private static IEnumerable<string> Leaves(string path, JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => value
                .EnumerateObject()
                .SelectMany(member => Leaves(Below(path, member.Name), member.Value)),
            JsonValueKind.Array => value.EnumerateArray().SelectMany((item, at) => Leaves(Below(path, $"{at}"), item)),
            _ => [path],
        };

    // What begins with @ is Insights' own: such a name in JSON gets another @ before it.
    private static string Below(string path, string name) =>
        path.Length > 0 ? $"{path}.{name}"
        : name.StartsWith('@') ? "@" + name
        : name;
}
