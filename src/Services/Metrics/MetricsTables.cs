using System.Text.Json.Serialization;
using Estiba.Metrics.Alarms;
using Estiba.Metrics.Dashboards;
using Estiba.Metrics.Tags;
using Estiba.State;

namespace Estiba.Metrics;

/// <summary>What CloudWatch keeps in the state; what was measured is in files of its own.</summary>
internal static class MetricsTables
{
    internal static readonly Table<TagsRecord> Tags = new("cloudwatch.tags", record => record.Key, MetricsJson.Default);

    /// <summary>Composite alarms by their scope.</summary>
    internal static readonly Index<AlarmRecord> CompositeAlarms = new("composite", record =>
        record.Composite is null ? null : record.Scope.Prefix
    );

    internal static readonly Table<AlarmRecord> Alarms = new(
        "cloudwatch.alarms",
        record => record.Key,
        MetricsJson.Default,
        CompositeAlarms
    );

    internal static readonly Table<AlarmStateRecord> AlarmStates = new(
        "cloudwatch.alarm-states",
        record => record.Key,
        MetricsJson.Default
    );

    /// <summary>What happened by the alarm to which it did.</summary>
    internal static readonly Index<AlarmHistoryRecord> HistoryOfAlarm = new("alarm", record =>
        record.Scope.Key(record.Alarm)
    );

    internal static readonly Table<AlarmHistoryRecord> AlarmHistory = new(
        "cloudwatch.alarm-history",
        record => record.Key,
        MetricsJson.Default,
        HistoryOfAlarm
    );

    internal static readonly Table<PendingActionRecord> PendingActions = new(
        "cloudwatch.pending-actions",
        record => record.Key,
        MetricsJson.Default
    );

    internal static readonly Table<DashboardRecord> Dashboards = new(
        "cloudwatch.dashboards",
        record => record.Key,
        MetricsJson.Default
    );

    /// <summary>All of them, to open the store with.</summary>
    internal static IReadOnlyList<Table> All { get; } =
    [Tags, Alarms, AlarmStates, AlarmHistory, PendingActions, Dashboards];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(TagsRecord))]
[JsonSerializable(typeof(AlarmRecord))]
[JsonSerializable(typeof(AlarmStateRecord))]
[JsonSerializable(typeof(AlarmHistoryRecord))]
[JsonSerializable(typeof(PendingActionRecord))]
[JsonSerializable(typeof(DashboardRecord))]
internal sealed partial class MetricsJson : JsonSerializerContext;
