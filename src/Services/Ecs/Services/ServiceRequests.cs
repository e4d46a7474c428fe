using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.Idempotency;
using Estiba.Ecs.ServiceConnect;
using Estiba.Ecs.Services.Alarms;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Services.TrafficShifts;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Services;

/// <summary>Checks requests that create or change a service.</summary>
internal static class ServiceRequests
{
    private const int MostTasks = 5000;
    private const int MostTargetGroups = 5;
    private const int LongestClientToken = 36;
    private const int LongestBakeMinutes = 1440;
    private const string CannotBeBalanced =
        "Availability Zone rebalancing needs the scheduling strategy REPLICA, the deployment controller ECS, a "
        + "maximumPercent above 100, and no placement strategy or one that begins with spread over "
        + "attribute:ecs.availability-zone.";

    /// <summary>Everything that can be said of a request to create a service without looking at the state.</summary>
    /// <exception cref="AwsException">In ECS's words.</exception>
    internal static void Validate(CreateServiceRequest request)
    {
        if (!ClusterNames.IsValid(request.ServiceName!))
            throw EcsErrors.InvalidParameterException(
                $"ServiceName must match {ClusterNames.Pattern}, but was {request.ServiceName}"
            );
        ValidateToken(request.ClientToken);
        if (request.DeploymentController?.Type == DeploymentControllerType.CodeDeploy)
            throw EcsErrors.UnsupportedFeatureException(
                "Estiba does not have CodeDeploy. Use the deployment controller ECS or EXTERNAL."
            );
        if (request.DeploymentController?.Type == DeploymentControllerType.External)
            ValidateExternal(request);
        else if (request.TaskDefinition is null)
            throw EcsErrors.InvalidParameterException("TaskDefinition can not be blank.");
        if (request.SchedulingStrategy == SchedulingStrategy.Daemon)
            ValidateDaemon(request);
        TaskRequests.ValidateCapacity(request.LaunchType, request.CapacityProviderStrategy);
        TaskRequests.ValidatePlatform(request.PlatformVersion, request.LaunchType);
        TaskRequests.ValidatePlacement(request.PlacementConstraints, request.PlacementStrategy);
        ValidateLoadBalancers(request.LoadBalancers);
        ServiceConnectRequests.Validate(request.ServiceConnectConfiguration);
        ServiceConnectRequests.ValidateFor(
            request.ServiceConnectConfiguration,
            request.DeploymentController?.Type,
            request.DeploymentConfiguration?.Strategy
        );
        RequireNoLattice(request.VpcLatticeConfigurations);
        RequireNoGateway(request.GatewayConnectors, request.Monitoring);
        if (request.VolumeConfigurations is { Count: > 0 })
            throw TaskRequests.NoVolumes();
        ValidateCount(request.DesiredCount);
        ValidateDeployment(
            ServiceUpdate.WithDefaults(
                request.DeploymentConfiguration,
                request.SchedulingStrategy == SchedulingStrategy.Daemon
            )
        );
        TrafficShiftRequests.ValidateFor(
            request.DeploymentConfiguration,
            request.LoadBalancers,
            request.SchedulingStrategy,
            request.DeploymentController?.Type
        );
        AlarmMonitoring.Validate(request.DeploymentConfiguration, request.DeploymentController?.Type);
        if (request.HealthCheckGracePeriodSeconds < 0)
            throw EcsErrors.InvalidParameterException("Health check grace period must be between 0 and 2147483647.");
        if (
            request.AvailabilityZoneRebalancing == AvailabilityZoneRebalancing.Enabled
            && !ZoneBalance.IsPossible(
                request.SchedulingStrategy,
                request.DeploymentController?.Type,
                request.DeploymentConfiguration,
                request.PlacementStrategy
            )
        )
            throw EcsErrors.InvalidParameterException(CannotBeBalanced);
        if (request is { Role: not null, LoadBalancers: not { Count: > 0 } })
            throw EcsErrors.InvalidParameterException(
                "IAM roles are only valid for services configured to use load balancers."
            );
    }

    /// <summary>Everything that can be said of a request to change a service without looking at the state.</summary>
    /// <exception cref="AwsException">In ECS's words.</exception>
    internal static void Validate(UpdateServiceRequest request)
    {
        TaskRequests.ValidatePlatform(request.PlatformVersion);
        TaskRequests.ValidatePlacement(request.PlacementConstraints, request.PlacementStrategy);
        ValidateLoadBalancers(request.LoadBalancers);
        ServiceConnectRequests.Validate(request.ServiceConnectConfiguration);
        RequireNoLattice(request.VpcLatticeConfigurations);
        RequireNoGateway(request.GatewayConnectors, request.Monitoring);
        if (request.VolumeConfigurations is { Count: > 0 })
            throw TaskRequests.NoVolumes();
        ValidateCount(request.DesiredCount);
        if (request.HealthCheckGracePeriodSeconds < 0)
            throw EcsErrors.InvalidParameterException("Health check grace period must be between 0 and 2147483647.");
    }

