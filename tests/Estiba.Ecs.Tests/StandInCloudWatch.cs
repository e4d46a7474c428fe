using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;

namespace Estiba.Ecs.Tests;

/// <summary>CloudWatch with alarms whose states are as the test says.</summary>
internal sealed class StandInCloudWatch : ICloudWatchApi
{
    internal Dictionary<string, MetricAlarm> Alarms { get; } = [];

    /// <summary>Composite alarms, by name, and their states.</summary>
    internal Dictionary<string, string> Composites { get; } = [];

    /// <summary>As whom it was asked, and for which service.</summary>
    internal List<(string? Service, string? SourceArn)> Callers { get; } = [];

    internal bool IsDown { get; set; }

    /// <summary>An alarm of one period of a minute, or its new state.</summary>
    internal void Set(string name, string state, int period = 60, int evaluations = 1) =>
        Alarms[name] = new MetricAlarm
        {
            AlarmName = name,
            StateValue = state,
            Period = period,
            EvaluationPeriods = evaluations,
        };

    public Task<DescribeAlarmsOutput> DescribeAlarmsAsync(
        DescribeAlarmsInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (IsDown)
            throw new AwsException("InternalServiceFault", "down", 500);
        Callers.Add((context.Service, context.SourceArn));
        return Task.FromResult(
            new DescribeAlarmsOutput
            {
                MetricAlarms =
                [
                    .. request
                        .AlarmNames!.Where(Alarms.ContainsKey)
                        .Select(name => Alarms[name])
                        .Where(_ => request.AlarmTypes!.Contains(AlarmType.MetricAlarm)),
                ],
                CompositeAlarms =
                [
                    .. request
                        .AlarmNames!.Where(Composites.ContainsKey)
                        .Select(name => new CompositeAlarm { AlarmName = name, StateValue = Composites[name] })
                        .Where(_ => request.AlarmTypes!.Contains(AlarmType.CompositeAlarm)),
                ],
            }
        );
    }
}
