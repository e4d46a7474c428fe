namespace Estiba.Metrics.Alarms.Evaluation;

/// <summary>
/// Which periods an alarm looks at: those that it evaluates, and some before them, since values may come late or not at
/// all ("How alarm state is evaluated when data is missing"). They end with the last full minute, or ten seconds.
/// </summary>
/// <param name="From">Seconds since 1970: where the first begins.</param>
/// <param name="Until">Seconds since 1970: where the last ends.</param>
/// <param name="Period">In seconds.</param>
internal readonly record struct AlarmWindow(long From, long Until, int Period)
{
    /// <summary>The window of an alarm at a time.</summary>
    internal static AlarmWindow Of(MetricSettings settings, DateTimeOffset now)
    {
        var until = now.ToUnixTimeSeconds() / settings.Rhythm * settings.Rhythm;
        return new AlarmWindow(until - (long)Length(settings) * settings.Period, until, settings.Period);
    }

    /// <summary>How many periods there are.</summary>
    internal int Count => (int)((Until - From) / Period);

    /// <summary>The values of the periods, null where there is none.</summary>
    /// <param name="points">In the order of time.</param>
    /// <returns>The oldest first.</returns>
    internal double?[] Slots(IEnumerable<Series.Datapoint> points)
    {
        var slots = new double?[Count];
        foreach (var point in points)
        {
            if (point.Time >= From && point.Time < Until)
                slots[(point.Time - From) / Period] = point.Value;
        }

        return slots;
    }

    // The guide's tables have two more. Of long periods two would keep a state for days after values have stopped.
    private static int Length(MetricSettings settings) =>
        settings.EvaluationPeriods
        + settings.Period switch
        {
            <= 300 => 2,
            <= 3600 => 1,
            _ => 0,
        };
}
