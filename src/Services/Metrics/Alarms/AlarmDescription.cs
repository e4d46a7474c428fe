using System.Text.Json;
using Estiba.Contracts.CloudWatch;

namespace Estiba.Metrics.Alarms;

/// <summary>Shows alarms.</summary>
internal static class AlarmDescription
{
    /// <summary>A metric alarm, as it is described.</summary>
    internal static MetricAlarm OfMetric(AlarmRecord alarm, AlarmStateRecord state)
    {
        var metric = alarm.Metric!;
        return new MetricAlarm
        {
            AlarmName = alarm.Name,
            AlarmArn = alarm.Arn,
            AlarmDescription = alarm.Description,
            AlarmConfigurationUpdatedTimestamp = alarm.ConfiguredAt,
            ActionsEnabled = alarm.ActionsEnabled,
            OKActions = alarm.OkActions,
            AlarmActions = alarm.AlarmActions,
            InsufficientDataActions = alarm.InsufficientDataActions,
            StateValue = state.Value,
            StateReason = state.Reason,
            StateReasonData = state.ReasonData,
            StateUpdatedTimestamp = state.UpdatedAt,
            MetricName = metric.MetricName,
            Namespace = metric.Namespace,
            Statistic = metric.Statistic,
            ExtendedStatistic = metric.ExtendedStatistic,
            Dimensions = metric.Dimensions,
            Period = metric.Metrics.Count > 0 ? null : metric.Period,
            Unit = metric.Unit,
            EvaluationPeriods = metric.EvaluationPeriods,
            DatapointsToAlarm = metric.DatapointsToAlarm,
            Threshold = metric.Threshold,
            ComparisonOperator = metric.ComparisonOperator,
            TreatMissingData = metric.TreatMissingData,
            EvaluateLowSampleCountPercentile = metric.EvaluateLowSampleCountPercentile,
            Metrics = metric.Metrics.Count > 0 ? metric.Metrics : null,
            EvaluationState = state.EvaluationState,
            StateTransitionedTimestamp = state.TransitionedAt,
        };
    }

    /// <summary>A composite alarm, as it is described.</summary>
    internal static CompositeAlarm OfComposite(AlarmRecord alarm, AlarmStateRecord state) =>
        new()
        {
            AlarmName = alarm.Name,
            AlarmArn = alarm.Arn,
            AlarmDescription = alarm.Description,
            AlarmConfigurationUpdatedTimestamp = alarm.ConfiguredAt,
            AlarmRule = alarm.Composite!.Rule,
            ActionsEnabled = alarm.ActionsEnabled,
            OKActions = alarm.OkActions,
            AlarmActions = alarm.AlarmActions,
            InsufficientDataActions = alarm.InsufficientDataActions,
            StateValue = state.Value,
            StateReason = state.Reason,
            StateReasonData = state.ReasonData,
            StateUpdatedTimestamp = state.UpdatedAt,
            StateTransitionedTimestamp = state.TransitionedAt,
            ActionsSuppressor = alarm.Composite.Suppressor,
            ActionsSuppressorWaitPeriod = alarm.Composite.WaitPeriod,
            ActionsSuppressorExtensionPeriod = alarm.Composite.ExtensionPeriod,
            ActionsSuppressedBy = state.Suppression?.By,
            ActionsSuppressedReason = state.Suppression is { } suppression
                ? $"Actions suppressed by {suppression.By}"
                : null,
        };

    /// <summary>What the history says of an alarm that was put or deleted.</summary>
    internal static string Json(AlarmRecord alarm, AlarmStateRecord state, string type)
    {
        var name = $"{(type == "Update" ? "updated" : type == "Create" ? "created" : "deleted")}Alarm";
        return AlarmText.Json(json =>
        {
            json.WriteString("version", "1.0");
            json.WriteString("type", type);
            json.WriteStartObject(name);
            json.WriteString("alarmName", alarm.Name);
            json.WriteString("alarmArn", alarm.Arn);
            json.WriteString("alarmDescription", alarm.Description);
            json.WriteString("stateValue", state.Value);
            json.WriteBoolean("actionsEnabled", alarm.ActionsEnabled);
            json.WriteTexts("okactions", alarm.OkActions);
            json.WriteTexts("alarmActions", alarm.AlarmActions);
            json.WriteTexts("insufficientDataActions", alarm.InsufficientDataActions);
            json.WriteString("alarmConfigurationUpdatedTimestamp", AlarmText.Of(alarm.ConfiguredAt));
            if (alarm.Composite is { } composite)
                json.WriteString("alarmRule", composite.Rule);
            if (alarm.Metric is { } metric)
                Write(json, metric);
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, MetricSettings metric)
    {
        if (metric.Metrics.Count == 0)
        {
            json.WriteString("metricName", metric.MetricName);
            json.WriteString("namespace", metric.Namespace);
            json.WriteString(
                metric.Statistic is null ? "extendedStatistic" : "statistic",
                metric.Statistic ?? metric.ExtendedStatistic
            );
            json.WriteStartArray("dimensions");
            foreach (var dimension in metric.Dimensions)
            {
                json.WriteStartObject();
                json.WriteString("name", dimension.Name);
                json.WriteString("value", dimension.Value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteNumber("period", metric.Period);
        json.WriteNumber("evaluationPeriods", metric.EvaluationPeriods);
        if (metric.DatapointsToAlarm is { } needed)
            json.WriteNumber("datapointsToAlarm", needed);
        AlarmText.WriteNumber(json, "threshold", metric.Threshold);
        json.WriteString("comparisonOperator", metric.ComparisonOperator);
        if (metric.TreatMissingData is { } treatment)
            json.WriteString("treatMissingData", treatment);
        if (metric.EvaluateLowSampleCountPercentile is { } few)
            json.WriteString("evaluateLowSampleCountPercentile", few);
    }
}
