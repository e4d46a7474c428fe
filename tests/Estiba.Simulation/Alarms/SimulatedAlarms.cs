using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;

namespace Estiba.Simulation.Alarms;

/// <summary>
/// CloudWatch: alarms that come and go as chance has it, and calls that fail now and then.
/// </summary>
internal sealed class SimulatedAlarms(World world) : ICloudWatchApi
{
    /// <summary>All alarms there are.</summary>
    internal static readonly string[] Names = ["errors", "latency"];

    private readonly HashSet<string> _inAlarm = new(StringComparer.Ordinal);

    /// <summary>An alarm goes off, and is quiet again some time later.</summary>
    internal void Ring(string name, TimeSpan duration)
    {
        if (!_inAlarm.Add(name))
            return;
        world.Tell("alarms", $"{name} is in ALARM");
        world.Timeline.After(duration, () =>
        {
            _inAlarm.Remove(name);
            world.Tell("alarms", $"{name} is OK");
        });
    }

    public Task<DescribeAlarmsOutput> DescribeAlarmsAsync(
        DescribeAlarmsInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (!world.IsCalm && world.Random.Next(40) == 0)
            throw new AwsException("InternalServiceFault", "An internal error occurred", 500);
        return Task.FromResult(
            new DescribeAlarmsOutput
            {
                MetricAlarms =
                [
                    .. request
                        .AlarmNames!.Intersect(Names, StringComparer.Ordinal)
                        .Select(name => new MetricAlarm
                        {
                            AlarmName = name,
                            StateValue = _inAlarm.Contains(name) ? StateValue.Alarm : StateValue.Ok,
                            Period = 60,
                            EvaluationPeriods = 1,
                        }),
                ],
            }
        );
    }
}
