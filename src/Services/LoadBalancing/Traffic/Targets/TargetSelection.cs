namespace Estiba.LoadBalancing.Traffic.Targets;

/// <summary>Chooses targets and groups. Pure: what is chosen by chance or in turn is told by a number.</summary>
public static class TargetSelection
{
    /// <summary>
    /// The targets that new requests may go to: the healthy ones; where there are too few, all that are registered
    /// ("the load balancer fails open").
    /// </summary>
    /// <param name="targets">The targets.</param>
    /// <param name="stateOf">The health of one.</param>
    /// <param name="threshold">How many must be healthy; at least one always.</param>
    public static (IReadOnlyList<T> Targets, bool FailsOpen) Candidates<T>(
        IEnumerable<T> targets,
        Func<T, TargetState> stateOf,
        HealthThreshold threshold
    )
    {
        var registered = targets
            .Where(target => stateOf(target) is not (TargetState.Draining or TargetState.Unused))
            .ToList();
        var healthy = registered.FindAll(target => stateOf(target) is TargetState.Healthy or TargetState.Unavailable);
        var failsOpen = healthy.Count == 0 || !threshold.IsMet(healthy.Count, registered.Count);
        return (failsOpen ? registered : healthy, failsOpen);
    }

    /// <summary>
    /// Whether a client may keep its target: while it is healthy, and until its deregistration is over.
    /// </summary>
    public static bool MayKeep(TargetState state) =>
        state is TargetState.Healthy or TargetState.Unavailable or TargetState.Draining;

    /// <summary>Chooses one of the candidates.</summary>
    /// <param name="candidates">At least one.</param>
    /// <param name="algorithm">How.</param>
    /// <param name="turn">Which choice it is of the group, from 0.</param>
    /// <param name="chance">From 0 to 1, for what is left to chance.</param>
    /// <param name="outstandingOf">How many requests a target has to answer.</param>
    /// <param name="shareOf">Which part of its share of requests a target takes, from 0 to 1: while it starts slowly,
    /// or fails more often than others.</param>
    public static T Choose<T>(
        IReadOnlyList<T> candidates,
        TargetAlgorithm algorithm,
        uint turn,
        double chance,
        Func<T, int> outstandingOf,
        Func<T, double> shareOf
    )
        where T : class
    {
        ArgumentNullException.ThrowIfNull(candidates);
        var first = (int)(turn % (uint)candidates.Count);
        switch (algorithm)
        {
            case TargetAlgorithm.WeightedRandom:
                return ChooseByWeight(candidates, shareOf, chance) ?? candidates[first];
            case TargetAlgorithm.LeastOutstandingRequests:
                return InTurn(candidates, first).MinBy(outstandingOf)!;
            default:
                // What a target does not take yet, the next one in turn does.
                return InTurn(candidates, first).FirstOrDefault(target => chance < shareOf(target))
                    ?? candidates[first];
        }
    }

    /// <summary>Which part of its requests a target takes at a time.</summary>
    /// <param name="target">The target.</param>
    /// <param name="slowStart">How long its share grows.</param>
    /// <param name="now">The time.</param>
    public static double Share(TargetConfiguration target, TimeSpan slowStart, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(target);
        return slowStart <= TimeSpan.Zero || target.HealthySince is not { } since
            ? 1
            : Math.Clamp((now - since) / slowStart, 0.01, 1);
    }

    /// <summary>Chooses a group or a target by the weights; null where all of them are zero.</summary>
    /// <param name="choices">The groups or targets.</param>
    /// <param name="weightOf">The weight of one.</param>
    /// <param name="chance">From 0 to 1.</param>
    public static T? ChooseByWeight<T>(IReadOnlyList<T> choices, Func<T, double> weightOf, double chance)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(choices);
        var left = chance * choices.Sum(weightOf);
        foreach (var choice in choices)
        {
            var weight = weightOf(choice);
            if (weight > 0 && left < weight)
                return choice;
            left -= weight;
        }
        return null;
    }

    /// <summary>The candidate whose turn it is.</summary>
    public static T InTurn<T>(IReadOnlyList<T> candidates, uint turn)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        return candidates[(int)(turn % (uint)candidates.Count)];
    }

    private static IEnumerable<T> InTurn<T>(IReadOnlyList<T> candidates, int first) =>
        Enumerable.Range(0, candidates.Count).Select(index => candidates[(first + index) % candidates.Count]);
}
