using Estiba.Contracts;
using Estiba.Contracts.ApplicationAutoScaling;
using static Estiba.Contracts.ApplicationAutoScaling.ApplicationAutoScalingErrors;

namespace Estiba.ApplicationAutoScaling.TargetTracking;

/// <summary>What a policy that tracks a target may say ("Target tracking scaling policies", user guide).</summary>
internal static class TrackingRequests
{
    /// <summary>The largest and smallest value of a target (<c>TargetTrackingScalingPolicyConfiguration</c>, API
    /// reference).</summary>
    private static readonly double MostTarget = Math.Pow(2, 360);

    /// <summary>What a policy says after a request.</summary>
    /// <param name="before">What it said; null when it is new.</param>
    /// <param name="request">What is sent; null to leave it as it is.</param>
    /// <exception cref="AwsException">It cannot say that.</exception>
    internal static TargetTrackingScalingPolicyConfiguration Apply(
        TargetTrackingScalingPolicyConfiguration? before,
        TargetTrackingScalingPolicyConfiguration? request
    )
    {
        if (request is null)
            return before ?? throw ValidationException("TargetTrackingScalingPolicyConfiguration must be specified");
        var after = request;
        if (request.PredefinedMetricSpecification is null && request.CustomizedMetricSpecification is null)
            after = request with
            {
                PredefinedMetricSpecification = before?.PredefinedMetricSpecification,
                CustomizedMetricSpecification = before?.CustomizedMetricSpecification,
            };
        Check(after);
        return after;
    }

    /// <summary>Whether two policies measure the same.</summary>
    internal static bool MeasureTheSame(
        TargetTrackingScalingPolicyConfiguration one,
        TargetTrackingScalingPolicyConfiguration other
    ) => MetricOf(one) == MetricOf(other);

    private static string MetricOf(TargetTrackingScalingPolicyConfiguration policy) =>
        policy.PredefinedMetricSpecification is { } predefined
            ? ShapeJson.ToText(predefined)
            : ShapeJson.ToText(policy.CustomizedMetricSpecification!);

    private static void Check(TargetTrackingScalingPolicyConfiguration policy)
    {
        if (policy.TargetValue is not (> 0 and var target) || target > MostTarget)
            throw ValidationException("TargetValue must be greater than 0 and at most 2^360");
        if (policy.ScaleInCooldown < 0 || policy.ScaleOutCooldown < 0)
            throw ValidationException("Cooldown cannot be negative");
        switch (policy)
        {
            case { PredefinedMetricSpecification: { } predefined, CustomizedMetricSpecification: null }:
                Check(predefined);
                break;
            case { PredefinedMetricSpecification: null, CustomizedMetricSpecification: { } customized }:
                Check(customized);
                break;
            default:
                throw ValidationException("Specify either a predefined or a customized metric");
        }
    }

    private static void Check(PredefinedMetricSpecification metric)
    {
        switch (metric.PredefinedMetricType)
        {
            case MetricType.ALBRequestCountPerTarget:
                if (metric.ResourceLabel is null)
                    throw ValidationException(
                        "Resource label should be specified for predefined metric type ALBRequestCountPerTarget"
                    );
                if (ResourceLabel.TryParse(metric.ResourceLabel) is null)
                    throw ValidationException(
                        $"Invalid resource label '{metric.ResourceLabel}' for predefined metric type "
                            + "ALBRequestCountPerTarget"
                    );
                break;
            case MetricType.ECSServiceAverageCPUUtilization or MetricType.ECSServiceAverageMemoryUtilization:
                if (metric.ResourceLabel is not null)
                    throw ValidationException(
                        "Resource label can be specified for predefined metric type ALBRequestCountPerTarget alone"
                    );
                break;
            case MetricType.ECSServiceAverageCPUUtilizationHighResolution
            or MetricType.ECSServiceAverageMemoryUtilizationHighResolution:
                throw ValidationException("High-resolution metrics are not fully enabled on the ECS service.");
            default:
                throw ValidationException(
                    $"Predefined metric type {metric.PredefinedMetricType} is not supported for scalable dimension "
                        + "ecs:service:DesiredCount"
                );
        }
    }

    private static void Check(CustomizedMetricSpecification metric)
    {
        if (metric.Metrics is { } queries)
        {
            if (
                metric is not { MetricName: null, Namespace: null, Statistic: null, Unit: null }
                || metric.Dimensions is { Count: > 0 }
            )
                throw ValidationException("Specify either Metrics or a single metric, not both");
            if (queries.Count(query => query.ReturnData != false) != 1)
                throw ValidationException("Exactly one of Metrics must return data");
        }
        else if (metric is not { MetricName: not null, Namespace: not null, Statistic: not null })
        {
            throw ValidationException("A customized metric must have a MetricName, a Namespace and a Statistic");
        }
    }
}
