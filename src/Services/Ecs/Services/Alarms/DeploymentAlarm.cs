using Estiba.Contracts.CloudWatch;

namespace Estiba.Ecs.Services.Alarms;

/// <summary>What a deployment has to know of an alarm of CloudWatch.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsInAlarm">Whether its state is <c>ALARM</c>.</param>
/// <param name="Window">Of how much time it looks at the values.</param>
internal sealed record DeploymentAlarm(string Name, bool IsInAlarm, TimeSpan Window)
{
    // A composite alarm has no period of its own.
    private static readonly TimeSpan WindowOfComposite = TimeSpan.FromMinutes(5);

    internal static DeploymentAlarm Of(MetricAlarm alarm) =>
        new(alarm.AlarmName!, alarm.StateValue == StateValue.Alarm, PeriodOf(alarm) * (alarm.EvaluationPeriods ?? 1));

    internal static DeploymentAlarm Of(CompositeAlarm alarm) =>
        new(alarm.AlarmName!, alarm.StateValue == StateValue.Alarm, WindowOfComposite);

    // Of an alarm on a math expression each query may have one.
    private static TimeSpan PeriodOf(MetricAlarm alarm) =>
        TimeSpan.FromSeconds(
            alarm.Period ?? (alarm.Metrics ?? []).Max(query => query.MetricStat?.Period ?? query.Period) ?? 0
        );
}
