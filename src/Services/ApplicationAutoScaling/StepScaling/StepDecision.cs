using Estiba.ApplicationAutoScaling.Capacity;
using Estiba.Contracts.ApplicationAutoScaling;

namespace Estiba.ApplicationAutoScaling.StepScaling;

/// <summary>Decides what a step scaling policy does about an alarm ("Step scaling policies", user guide).
/// Pure.</summary>
internal static class StepDecision
{
    /// <summary>Decides.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="difference">By how much the metric is above the alarm's threshold; negative below it.</param>
    /// <param name="state">The service.</param>
    internal static Verdict Decide(StepScalingPolicyConfiguration policy, double difference, ScalingState state)
    {
        if (StepOf(policy.StepAdjustments!, difference) is not { } step)
            return Verdict.Nothing;
        var cooldown = CapacityRules.Cooldown(policy.Cooldown);
        // What was added within the cooldown is part of what the next, larger step adds.
        var from = state.LastOut is { } last && last.IsWithin(cooldown, state.Now) ? last.From : state.Working;
        var wanted = Apply(policy, step.ScalingAdjustment!.Value, from);
        if (wanted > from)
            return CapacityRules.ScaleOut(state, wanted) with { From = from };
        wanted = Apply(policy, step.ScalingAdjustment!.Value, state.Working);
        return
            wanted < state.Working || (policy.AdjustmentType == AdjustmentType.ExactCapacity && wanted < state.Desired)
            ? CapacityRules.ScaleIn(state, wanted, cooldown)
            : Verdict.Not(NotScaledCode.AlreadyAtDesiredCapacity, state) with
            {
                Wanted = state.Desired,
            };
    }

    /// <summary>The step for a difference: above the threshold the lower bound belongs to it, below the upper
    /// one.</summary>
    private static StepAdjustment? StepOf(IReadOnlyList<StepAdjustment> steps, double difference)
    {
        bool AboveIn(StepAdjustment step) =>
            difference >= (step.MetricIntervalLowerBound ?? double.NegativeInfinity)
            && difference < (step.MetricIntervalUpperBound ?? double.PositiveInfinity);
        bool BelowIn(StepAdjustment step) =>
            difference > (step.MetricIntervalLowerBound ?? double.NegativeInfinity)
            && difference <= (step.MetricIntervalUpperBound ?? double.PositiveInfinity);
        if (difference < 0)
            return steps.FirstOrDefault(BelowIn);
        // A value on the threshold has breached it from either side.
        return steps.FirstOrDefault(AboveIn) ?? (difference > 0 ? null : steps.FirstOrDefault(BelowIn));
    }

    private static int Apply(StepScalingPolicyConfiguration policy, int adjustment, int from) =>
        policy.AdjustmentType switch
        {
            AdjustmentType.ExactCapacity => adjustment,
            AdjustmentType.PercentChangeInCapacity => Sum(
                from,
                AtLeast(policy.MinAdjustmentMagnitude ?? 0, PartOf(from, adjustment), Math.Sign(adjustment))
            ),
            _ => Sum(from, adjustment),
        };

    // Rounded towards zero, but never to it.
    private static int PartOf(int from, int percent)
    {
        var exact = (long)from * percent;
        var whole = exact / 100;
        return (int)(whole == 0 ? Math.Sign(exact) : Math.Clamp(whole, int.MinValue, int.MaxValue));
    }

    private static int AtLeast(int magnitude, int change, int sign) =>
        Math.Abs((long)change) >= magnitude ? change : sign * magnitude;

    private static int Sum(int from, int change) => (int)Math.Clamp((long)from + change, 0, int.MaxValue);
}
