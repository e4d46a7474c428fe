using Estiba.AutoScaling.Groups;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling.Policies;

/// <summary>What a request may say of a scaling policy.</summary>
internal static class PolicyRequests
{
    private static readonly double MostTarget = Math.Pow(2, 360);

    /// <summary>The policy of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="group">The group.</param>
    /// <param name="before">The policy of that name; null where there is none.</param>
    /// <param name="ids">Makes its id and the names of its alarms.</param>
    /// <exception cref="AwsException"><c>ValidationError</c>.</exception>
    internal static PolicyRecord Of(
        PutScalingPolicyType request,
        GroupRecord group,
        PolicyRecord? before,
        UniqueIds ids
    )
    {
        var type = request.PolicyType ?? before?.Type ?? PolicyRecord.Simple;
        if (type == "PredictiveScaling" || request.PredictiveScalingConfiguration is not null)
            throw Validation.Unsupported("predictive scaling");
        if (type is not (PolicyRecord.Simple or PolicyRecord.Step or PolicyRecord.Tracking))
            throw Validation.Error(
                $"Policy type {type} is not valid: choose {PolicyRecord.Simple}, {PolicyRecord.Step} or "
                    + $"{PolicyRecord.Tracking}."
            );
        if (before is not null && before.Type != type)
            throw Validation.Error(
                $"Cannot change the type of the scaling policy {before.Name} from {before.Type} to {type}."
            );
        var policy = new PolicyRecord
        {
            Scope = group.Scope,
            Group = group.Name,
            Name = request.PolicyName!,
            Id = before?.Id ?? ids.Next(),
            Type = type,
            IsEnabled = request.Enabled ?? true,
            Warmup = request.EstimatedInstanceWarmup,
        };
        return type == PolicyRecord.Tracking ? Tracking(request, policy, before, ids) : Adjusting(request, policy);
    }

    /// <summary>Whether two policies measure the same.</summary>
    internal static bool MeasureTheSame(TargetTrackingConfiguration one, TargetTrackingConfiguration other) =>
        MetricOf(one) == MetricOf(other);

    private static string MetricOf(TargetTrackingConfiguration target) =>
        ShapeJson.ToText((IShape?)target.PredefinedMetricSpecification ?? target.CustomizedMetricSpecification!);

    private static PolicyRecord Tracking(
        PutScalingPolicyType request,
        PolicyRecord policy,
        PolicyRecord? before,
        UniqueIds ids
    )
    {
        if (request.TargetTrackingConfiguration is not { } target)
            throw Validation.Error("TargetTrackingConfiguration must be specified for the policy type.");
        if (
            request.AdjustmentType is not null
            || request.ScalingAdjustment is not null
            || request.StepAdjustments is { Count: > 0 }
            || request.Cooldown is not null
            || request.MetricAggregationType is not null
            || request.MinAdjustmentMagnitude is not null
            || request.MinAdjustmentStep is not null
        )
            throw Validation.Error(
                "A policy of type TargetTrackingScaling has neither adjustments nor a cooldown: specify "
                    + "TargetTrackingConfiguration only."
            );
        if (target.TargetValue is not { } value || value <= 0 || value > MostTarget)
            throw Validation.Error("TargetValue must be greater than 0 and at most 2^360.");
        Check(target);
        var hasBoth = target.DisableScaleIn != true;
        return policy with
        {
            Target = target,
            // The same alarms are made as they should be; another number of them needs others.
            Alarms =
                before is not null && before.Alarms.Count == (hasBoth ? 2 : 1)
                    ? before.Alarms
                    : TrackingAlarms.NamesFor(policy.Group, target, ids),
        };
    }

    private static void Check(TargetTrackingConfiguration target)
    {
        switch (target)
        {
            case { PredefinedMetricSpecification: { } metric, CustomizedMetricSpecification: null }:
                var isOfRequests = metric.PredefinedMetricType == MetricType.ALBRequestCountPerTarget;
                if (
                    metric.PredefinedMetricType
                    is not (
                        MetricType.ALBRequestCountPerTarget
                        or MetricType.ASGAverageCPUUtilization
                        or MetricType.ASGAverageNetworkIn
                        or MetricType.ASGAverageNetworkOut
                    )
                )
                    throw Validation.Unsupported($"the metric {metric.PredefinedMetricType}");
                if (isOfRequests != (metric.ResourceLabel is not null))
                    throw Validation.Error(
                        "ResourceLabel must be specified for the metric type ALBRequestCountPerTarget, and for no other."
                    );
                if (isOfRequests && TrackingAlarms.PartsOf(metric.ResourceLabel!) is null)
                    throw Validation.Error($"Invalid resource label: {metric.ResourceLabel}");
                break;
            case { PredefinedMetricSpecification: null, CustomizedMetricSpecification: { Metrics: { } queries } }:
                if (queries.Count(query => query.ReturnData != false) != 1)
                    throw Validation.Error("Exactly one of Metrics must return data.");
                break;
            case { PredefinedMetricSpecification: null, CustomizedMetricSpecification: { } customized }:
                if (customized is not { MetricName: not null, Namespace: not null, Statistic: not null })
                    throw Validation.Error("A customized metric must have a MetricName, a Namespace and a Statistic.");
                break;
            default:
                throw Validation.Error("Specify either a predefined or a customized metric.");
        }
    }