    /// <summary>
    /// The tokens of services and task sets are shorter than those of tasks ("Ensuring idempotency").
    /// </summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>.</exception>
    internal static void ValidateToken(string? token) => ClientToken.Validate(token, LongestClientToken);

    /// <summary>What may not be changed of this service.</summary>
    /// <exception cref="AwsException">In ECS's words.</exception>
    internal static void ValidateFor(ServiceRecord service, UpdateServiceRequest request)
    {
        var settings = ServiceUpdate.Apply(service.Settings, request);
        if (request.DeploymentConfiguration is not null)
            ValidateDeployment(settings.DeploymentConfiguration);
        AlarmMonitoring.Validate(request.DeploymentConfiguration, settings.DeploymentController?.Type);
        TrafficShiftRequests.ValidateFor(
            settings.DeploymentConfiguration,
            settings.LoadBalancers,
            settings.SchedulingStrategy,
            settings.DeploymentController?.Type
        );
        ServiceConnectRequests.ValidateFor(
            request.ServiceConnectConfiguration ?? service.ServiceConnect?.Configuration,
            settings.DeploymentController?.Type,
            settings.DeploymentConfiguration?.Strategy
        );
        if (
            request.DeploymentController is { Type: { } controller }
            && controller != (settings.DeploymentController?.Type ?? DeploymentControllerType.Ecs)
        )
            throw EcsErrors.UnsupportedFeatureException(
                "Estiba does not change the deployment controller of a service. Create another service with it."
            );
        if (
            request.AvailabilityZoneRebalancing == AvailabilityZoneRebalancing.Enabled
            && !ZoneBalance.IsPossible(
                settings.SchedulingStrategy,
                settings.DeploymentController?.Type,
                settings.DeploymentConfiguration,
                settings.PlacementStrategy
            )
        )
            throw EcsErrors.InvalidParameterException(CannotBeBalanced);
        if (service.IsDaemon && request.DesiredCount is not null)
            throw EcsErrors.InvalidParameterException(
                "The daemon scheduling strategy does not support a desired count for services. Remove the desired "
                    + "count value and try again"
            );
        if (service.IsDaemon && request.PlacementStrategy is { Count: > 0 })
            throw EcsErrors.InvalidParameterException(
                "The daemon scheduling strategy does not support placement strategies. Remove the placement "
                    + "strategy and try again."
            );
        if (
            service.IsExternal
            && (
                request.TaskDefinition is not null
                || request.ForceNewDeployment == true
                || request.NetworkConfiguration is not null
                || request.PlatformVersion is not null
                || request.CapacityProviderStrategy is not null
                || request.LoadBalancers is not null
                || request.ServiceRegistries is not null
            )
        )
            throw EcsErrors.InvalidParameterException(
                "For services with the deployment controller EXTERNAL, only the desired count, the task placement "
                    + "constraints and strategy, the health check grace period, and tag and execute-command settings "
                    + "can be updated. Use CreateTaskSet for the rest."
            );
    }

    /// <summary>
    /// Refuses that capacity providers run a daemon's tasks, also those of the cluster's default strategy: whoever
    /// creates it names its launch type then.
    /// </summary>
    /// <param name="schedulingStrategy">That of the service.</param>
    /// <param name="strategy">The capacity provider strategy that counts.</param>
    /// <param name="verb">What is done to the service.</param>
    /// <exception cref="AwsException">In ECS's words.</exception>
    internal static void ValidateCapacity(
        string? schedulingStrategy,
        IReadOnlyList<CapacityProviderStrategyItem> strategy,
        string verb
    )
    {
        if (schedulingStrategy == SchedulingStrategy.Daemon && strategy.Count > 0)
            throw EcsErrors.InvalidParameterException(
                $"Specifying a capacity provider strategy is not supported when you {verb} a service using the DAEMON "
                    + "scheduling strategy."
            );
    }

    /// <summary>What can be said of load balancers without looking at the state.</summary>
    /// <exception cref="AwsException">In ECS's words.</exception>
    internal static void ValidateLoadBalancers(IReadOnlyList<LoadBalancer>? loadBalancers)
    {
        if (loadBalancers is not { Count: > 0 })
            return;
        if (loadBalancers.Count > MostTargetGroups)
            throw EcsErrors.InvalidParameterException($"load balancers can have at most {MostTargetGroups} items.");
        foreach (var each in loadBalancers)
        {
            if (each is { LoadBalancerName: not null, TargetGroupArn: not null })
                throw EcsErrors.InvalidParameterException(
                    "loadBalancerName and targetGroupArn cannot both be specified. You must specify either a "
                        + "loadBalancerName or a targetGroupArn."
                );
            if (each.LoadBalancerName is not null)
                throw EcsErrors.UnsupportedFeatureException(
                    "Estiba has no Classic Load Balancers. Name a targetGroupArn."
                );
            if (string.IsNullOrEmpty(each.TargetGroupArn))
                throw EcsErrors.InvalidParameterException("Target group ARN can not be blank.");
            if (string.IsNullOrEmpty(each.ContainerName))
                throw EcsErrors.InvalidParameterException("Container Name can not be blank.");
            if (each.ContainerPort is null)
                throw EcsErrors.InvalidParameterException("Container Port can not be blank.");
            TrafficShiftRequests.Validate(each.AdvancedConfiguration);
        }
    }

