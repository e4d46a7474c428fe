using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling.Policies;

/// <summary>Decides what a policy does about a value of its metric. Pure.</summary>
/// <remarks>
/// Of tracking AWS says what it does, and not by which formula ("Target tracking scaling policies", user guide): out in
/// proportion to the metric, in more gradually, and neither before what was added counts.
/// </remarks>
internal static class PolicyDecision
{
    /// <summary>At one time no more than this part of the instances is given up, and one of few.</summary>
    private const int LargestPart = 4;

    /// <summary>What is lost in the arithmetic of fractions.</summary>
    private const double Rounding = 1e-9;

    /// <summary>Below which value a policy scales in: a tenth below its target. What ECS says of the instances it needs
    /// is exact, and one below it is one too many.</summary>
    internal static double LowOf(TargetTrackingConfiguration target) =>
        IsExact(target) ? target.TargetValue!.Value : target.TargetValue!.Value * 9 / 10;

    /// <summary>Whether the metric is ECS's own of its capacity providers, which follows every change at once.</summary>
    internal static bool IsExact(TargetTrackingConfiguration target) =>
        target.CustomizedMetricSpecification?.Namespace == "AWS/ECS/ManagedScaling";

    /// <summary>How many instances are wanted; null where the policy has nothing to say.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="value">The newest value of its metric; null where there is none.</param>
    /// <param name="threshold">What the alarm compares it with; null where there is none.</param>
    /// <param name="state">The group.</param>
    internal static int? Of(PolicyRecord policy, double? value, double? threshold, ScalingState state)
    {
        var wanted = policy switch
        {
            { Type: PolicyRecord.Simple } => Adjustment.Apply(policy, policy.Adjustment ?? 0, state.Desired),
            { Target: { } target } when value is { } measured => Track(target, measured, state),
            { Steps.Count: > 0 } when value is { } measured && threshold is { } limit => Step(
                policy,
                measured - limit,
                state
            ),
            _ => null,
        };
        return wanted is { } count && state.Bounded(count) is var bounded && bounded != state.Desired ? bounded : null;
    }

    /// <summary>Whether a value asks a policy that tracks a target to scale in.</summary>
    internal static bool ScalesIn(TargetTrackingConfiguration target, double value) =>
        target.DisableScaleIn != true && value < LowOf(target);

    private static int? Track(TargetTrackingConfiguration tracking, double value, ScalingState state)
    {
        var target = tracking.TargetValue!.Value;
        if (value > target)
        {
            var more = Ceiling(Math.Max(1, state.Measured) * (value / target));
            return more > state.Desired ? more : null;
        }

        if (!ScalesIn(tracking, value) || state.IsWarming || !state.OthersScaleIn)
            return null;
        // The others must not be fuller then than where scaling in begins.
        var enough = Ceiling(state.Measured * (value / LowOf(tracking)));
        var fewer = Math.Max(enough, state.Desired - Math.Max(1, state.Desired / LargestPart));
        return fewer < state.Desired ? fewer : null;
    }

    private static int? Step(PolicyRecord policy, double difference, ScalingState state)
    {
        if (StepOf(policy.Steps, difference) is not { ScalingAdjustment: { } adjustment })
            return null;
        // What is warming up is part of what the next, larger step adds.
        var more = Adjustment.Apply(policy, adjustment, state.Measured);
        if (more > state.Desired)
            return more;
        var fewer = Adjustment.Apply(policy, adjustment, state.Desired);
        return fewer < state.Desired && !state.IsWarming ? fewer : null;
    }

    // Above the threshold the lower bound belongs to a step, below it the upper one; a value on the threshold has
    // breached it from either side.
    private static StepAdjustment? StepOf(IReadOnlyList<StepAdjustment> steps, double difference)
    {
        if (difference < 0)
            return steps.FirstOrDefault(BelowIn);
        return steps.FirstOrDefault(AboveIn) ?? (difference > 0 ? null : steps.FirstOrDefault(BelowIn));

        bool AboveIn(StepAdjustment step) => difference >= LowerOf(step) && difference < UpperOf(step);

        bool BelowIn(StepAdjustment step) => difference > LowerOf(step) && difference <= UpperOf(step);
    }

    /// <summary>Where a step begins.</summary>
    internal static double LowerOf(StepAdjustment step) => step.MetricIntervalLowerBound ?? double.NegativeInfinity;

    /// <summary>Where a step ends.</summary>
    internal static double UpperOf(StepAdjustment step) => step.MetricIntervalUpperBound ?? double.PositiveInfinity;

    private static int Ceiling(double count) => (int)Math.Min(int.MaxValue, Math.Ceiling(count - Rounding));
}
