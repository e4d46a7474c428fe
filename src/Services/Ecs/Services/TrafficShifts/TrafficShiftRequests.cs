using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Services.TrafficShifts;

/// <summary>Checks what requests say of deployments that shift traffic.</summary>
internal static class TrafficShiftRequests
{
    private const int LongestBakeMinutes = 1440;
    private const double LeastCanaryPercent = 0.1;
    private const double LeastStepPercent = 3;
    private const int LongestPauseMinutes = 20160;

    /// <summary>The stages at which a deployment can pause ("Pause hooks", developer guide).</summary>
    private static readonly string[] PausingStages =
    [
        DeploymentLifecycleHookStage.ReconcileService,
        DeploymentLifecycleHookStage.PreScaleUp,
        DeploymentLifecycleHookStage.PostScaleUp,
        DeploymentLifecycleHookStage.PostTestTrafficShift,
        DeploymentLifecycleHookStage.PreProductionTrafficShift,
        DeploymentLifecycleHookStage.PostProductionTrafficShift,
    ];

    /// <summary>What can be said of a configuration alone.</summary>
    /// <exception cref="AwsException">In ECS's words, where they are known.</exception>
    internal static void Validate(DeploymentConfiguration configuration)
    {
        var strategy = configuration.Strategy ?? DeploymentStrategy.Rolling;
        if (configuration.LinearConfiguration is { } linear)
        {
            Require(
                strategy == DeploymentStrategy.Linear,
                "linearConfiguration is only valid for the deployment strategy LINEAR."
            );
            Require(
                linear.StepPercent is null or (>= LeastStepPercent and <= 100),
                $"stepPercent must be between {LeastStepPercent} and 100."
            );
            RequireMinutes(linear.StepBakeTimeInMinutes, "stepBakeTimeInMinutes");
        }

        if (configuration.CanaryConfiguration is { } canary)
        {
            Require(
                strategy == DeploymentStrategy.Canary,
                "canaryConfiguration is only valid for the deployment strategy CANARY."
            );
            Require(
                canary.CanaryPercent is null or (>= LeastCanaryPercent and <= 100),
                "canaryPercent must be between 0.1 and 100."
            );
            RequireMinutes(canary.CanaryBakeTimeInMinutes, "canaryBakeTimeInMinutes");
        }

        foreach (var hook in configuration.LifecycleHooks ?? [])
            Validate(hook, strategy);
    }

    /// <summary>What can be said of the listener rules and the second target group of a load balancer.</summary>
    /// <exception cref="AwsException">In ECS's words, where they are known.</exception>
    internal static void Validate(AdvancedConfiguration? advanced)
    {
        if (advanced is null)
            return;
        Require(
            !string.IsNullOrEmpty(advanced.AlternateTargetGroupArn),
            "alternateTargetGroupArn must be specified in advancedConfiguration."
        );
        Require(
            !string.IsNullOrEmpty(advanced.ProductionListenerRule),
            "productionListenerRule must be specified in advancedConfiguration."
        );
        Require(!string.IsNullOrEmpty(advanced.RoleArn), "roleArn must be specified in advancedConfiguration.");
    }

    /// <summary>What a service needs so that its deployments can shift its traffic.</summary>
    /// <exception cref="AwsException">In ECS's words, where they are known.</exception>
    internal static void ValidateFor(
        DeploymentConfiguration? configuration,
        IReadOnlyList<LoadBalancer>? loadBalancers,
        string? schedulingStrategy,
        string? controller
    )
    {
        if (!TrafficShift.IsUsedBy(configuration))
            return;
        var strategy = configuration!.Strategy;
        Require(
            schedulingStrategy != SchedulingStrategy.Daemon,
            $"The deployment strategy {strategy} is not supported for the scheduling strategy DAEMON."
        );
        Require(
            controller is null or DeploymentControllerType.Ecs,
            $"The deployment strategy {strategy} needs the deployment controller ECS."
        );
        Require(
            strategy == DeploymentStrategy.BlueGreen || loadBalancers is { Count: > 0 },
            $"The deployment strategy {strategy} needs a load balancer."
        );
        Require(
            (loadBalancers ?? []).All(each => each.AdvancedConfiguration is not null),
            $"advancedConfiguration is required for load balancers of services with the deployment strategy {strategy}."
        );
    }

    private static void Validate(DeploymentLifecycleHook hook, string strategy)
    {
        if (hook.TargetType != DeploymentLifecycleHookTargetType.Pause)
            throw EcsErrors.UnsupportedFeatureException(
                "Estiba has no Lambda functions. Use lifecycle hooks with the targetType PAUSE."
            );
        if (strategy == DeploymentStrategy.Rolling)
            throw EcsErrors.UnsupportedFeatureException(
                "Estiba does not pause rolling deployments yet. Leave lifecycleHooks out, or use BLUE_GREEN, LINEAR or "
                    + "CANARY."
            );
        Require(hook.LifecycleStages is { Count: > 0 }, "lifecycleStages must be specified for a lifecycle hook.");
        foreach (var stage in hook.LifecycleStages!)
            Require(
                PausingStages.Contains(stage),
                $"The lifecycle stage {stage} is not valid for a hook with the targetType PAUSE."
            );
        Require(
            hook.TimeoutConfiguration?.TimeoutInMinutes is null or (>= 1 and <= LongestPauseMinutes),
            $"timeoutInMinutes must be between 1 and {LongestPauseMinutes}."
        );
    }

    private static void RequireMinutes(int? minutes, string name) =>
        Require(
            minutes is null or (>= 0 and <= LongestBakeMinutes),
            $"{name} must be between 0 and {LongestBakeMinutes}."
        );

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw EcsErrors.InvalidParameterException(otherwise);
    }
}
