using Estiba.Contracts.CloudWatch;

namespace Estiba.Metrics.Alarms.Evaluation;

/// <summary>
/// What the datapoints of an alarm's window say about its state ("Configuring how CloudWatch alarms treat missing
/// data", Amazon CloudWatch User Guide).
/// </summary>
/// <param name="State">The state; null where the alarm stays in the one it has.</param>
/// <param name="Evaluated">What decided, the newest first: as many as the alarm's evaluation periods.</param>
/// <param name="Filled">How many of them are missing and were treated as breaching or not.</param>
internal sealed record AlarmDecision(string? State, IReadOnlyList<EvaluatedPoint> Evaluated, int Filled)
{
    /// <summary>Decides.</summary>
    /// <param name="settings">The alarm.</param>
    /// <param name="window">The periods.</param>
    /// <param name="slots">Their values, the oldest first.</param>
    internal static AlarmDecision Of(MetricSettings settings, AlarmWindow window, IReadOnlyList<double?> slots)
    {
        var all = Enumerable
            .Range(0, slots.Count)
            .Select(age => slots.Count - 1 - age)
            .Select(place => new EvaluatedPoint(
                window.From + (long)place * window.Period,
                slots[place],
                slots[place] is { } value && Breaches(settings, value)
            ))
            .ToList();
        var real = all.Where(point => point.Value is not null).ToList();
        if (real.Count >= settings.EvaluationPeriods)
            return Counted(settings, [.. real.Take(settings.EvaluationPeriods)], filled: 0, breachingMore: 0);

        // As few of those that are missing as are needed, the newest of them.
        var filled = settings.EvaluationPeriods - real.Count;
        List<EvaluatedPoint> evaluated =
        [
            .. all.Where(point => point.Value is null).Take(filled).Concat(real).OrderByDescending(point => point.Time),
        ];
        return TreatmentOf(settings) switch
        {
            "breaching" => Counted(settings, evaluated, filled, breachingMore: filled),
            "notBreaching" => Counted(settings, evaluated, filled, breachingMore: 0),
            "ignore" => OfWhatThereIs(settings, all, evaluated, whenUnclear: null, whenOld: null),
            _ => OfWhatThereIs(settings, all, evaluated, StateValue.InsufficientData, StateValue.Alarm),
        };
    }

    /// <summary>How an alarm treats what is missing. Those on DynamoDB's metrics always ignore it.</summary>
    internal static string TreatmentOf(MetricSettings settings) =>
        settings.Namespace == "AWS/DynamoDB" ? "ignore" : settings.TreatMissingData ?? "missing";

    /// <summary>Whether a value is what an alarm warns of.</summary>
    internal static bool Breaches(MetricSettings settings, double value) =>
        settings.ComparisonOperator switch
        {
            ComparisonOperator.GreaterThanOrEqualToThreshold => value >= settings.Threshold,
            ComparisonOperator.GreaterThanThreshold => value > settings.Threshold,
            ComparisonOperator.LessThanOrEqualToThreshold => value <= settings.Threshold,
            _ => value < settings.Threshold,
        };

    private static AlarmDecision Counted(
        MetricSettings settings,
        IReadOnlyList<EvaluatedPoint> evaluated,
        int filled,
        int breachingMore
    )
    {
        var breaching = evaluated.Count(point => point.Breaches) + breachingMore;
        return new(breaching >= settings.Needed ? StateValue.Alarm : StateValue.Ok, evaluated, filled);
    }

    // Where nothing speaks against an alarm, it comes when the oldest datapoint that breaches is as old as so many
    // would be as must breach: the next one may be better ("Avoiding premature transitions to alarm state").
    private static AlarmDecision OfWhatThereIs(
        MetricSettings settings,
        List<EvaluatedPoint> all,
        IReadOnlyList<EvaluatedPoint> evaluated,
        string? whenUnclear,
        string? whenOld
    )
    {
        var breaching = all.Count(point => point.Breaches);
        if (breaching >= settings.Needed)
            return new(StateValue.Alarm, evaluated, 0);
        if (all.Any(point => point is { Value: not null, Breaches: false }))
            return new(StateValue.Ok, evaluated, 0);
        var oldest = all.FindLastIndex(point => point.Breaches) + 1;
        return new(breaching > 0 && oldest >= settings.Needed ? whenOld : whenUnclear, evaluated, 0);
    }
}

/// <summary>A datapoint that was looked at.</summary>
/// <param name="Time">Seconds since 1970: where its period begins.</param>
/// <param name="Value">Null where it is missing.</param>
/// <param name="Breaches">Whether there is a value and it is what the alarm warns of.</param>
internal readonly record struct EvaluatedPoint(long Time, double? Value, bool Breaches);
