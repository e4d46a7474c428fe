using Estiba.Contracts.CloudWatch;

namespace Estiba.Metrics.Alarms.Evaluation;

/// <summary>Says why an alarm is in a state, as CloudWatch does.</summary>
internal static class AlarmReasons
{
    /// <summary>How many datapoints are told in the middle of a sentence; more are told behind it.</summary>
    private const int Inline = 4;

    private const int MostTold = 5;
    private const int MostRecent = 60;
    private const int MostEvaluated = 20;

    /// <summary>The sentence.</summary>
    internal static string Text(MetricSettings settings, AlarmDecision decision)
    {
        var periods = settings.EvaluationPeriods;
        if (decision.State == StateValue.InsufficientData)
            return $"Insufficient Data: {AlarmText.Count(periods, "datapoint")} {Were(periods)} unknown.";
        var isAlarm = decision.State == StateValue.Alarm;
        var real = decision.Evaluated.Where(point => point.Value is not null).ToList();
        var crossing = real.Where(point => point.Breaches == isAlarm).ToList();
        var missing =
            decision.Filled == 0
                ? ""
                : $" and {AlarmText.Count(decision.Filled, "missing datapoint")} {Were(decision.Filled)} treated as"
                    + $" [{(AlarmDecision.TreatmentOf(settings) == "breaching" ? "Breaching" : "NonBreaching")}]";
        if (crossing.Count == 0)
        {
            var received = real.Count == 0 ? "no datapoints" : AlarmText.Count(real.Count, "datapoint");
            return $"Threshold Crossed: {received} {(real.Count == 1 ? "was" : "were")} received for"
                + $" {AlarmText.Count(periods, "period")}{missing}.";
        }

        var told = string.Join(", ", crossing.Take(MostTold).Select(Told));
        var inline = crossing.Count <= Inline ? $" [{told}]" : "";
        var behind =
            crossing.Count <= Inline ? "" : $". The most recent datapoints which crossed the threshold: [{told}]";
        var number = settings.DatapointsToAlarm is null
            ? AlarmText.Count(crossing.Count, "datapoint")
            : $"{crossing.Count} out of the last {periods} datapoints";
        return $"Threshold Crossed: {number}{inline} {Were(crossing.Count)} {Comparison(settings, isAlarm)}"
            + $"{missing}{behind}{Transition(settings, isAlarm)}.";
    }

    /// <summary>The same for programs.</summary>
    /// <param name="settings">The alarm.</param>
    /// <param name="decision">What was decided.</param>
    /// <param name="now">When.</param>
    /// <param name="samples">How many values a period had; null of an alarm on several metrics.</param>
    internal static string Data(
        MetricSettings settings,
        AlarmDecision decision,
        DateTimeOffset now,
        Func<long, double?>? samples
    ) =>
        AlarmText.Json(json =>
        {
            var real = decision.Evaluated.Where(point => point.Value is not null).Take(MostRecent).Reverse().ToList();
            json.WriteString("version", "1.0");
            json.WriteString("queryDate", AlarmText.Of(now));
            if (real.Count > 0)
                json.WriteString("startDate", TimeOf(real[0]));
            if (settings.Unit is { } unit)
                json.WriteString("unit", unit);
            if ((settings.Statistic ?? settings.ExtendedStatistic) is { } statistic)
                json.WriteString("statistic", statistic);
            json.WriteNumber("period", settings.Period);
            json.WriteStartArray("recentDatapoints");
            foreach (var point in real)
                json.WriteRawValue(AlarmText.Of(point.Value!.Value));
            json.WriteEndArray();
            AlarmText.WriteNumber(json, "threshold", settings.Threshold);
            json.WriteStartArray("evaluatedDatapoints");
            foreach (var point in decision.Evaluated.Take(Math.Min(MostEvaluated, Decisive(settings, decision))))
            {
                json.WriteStartObject();
                json.WriteString("timestamp", TimeOf(point));
                if (point.Value is { } value)
                {
                    if (samples?.Invoke(point.Time) is { } count)
                        AlarmText.WriteNumber(json, "sampleCount", count);
                    AlarmText.WriteNumber(json, "value", value);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        });

    private static int Decisive(MetricSettings settings, AlarmDecision decision) =>
        decision.State switch
        {
            StateValue.Alarm => settings.Needed,
            StateValue.Ok => settings.EvaluationPeriods - settings.Needed + 1,
            _ => settings.EvaluationPeriods,
        };

    private static string Comparison(MetricSettings settings, bool isAlarm)
    {
        var comparison = settings.ComparisonOperator switch
        {
            ComparisonOperator.GreaterThanOrEqualToThreshold => "greater than or equal to",
            ComparisonOperator.GreaterThanThreshold => "greater than",
            ComparisonOperator.LessThanOrEqualToThreshold => "less than or equal to",
            _ => "less than",
        };
        return $"{(isAlarm ? "" : "not ")}{comparison} the threshold ({AlarmText.Of(settings.Threshold)})";
    }

    private static string Transition(MetricSettings settings, bool isAlarm)
    {
        if (settings.DatapointsToAlarm is null)
            return "";
        return isAlarm
            ? $" (minimum {AlarmText.Count(settings.Needed, "datapoint")} for OK -> ALARM transition)"
            : $" (minimum {AlarmText.Count(settings.EvaluationPeriods - settings.Needed + 1, "datapoint")} for ALARM ->"
                + " OK transition)";
    }

    private static string Told(EvaluatedPoint point) =>
        $"{AlarmText.Of(point.Value!.Value)} ({AlarmText.Short(point.Time)})";

    private static string TimeOf(EvaluatedPoint point) => AlarmText.Of(DateTimeOffset.FromUnixTimeSeconds(point.Time));

    private static string Were(int number) => number == 1 ? "was" : "were";
}
