using System.Text.Json;
using Estiba.Contracts.CloudWatch;

namespace Estiba.Metrics.Alarms.Actions;

/// <summary>What a topic is told of an alarm ("Notifying users on alarm changes", Amazon CloudWatch User
/// Guide).</summary>
internal static class AlarmMessage
{
    /// <summary>What Amazon SNS has at most as a subject.</summary>
    private const int LongestSubject = 100;

    private static readonly Dictionary<string, string> Regions = new(StringComparer.Ordinal)
    {
        ["us-east-1"] = "US East (N. Virginia)",
        ["us-east-2"] = "US East (Ohio)",
        ["us-west-1"] = "US West (N. California)",
        ["us-west-2"] = "US West (Oregon)",
        ["af-south-1"] = "Africa (Cape Town)",
        ["ap-east-1"] = "Asia Pacific (Hong Kong)",
        ["ap-northeast-1"] = "Asia Pacific (Tokyo)",
        ["ap-northeast-2"] = "Asia Pacific (Seoul)",
        ["ap-northeast-3"] = "Asia Pacific (Osaka)",
        ["ap-south-1"] = "Asia Pacific (Mumbai)",
        ["ap-south-2"] = "Asia Pacific (Hyderabad)",
        ["ap-southeast-1"] = "Asia Pacific (Singapore)",
        ["ap-southeast-2"] = "Asia Pacific (Sydney)",
        ["ap-southeast-3"] = "Asia Pacific (Jakarta)",
        ["ap-southeast-4"] = "Asia Pacific (Melbourne)",
        ["ca-central-1"] = "Canada (Central)",
        ["ca-west-1"] = "Canada West (Calgary)",
        ["cn-north-1"] = "China (Beijing)",
        ["cn-northwest-1"] = "China (Ningxia)",
        ["eu-central-1"] = "EU (Frankfurt)",
        ["eu-central-2"] = "Europe (Zurich)",
        ["eu-north-1"] = "EU (Stockholm)",
        ["eu-south-1"] = "Europe (Milan)",
        ["eu-south-2"] = "Europe (Spain)",
        ["eu-west-1"] = "EU (Ireland)",
        ["eu-west-2"] = "EU (London)",
        ["eu-west-3"] = "EU (Paris)",
        ["il-central-1"] = "Israel (Tel Aviv)",
        ["me-central-1"] = "Middle East (UAE)",
        ["me-south-1"] = "Middle East (Bahrain)",
        ["sa-east-1"] = "South America (Sao Paulo)",
        ["us-gov-east-1"] = "AWS GovCloud (US-East)",
        ["us-gov-west-1"] = "AWS GovCloud (US-West)",
    };

    /// <summary><c>ALARM: "name" in EU (Ireland)</c>; a long name is cut.</summary>
    internal static string Subject(PendingActionRecord action)
    {
        var (before, after) = ($"{action.NewState}: \"", $"\" in {RegionOf(action)}");
        var room = LongestSubject - before.Length - after.Length;
        var name = string.Concat(action.Alarm.Name.Select(letter => char.IsAscii(letter) ? letter : '?'));
        return before + (name.Length <= room ? name : $"{name[..(room - 3)]}...") + after;
    }

    /// <summary>The message, which is JSON.</summary>
    internal static string Body(PendingActionRecord action) =>
        AlarmText.Json(json =>
        {
            var alarm = action.Alarm;
            json.WriteString("AlarmName", alarm.Name);
            json.WriteString("AlarmDescription", alarm.Description);
            json.WriteString("AWSAccountId", alarm.Scope.AccountId);
            if (alarm.Composite is null)
                json.WriteString("AlarmConfigurationUpdatedTimestamp", AlarmText.Of(alarm.ConfiguredAt));
            json.WriteString("NewStateValue", action.NewState);
            json.WriteString("NewStateReason", action.Reason);
            json.WriteString("StateChangeTime", AlarmText.Of(action.Time));
            json.WriteString("Region", RegionOf(action));
            json.WriteString("AlarmArn", alarm.Arn);
            json.WriteString("OldStateValue", action.OldState);
            json.WriteTexts("OKActions", alarm.OkActions);
            json.WriteTexts("AlarmActions", alarm.AlarmActions);
            json.WriteTexts("InsufficientDataActions", alarm.InsufficientDataActions);
            if (alarm.Metric is { } metric)
                WriteTrigger(json, metric);
            else
                WriteRule(json, alarm.Composite!, action);
        });

