using System.Text.Json;
using System.Text.Json.Nodes;

namespace Estiba.Agent.Metadata;

/// <summary>How fast a container receives and sends, from two of Docker's readings.</summary>
internal static class NetworkRates
{
    /// <summary>Bytes per second; null where the container has no network of its own.</summary>
    public static JsonObject? Between(JsonObject earlier, JsonObject later)
    {
        if (later["networks"] is not JsonObject now || earlier["networks"] is not JsonObject then)
            return null;
        var seconds = (Time(later) - Time(earlier)).TotalSeconds;
        return seconds <= 0
            ? null
            : new JsonObject { ["rx_bytes_per_sec"] = Rate("rx_bytes"), ["tx_bytes_per_sec"] = Rate("tx_bytes") };

        double Rate(string counter) => Math.Max(0, Sum(now, counter) - Sum(then, counter)) / seconds;
    }

    private static DateTimeOffset Time(JsonObject reading) =>
        reading["read"].Deserialize(MetadataJson.Default.DateTimeOffset);

    private static double Sum(JsonObject networks, string counter) =>
        networks.Sum(network => network.Value?[counter].Deserialize(MetadataJson.Default.Double) ?? 0);
}