    private static PolicyRecord Adjusting(PutScalingPolicyType request, PolicyRecord policy)
    {
        if (request.TargetTrackingConfiguration is not null)
            throw Validation.Error($"A policy of type {policy.Type} has no TargetTrackingConfiguration.");
        if (request.AdjustmentType is null || !Adjustment.Types.Contains(request.AdjustmentType))
            throw Validation.Error($"AdjustmentType must be one of [{string.Join(", ", Adjustment.Types)}].");
        var magnitude = request.MinAdjustmentMagnitude ?? request.MinAdjustmentStep;
        if (magnitude is not null && request.AdjustmentType != Adjustment.Percent)
            throw Validation.Error(
                "MinAdjustmentMagnitude can be specified for the adjustment type PercentChangeInCapacity only."
            );
        if (magnitude < 1)
            throw Validation.Error("MinAdjustmentMagnitude must be greater than 0.");
        policy = policy with { AdjustmentType = request.AdjustmentType, MinMagnitude = magnitude };
        return policy.Type == PolicyRecord.Simple ? SimpleOf(request, policy) : StepsOf(request, policy);
    }

    private static PolicyRecord SimpleOf(PutScalingPolicyType request, PolicyRecord policy)
    {
        if (request.StepAdjustments is { Count: > 0 } || request.MetricAggregationType is not null)
            throw Validation.Error("A policy of type SimpleScaling has no steps: specify the policy type StepScaling.");
        if (request.ScalingAdjustment is not { } adjustment)
            throw Validation.Error("ScalingAdjustment must be specified for the policy type SimpleScaling.");
        if (request.Cooldown < 0)
            throw Validation.Error("Cooldown period must be at least 0.");
        if (request.AdjustmentType == Adjustment.Exact && adjustment < 0)
            throw Validation.Error("ExactCapacity cannot be negative.");
        return policy with { Adjustment = adjustment, Cooldown = request.Cooldown };
    }

    private static PolicyRecord StepsOf(PutScalingPolicyType request, PolicyRecord policy)
    {
        if (request.ScalingAdjustment is not null || request.Cooldown is not null)
            throw Validation.Error(
                "A policy of type StepScaling has StepAdjustments, and neither ScalingAdjustment nor Cooldown."
            );
        if (request.StepAdjustments is not { Count: > 0 } steps)
            throw Validation.Error("At least one step adjustment must be specified.");
        if (steps.Count > Quotas.StepAdjustments)
            throw AutoScalingErrors.LimitExceededFault(
                $"A policy can have at most {Quotas.StepAdjustments} step adjustments."
            );
        CheckIntervals(steps);
        return policy with { Steps = steps, Aggregation = request.MetricAggregationType ?? "Average" };
    }

    private static void CheckIntervals(IReadOnlyList<StepAdjustment> steps)
    {
        var ordered = steps.OrderBy(PolicyDecision.LowerOf).ToList();
        if (ordered.Exists(step => PolicyDecision.LowerOf(step) >= PolicyDecision.UpperOf(step)))
            throw Validation.Error("The upper bound of a step adjustment must be greater than its lower bound.");
        for (var i = 1; i < ordered.Count; i++)
        {
            if (PolicyDecision.UpperOf(ordered[i - 1]) > PolicyDecision.LowerOf(ordered[i]))
                throw Validation.Error("The intervals of step adjustments cannot overlap.");
            if (PolicyDecision.UpperOf(ordered[i - 1]) < PolicyDecision.LowerOf(ordered[i]))
                throw Validation.Error("The intervals of step adjustments cannot have a gap between them.");
        }

        if (ordered[0].MetricIntervalLowerBound < 0)
            throw Validation.Error("If a step adjustment has a negative lower bound, one must have no lower bound.");
        if (ordered[^1].MetricIntervalUpperBound > 0)
            throw Validation.Error("If a step adjustment has a positive upper bound, one must have no upper bound.");
    }
}