    private static string RegionOf(PendingActionRecord action) =>
        Regions.GetValueOrDefault(action.Scope.Region, action.Scope.Region);

    private static void WriteRule(Utf8JsonWriter json, CompositeSettings composite, PendingActionRecord action)
    {
        json.WriteString("AlarmRule", composite.Rule);
        if (TriggeringAlarms(action.ReasonData) is not { } children)
            return;
        json.WriteStartArray("TriggeringChildren");
        foreach (var child in children.EnumerateArray())
        {
            var state = child.GetProperty("state");
            json.WriteStartObject();
            json.WriteString("Arn", child.GetProperty("arn").GetString());
            json.WriteStartObject("State");
            json.WriteString("Value", state.GetProperty("value").GetString());
            json.WriteString("Timestamp", state.GetProperty("timestamp").GetString());
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // Somebody who sets the state says as data what he likes.
    private static JsonElement? TriggeringAlarms(string? data)
    {
        if (data is null)
            return null;
        var root = JsonElement.Parse(data);
        return
            root.ValueKind == JsonValueKind.Object
            && root.TryGetProperty("triggeringAlarms", out var alarms)
            && alarms.ValueKind == JsonValueKind.Array
            && alarms
                .EnumerateArray()
                .All(each =>
                    each.ValueKind == JsonValueKind.Object
                    && IsText(each, "arn")
                    && each.TryGetProperty("state", out var state)
                    && state.ValueKind == JsonValueKind.Object
                    && IsText(state, "value")
                    && IsText(state, "timestamp")
                )
            ? alarms
            : null;
    }

    private static bool IsText(JsonElement element, string name) =>
        element.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String;

    private static void WriteTrigger(Utf8JsonWriter json, MetricSettings metric)
    {
        json.WriteStartObject("Trigger");
        if (metric.Metrics.Count == 0)
        {
            json.WriteString("MetricName", metric.MetricName);
            json.WriteString("Namespace", metric.Namespace);
            json.WriteString("StatisticType", metric.Statistic is null ? "ExtendedStatistic" : "Statistic");
            if (metric.Statistic is { } statistic)
                json.WriteString("Statistic", statistic.ToUpperInvariant());
            else
                json.WriteString("ExtendedStatistic", metric.ExtendedStatistic);
            json.WriteString("Unit", metric.Unit);
            WriteDimensions(json, metric.Dimensions);
        }

        json.WriteNumber("Period", metric.Period);
        json.WriteNumber("EvaluationPeriods", metric.EvaluationPeriods);
        if (metric.DatapointsToAlarm is { } needed)
            json.WriteNumber("DatapointsToAlarm", needed);
        json.WriteString("ComparisonOperator", metric.ComparisonOperator);
        AlarmText.WriteNumber(json, "Threshold", metric.Threshold);
        json.WriteString("TreatMissingData", metric.TreatMissingData ?? "");
        json.WriteString("EvaluateLowSampleCountPercentile", metric.EvaluateLowSampleCountPercentile ?? "");
        if (metric.Metrics.Count > 0)
        {
            json.WriteStartArray("Metrics");
            foreach (var query in metric.Metrics)
                WriteQuery(json, query);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteQuery(Utf8JsonWriter json, MetricDataQuery query)
    {
        json.WriteStartObject();
        if (query.Expression is { } expression)
            json.WriteString("Expression", expression);
        json.WriteString("Id", query.Id);
        if (query.Label is { } label)
            json.WriteString("Label", label);
        if (query.MetricStat is { } stat)
        {
            json.WriteStartObject("MetricStat");
            json.WriteStartObject("Metric");
            WriteDimensions(json, stat.Metric!.Dimensions ?? []);
            json.WriteString("MetricName", stat.Metric.MetricName);
            json.WriteString("Namespace", stat.Metric.Namespace);
            json.WriteEndObject();
            json.WriteNumber("Period", stat.Period!.Value);
            json.WriteString("Stat", stat.Stat);
            if (stat.Unit is { } unit)
                json.WriteString("Unit", unit);
            json.WriteEndObject();
        }

        json.WriteBoolean("ReturnData", query.ReturnData ?? true);
        json.WriteEndObject();
    }

    private static void WriteDimensions(Utf8JsonWriter json, IReadOnlyList<Dimension> dimensions)
    {
        json.WriteStartArray("Dimensions");
        foreach (var dimension in dimensions)
        {
            json.WriteStartObject();
            json.WriteString("value", dimension.Value);
            json.WriteString("name", dimension.Name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
