using System.Globalization;
using System.Text.Json.Serialization;
using Estiba.Logs.Deliveries;
using Estiba.Logs.Groups;
using Estiba.Logs.MetricFilters;
using Estiba.Logs.QueryDefinitions;
using Estiba.Logs.ResourcePolicies;
using Estiba.Logs.Retention;
using Estiba.Logs.Streams;
using Estiba.State;

namespace Estiba.Logs;

/// <summary>
/// The tables of log groups and log streams. Events are not in them: they are files (<see
/// cref="Files.Segments.SegmentStore"/>).
/// </summary>
internal static class LogsTables
{
    internal static readonly Index<LogGroupRecord> GroupById = new("id", group => Key(group.Id));

    internal static readonly Index<LogStreamRecord> StreamById = new("id", stream => Key(stream.Id));

    /// <summary>By account, region and name.</summary>
    internal static readonly Table<LogGroupRecord> Groups = new(
        "logs.groups",
        group => group.Key,
        LogsJson.Default,
        GroupById
    );

    /// <summary>
    /// By the group's id and the stream's name, so that a group and its millions of streams need not go in one
    /// transaction.
    /// </summary>
    internal static readonly Table<LogStreamRecord> Streams = new(
        "logs.streams",
        stream => StreamPrefix(stream.GroupId) + stream.Name,
        LogsJson.Default,
        StreamById
    );

    /// <summary>By account, region, the group's id and the filter's name.</summary>
    internal static readonly Table<MetricFilterRecord> MetricFilters = new(
        "logs.metric-filters",
        filter => filter.Key,
        LogsJson.Default
    );

    /// <summary>By account, region and id.</summary>
    internal static readonly Table<QueryDefinitionRecord> QueryDefinitions = new(
        "logs.query-definitions",
        definition => definition.Key,
        LogsJson.Default
    );

    /// <summary>By account, region and name.</summary>
    internal static readonly Table<DeliverySourceRecord> DeliverySources = new(
        "logs.delivery-sources",
        source => source.Key,
        LogsJson.Default
    );

    /// <summary>By account, region and name.</summary>
    internal static readonly Table<DeliveryDestinationRecord> DeliveryDestinations = new(
        "logs.delivery-destinations",
        destination => destination.Key,
        LogsJson.Default
    );

    /// <summary>By account, region and id.</summary>
    internal static readonly Table<DeliveryRecord> Deliveries = new(
        "logs.deliveries",
        delivery => delivery.Key,
        LogsJson.Default
    );

    /// <summary>By account, region, and name or resource.</summary>
    internal static readonly Table<ResourcePolicyRecord> ResourcePolicies = new(
        "logs.resource-policies",
        policy => policy.Key,
        LogsJson.Default
    );

    /// <summary>Groups whose deletion is not complete: something of their events may be left.</summary>
    internal static readonly Table<DeletedGroupRecord> DeletedGroups = new(
        "logs.deleted-groups",
        group => Key(group.Id),
        LogsJson.Default
    );

    /// <summary>Streams of groups that are there, of whose events something may be left.</summary>
    internal static readonly Table<DeletedStreamRecord> DeletedStreams = new(
        "logs.deleted-streams",
        stream => StreamPrefix(stream.GroupId) + Key(stream.Id),
        LogsJson.Default
    );

    internal static string StreamPrefix(long group) => Key(group) + "/";

    internal static string Key(long id) => id.ToString("x16", CultureInfo.InvariantCulture);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault
)]
[JsonSerializable(typeof(LogGroupRecord))]
[JsonSerializable(typeof(LogStreamRecord))]
[JsonSerializable(typeof(MetricFilterRecord))]
[JsonSerializable(typeof(QueryDefinitionRecord))]
[JsonSerializable(typeof(ResourcePolicyRecord))]
[JsonSerializable(typeof(DeliverySourceRecord))]
[JsonSerializable(typeof(DeliveryDestinationRecord))]
[JsonSerializable(typeof(DeliveryRecord))]
[JsonSerializable(typeof(DeletedGroupRecord))]
[JsonSerializable(typeof(DeletedStreamRecord))]
internal sealed partial class LogsJson : JsonSerializerContext;
