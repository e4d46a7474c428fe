using Estiba.Console.Texts;

namespace Estiba.Console.Pages.Alarms;

/// <summary>In a sentence, what an alarm watches for.</summary>
internal static class AlarmSentence
{
    internal static string Of(Cw.MetricAlarm alarm, Language words) =>
        words.Format(
            "{0} {1} {2} in {3} of {4} periods of {5} s",
            alarm.MetricName ?? words["An expression"],
            Sign(alarm.ComparisonOperator),
            alarm.Threshold,
            alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods,
            alarm.EvaluationPeriods,
            alarm.Period
        );

    private static string Sign(string? comparison) =>
        comparison switch
        {
            "GreaterThanOrEqualToThreshold" => "≥",
            "GreaterThanThreshold" => ">",
            "LessThanThreshold" => "<",
            "LessThanOrEqualToThreshold" => "≤",
            _ => comparison ?? "",
        };
}