    private static void RequireNoLattice(IReadOnlyList<VpcLatticeConfiguration>? lattice)
    {
        if (lattice is { Count: > 0 })
            throw EcsErrors.UnsupportedFeatureException(
                "Estiba has no VPC Lattice. Create the service without vpcLatticeConfigurations."
            );
    }

    private static void RequireNoGateway(
        IReadOnlyList<GatewayConnector>? connectors,
        MonitoringConfiguration? monitoring
    )
    {
        if (connectors is { Count: > 0 })
            throw EcsErrors.UnsupportedFeatureException("Estiba has no ECS gateways. Leave gatewayConnectors out.");
        if (monitoring?.MetricConfigurations is { Count: > 0 })
            throw EcsErrors.UnsupportedFeatureException(
                "Estiba publishes no metrics of services yet. Leave monitoring out."
            );
    }

    // "CreateService", API reference: only what the task sets do not control may be given.
    private static void ValidateExternal(CreateServiceRequest request)
    {
        if (request.SchedulingStrategy == SchedulingStrategy.Daemon)
            throw EcsErrors.InvalidParameterException(
                "The DAEMON scheduling strategy is not supported for services with the deployment controller "
                    + "EXTERNAL. Use REPLICA."
            );
        if (request.TaskDefinition is not null)
            throw EcsErrors.InvalidParameterException(
                "Cannot specify a task definition for a service with the deployment controller EXTERNAL. Specify "
                    + "it with CreateTaskSet."
            );
        if (
            request.LaunchType is not null
            || request.CapacityProviderStrategy is { Count: > 0 }
            || request.NetworkConfiguration is not null
            || request.PlatformVersion is not null
        )
            throw EcsErrors.InvalidParameterException(
                "Launch type, capacity provider strategy, platform version and network configuration of a service "
                    + "with the deployment controller EXTERNAL are specified with CreateTaskSet."
            );
        if (request.DeploymentConfiguration?.DeploymentCircuitBreaker?.Enable == true)
            throw EcsErrors.InvalidParameterException(
                "The deployment circuit breaker can only be used with the deployment controller ECS."
            );
    }

    private static void ValidateDaemon(CreateServiceRequest request)
    {
        if (request.DesiredCount is not null)
            throw EcsErrors.InvalidParameterException(
                "The daemon scheduling strategy does not support a desired count for services. Remove the desired "
                    + "count value and try again"
            );
        if (request.PlacementStrategy is { Count: > 0 })
            throw EcsErrors.InvalidParameterException(
                "The daemon scheduling strategy does not support placement strategies. Remove the placement "
                    + "strategy and try again."
            );
        if (
            request.PlacementConstraints?.Any(constraint => constraint.Type == PlacementConstraintType.DistinctInstance)
            == true
        )
            throw EcsErrors.InvalidParameterException(
                "The daemon scheduling strategy supports only the placement constraint memberOf. Remove "
                    + "distinctInstance and try again."
            );
    }

    private static void ValidateCount(int? desired)
    {
        if (desired < 0)
            throw EcsErrors.InvalidParameterException("Desired count can not be negative.");
        if (desired > MostTasks)
            throw EcsErrors.InvalidParameterException($"Desired count can not be more than {MostTasks}.");
    }

    private static void ValidateDeployment(DeploymentConfiguration? configuration)
    {
        if (configuration is null)
            return;
        TrafficShiftRequests.Validate(configuration);
        if (configuration.EarlySuccessCriteria?.Enable == true)
            throw EcsErrors.UnsupportedFeatureException(
                "Estiba does not end deployments early yet. Leave earlySuccessCriteria out."
            );
        CircuitBreaker.Validate(configuration.DeploymentCircuitBreaker);
        if (configuration.BakeTimeInMinutes is < 0 or > LongestBakeMinutes)
            throw EcsErrors.InvalidParameterException($"bakeTimeInMinutes must be between 0 and {LongestBakeMinutes}.");
        if (configuration.MaximumPercent < 0 || configuration.MinimumHealthyPercent < 0)
            throw EcsErrors.InvalidParameterException(
                "Both maximumPercent and minimumHealthyPercent must be positive integers."
            );
        if (configuration.MinimumHealthyPercent > 100)
            throw EcsErrors.InvalidParameterException("minimumHealthyPercent must be at most 100");
        if (configuration.MaximumPercent < 100)
            throw EcsErrors.InvalidParameterException("maximumPercent must be at least 100");
        if (configuration is { MaximumPercent: 100, MinimumHealthyPercent: 100 })
            throw EcsErrors.InvalidParameterException(
                "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments."
            );
    }
}
