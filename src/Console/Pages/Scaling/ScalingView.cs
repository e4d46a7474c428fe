using Estiba.Console.Sessions;
using Estiba.Console.Texts;

namespace Estiba.Console.Pages.Scaling;

/// <summary>What scales services, and what it did.</summary>
/// <param name="Targets">What may be scaled.</param>
/// <param name="Policies">The policies.</param>
/// <param name="Activities">What was done, the last first.</param>
public sealed record ScalingView(
    IReadOnlyList<AppScaling.ScalableTarget> Targets,
    IReadOnlyList<AppScaling.ScalingPolicy> Policies,
    IReadOnlyList<AppScaling.ScalingActivity> Activities
)
{
    private const string Ecs = "ecs";

    internal static async Task<ScalingView> ReadAsync(
        AppScaling.IApplicationAutoScalingApi scaling,
        CancellationToken cancellation
    )
    {
        var targets = scaling.DescribeScalableTargetsAsync(
            new() { ServiceNamespace = Ecs },
            Session.Context,
            cancellation
        );
        var policies = scaling.DescribeScalingPoliciesAsync(
            new() { ServiceNamespace = Ecs },
            Session.Context,
            cancellation
        );
        var activities = scaling.DescribeScalingActivitiesAsync(
            new() { ServiceNamespace = Ecs },
            Session.Context,
            cancellation
        );
        return new ScalingView(
            (await targets).ScalableTargets ?? [],
            (await policies).ScalingPolicies ?? [],
            (await activities).ScalingActivities ?? []
        );
    }

    /// <summary>What a policy does.</summary>
    internal static string Sentence(AppScaling.ScalingPolicy policy, Language words) =>
        policy switch
        {
            { TargetTrackingScalingPolicyConfiguration: { } tracking } => words.Format(
                "Keeps {0} at {1}",
                tracking.PredefinedMetricSpecification?.PredefinedMetricType
                    ?? tracking.CustomizedMetricSpecification?.MetricName,
                tracking.TargetValue
            ),
            { StepScalingPolicyConfiguration: { } step } => words.Format(
                "{0} steps ({1})",
                step.StepAdjustments?.Count ?? 0,
                step.AdjustmentType
            ),
            _ => policy.PolicyType ?? "",
        };
}
