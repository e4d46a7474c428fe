using Estiba.Contracts;
using Estiba.Contracts.ApplicationAutoScaling;
using static Estiba.Contracts.ApplicationAutoScaling.ApplicationAutoScalingErrors;

namespace Estiba.ApplicationAutoScaling.StepScaling;

/// <summary>What a step scaling policy may say ("Step adjustments", user guide).</summary>
internal static class StepRequests
{
    /// <summary>What a policy says after a request.</summary>
    /// <param name="before">What it said; null when it is new.</param>
    /// <param name="request">What is sent; null to leave it as it is.</param>
    /// <exception cref="AwsException">It cannot say that.</exception>
    internal static StepScalingPolicyConfiguration Apply(
        StepScalingPolicyConfiguration? before,
        StepScalingPolicyConfiguration? request
    )
    {
        if (request is null)
            return before ?? throw ValidationException("StepScalingPolicyConfiguration must be specified");
        var after = request with
        {
            AdjustmentType = request.AdjustmentType ?? before?.AdjustmentType,
            StepAdjustments = request.StepAdjustments ?? before?.StepAdjustments,
        };
        Check(after);
        return after;
    }

    private static void Check(StepScalingPolicyConfiguration policy)
    {
        if (policy.AdjustmentType is null)
            throw ValidationException("AdjustmentType must be specified");
        if (policy.Cooldown < 0)
            throw ValidationException("Cooldown cannot be negative");
        if (policy.MinAdjustmentMagnitude is { } magnitude)
        {
            if (policy.AdjustmentType != AdjustmentType.PercentChangeInCapacity)
                throw ValidationException(
                    "MinAdjustmentMagnitude can be specified for the adjustment type PercentChangeInCapacity alone"
                );
            if (magnitude < 1)
                throw ValidationException("MinAdjustmentMagnitude must be greater than 0");
        }

        if (policy.StepAdjustments is not { Count: > 0 } steps)
            throw ValidationException("At least one step adjustment must be specified");
        if (steps.Count > Quotas.StepAdjustments)
            throw LimitExceededException($"A policy can have at most {Quotas.StepAdjustments} step adjustments.");
        if (policy.AdjustmentType == AdjustmentType.ExactCapacity && steps.Any(step => step.ScalingAdjustment < 0))
            throw ValidationException("ExactCapacity cannot specify negative capacity");
        CheckIntervals(steps);
    }

    private static void CheckIntervals(IReadOnlyList<StepAdjustment> steps)
    {
        if (steps.Any(step => step.MetricIntervalLowerBound is null && step.MetricIntervalUpperBound is null))
            throw ValidationException("A step adjustment must have a lower or an upper bound");
        var ordered = steps.OrderBy(LowerOf).ToList();
        if (ordered.Any(step => LowerOf(step) >= UpperOf(step)))
            throw ValidationException("The upper bound of a step adjustment must be greater than its lower bound");
        for (var i = 1; i < ordered.Count; i++)
        {
            if (UpperOf(ordered[i - 1]) > LowerOf(ordered[i]))
                throw ValidationException("The intervals of step adjustments cannot overlap");
            if (UpperOf(ordered[i - 1]) < LowerOf(ordered[i]))
                throw ValidationException("The intervals of step adjustments cannot have a gap between them");
        }

        if (ordered[0].MetricIntervalLowerBound < 0)
            throw ValidationException("If a step adjustment has a negative lower bound, one must have no lower bound");
        if (ordered[^1].MetricIntervalUpperBound > 0)
            throw ValidationException("If a step adjustment has a positive upper bound, one must have no upper bound");
    }

    private static double LowerOf(StepAdjustment step) => step.MetricIntervalLowerBound ?? double.NegativeInfinity;

    private static double UpperOf(StepAdjustment step) => step.MetricIntervalUpperBound ?? double.PositiveInfinity;
}
