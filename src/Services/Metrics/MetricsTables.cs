using System.Text.Json.Serialization;
using Estiba.Metrics.Tags;
using Estiba.State;

namespace Estiba.Metrics;

/// <summary>What CloudWatch keeps in the state; what was measured is in files of its own.</summary>
internal static class MetricsTables
{
    internal static readonly Table<TagsRecord> Tags = new(
        "cloudwatch.tags",
        record => record.Key,
        MetricsJson.Default.TagsRecord
    );

    /// <summary>All of them, to open the store with.</summary>
    internal static IReadOnlyList<Table> All { get; } = [Tags];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(TagsRecord))]
internal sealed partial class MetricsJson : JsonSerializerContext;
