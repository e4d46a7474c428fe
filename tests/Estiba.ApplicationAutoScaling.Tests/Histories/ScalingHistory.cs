using Estiba.Contracts.CloudWatch;

namespace Estiba.ApplicationAutoScaling.Tests.Histories;

/// <summary>Hours of a service under load in virtual time: its policy's real decisions, with alarms that evaluate the
/// real alarms' settings, and tasks that need a while to start. Gives time series, to be checked or drawn.</summary>
internal sealed class ScalingHistory
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);
    private const int TicksOfMinute = 12;

    /// <summary>The percentage of a task's CPU at which the policy holds it.</summary>
    public double Target { get; init; } = 50;

    /// <summary>The tasks at the beginning.</summary>
    public int Desired { get; init; } = 2;

    /// <summary>The least number of tasks.</summary>
    public int Min { get; init; } = 1;

    /// <summary>The largest number of tasks.</summary>
    public int Max { get; init; } = 20;

    /// <summary>How long a task needs until it takes its part of the load.</summary>
    public TimeSpan Start { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it lasts.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromHours(6);

    /// <summary>The work at a time, in percent of what one task can do: 200 are two full tasks.</summary>
    public required Func<TimeSpan, double> Load { get; init; }

    /// <summary>Plays it.</summary>
    /// <returns>One point for each minute.</returns>
    public async Task<IReadOnlyList<ScalingPoint>> PlayAsync()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(Desired, Min, Max);
        await using var _ = world;
        service.IsSlow = true;
        await world.TrackAsync(Target);
        var begin = world.Time.GetUtcNow();
        var starting = new List<TimeSpan>();
        var utilisation = new List<double>();
        var since = new Dictionary<string, DateTimeOffset>();
        var points = new List<ScalingPoint>();
        var measured = 0d;
        for (var tick = 1; Tick * tick <= Length; tick++)
        {
            var now = Tick * tick;
            Move(service, starting, now);
            await world.PassAsync(begin + now - world.Time.GetUtcNow());
            measured += Math.Min(100, Load(now) / Math.Max(1, service.Running));
            if (tick % TicksOfMinute != 0)
                continue;
            utilisation.Add(measured / TicksOfMinute);
            measured = 0;
            await EvaluateAsync(world, utilisation, since);
            points.Add(new ScalingPoint(now, Load(now), utilisation[^1], service.Desired, service.Running));
        }

        return points;
    }

    // Tasks start after a while, and are stopped at once.
    private void Move(StandInService service, List<TimeSpan> starting, TimeSpan now)
    {
        service.Running += starting.RemoveAll(ready => ready <= now);
        while (service.Running + starting.Count < service.Desired)
            starting.Add(now + Start);
        while (service.Running + starting.Count > service.Desired && starting.Count > 0)
            starting.RemoveAt(starting.Count - 1);
        service.Running = Math.Min(service.Running, service.Desired);
    }

    // An alarm speaks when all of its newest periods breach, and again each minute while it lasts.
    private static async Task EvaluateAsync(
        ScalingWorld world,
        List<double> utilisation,
        Dictionary<string, DateTimeOffset> since
    )
    {
        foreach (var alarm in world.CloudWatch.Alarms.Values.ToList())
        {
            var periods = alarm.EvaluationPeriods!.Value;
            var breaches =
                utilisation.Count >= periods
                && utilisation
                    .TakeLast(periods)
                    .All(value =>
                        alarm.ComparisonOperator == ComparisonOperator.GreaterThanThreshold
                            ? value > alarm.Threshold
                            : value < alarm.Threshold
                    );
            if (!breaches)
            {
                since.Remove(alarm.AlarmName!);
                continue;
            }

            DateTimeOffset? lasting = since.TryGetValue(alarm.AlarmName!, out var begin) ? begin : null;
            since.TryAdd(alarm.AlarmName!, world.Time.GetUtcNow());
            await world.SpeakAsync(alarm.AlarmActions![0], alarm.AlarmName!, utilisation[^1], alarm.Threshold, lasting);
        }
    }
}

/// <summary>A service at the end of a minute.</summary>
/// <param name="Time">Since the beginning.</param>
/// <param name="Load">The work, in percent of what one task can do.</param>
/// <param name="Utilisation">How busy the tasks were, in percent.</param>
/// <param name="Desired">How many were wanted.</param>
/// <param name="Running">How many ran.</param>
internal sealed record ScalingPoint(TimeSpan Time, double Load, double Utilisation, int Desired, int Running);
