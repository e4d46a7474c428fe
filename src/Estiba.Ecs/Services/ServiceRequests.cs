using System.Text.RegularExpressions;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Services;

/// <summary>Checks requests that create or change a service.</summary>
internal static partial class ServiceRequests
{
    private const int MostTasks = 5000;

    /// <summary>Everything that can be said of a request to create a service without looking at the state.</summary>
    /// <exception cref="AwsException">In ECS's words.</exception>
    internal static void Validate(CreateServiceRequest request)
    {
        if (!ValidName().IsMatch(request.ServiceName!)) throw EcsErrors.InvalidParameterException("Service name must be up to 255 letters, numbers, underscores, and hyphens.");
        if (request.SchedulingStrategy == SchedulingStrategy.Daemon) throw EcsErrors.UnsupportedFeatureException("Estiba does not implement the scheduling strategy DAEMON yet. Use REPLICA with the placement constraint distinctInstance.");
        if (request.DeploymentController?.Type is { } controller && controller != DeploymentControllerType.Ecs)
            throw EcsErrors.UnsupportedFeatureException($"Estiba does not implement the deployment controller {controller} yet. Use ECS.");
        if (request.TaskDefinition is null) throw EcsErrors.InvalidParameterException("TaskDefinition can not be blank.");
        if (request.LaunchType is not null && request.CapacityProviderStrategy is { Count: > 0 })
            throw EcsErrors.InvalidParameterException("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.");
        TaskRequests.RequireEc2(request.LaunchType, request.CapacityProviderStrategy);
        TaskRequests.ValidatePlacement(request.PlacementConstraints, request.PlacementStrategy);
        RequireNoBalancing(request.LoadBalancers, request.ServiceRegistries, request.ServiceConnectConfiguration, request.VpcLatticeConfigurations);
        ValidateCount(request.DesiredCount);
        ValidateDeployment(request.DeploymentConfiguration);
        ValidateGracePeriod(request.HealthCheckGracePeriodSeconds, request.LoadBalancers);
    }

    /// <summary>Everything that can be said of a request to change a service without looking at the state.</summary>
    /// <exception cref="AwsException">In ECS's words.</exception>
    internal static void Validate(UpdateServiceRequest request)
    {
        TaskRequests.RequireEc2(launchType: null, request.CapacityProviderStrategy);
        TaskRequests.ValidatePlacement(request.PlacementConstraints, request.PlacementStrategy);
        RequireNoBalancing(request.LoadBalancers, request.ServiceRegistries, request.ServiceConnectConfiguration, request.VpcLatticeConfigurations);
        ValidateCount(request.DesiredCount);
        ValidateDeployment(request.DeploymentConfiguration);
        ValidateGracePeriod(request.HealthCheckGracePeriodSeconds, request.LoadBalancers);
    }

    private static void RequireNoBalancing(IReadOnlyList<LoadBalancer>? balancers, IReadOnlyList<ServiceRegistry>? registries, ServiceConnectConfiguration? connect, IReadOnlyList<VpcLatticeConfiguration>? lattice)
    {
        if (balancers is { Count: > 0 }) throw EcsErrors.UnsupportedFeatureException("Estiba has no load balancers yet. Create the service without loadBalancers.");
        if (registries is { Count: > 0 }) throw EcsErrors.UnsupportedFeatureException("Estiba has no service discovery yet. Create the service without serviceRegistries.");
        if (connect?.Enabled == true) throw EcsErrors.UnsupportedFeatureException("Estiba has no Service Connect yet. Create the service without serviceConnectConfiguration.");
        if (lattice is { Count: > 0 }) throw EcsErrors.UnsupportedFeatureException("Estiba has no VPC Lattice. Create the service without vpcLatticeConfigurations.");
    }

    private static void ValidateCount(int? desired)
    {
        if (desired < 0) throw EcsErrors.InvalidParameterException("Desired count can not be negative.");
        if (desired > MostTasks) throw EcsErrors.InvalidParameterException($"Desired count can not be more than {MostTasks}.");
    }

    private static void ValidateDeployment(DeploymentConfiguration? configuration)
    {
        if (configuration is null) return;
        if (configuration.Strategy is { } strategy && strategy != DeploymentStrategy.Rolling) throw EcsErrors.UnsupportedFeatureException($"Estiba does not implement the deployment strategy {strategy} yet. Use ROLLING.");
        if (configuration.Alarms?.Enable == true) throw EcsErrors.UnsupportedFeatureException("Estiba has no alarms yet. Create the service without deployment alarms.");
        if (configuration.MaximumPercent < 0 || configuration.MinimumHealthyPercent < 0) throw EcsErrors.InvalidParameterException("Both maximumPercent and minimumHealthyPercent must be positive integers.");
        if (configuration.MinimumHealthyPercent > 100) throw EcsErrors.InvalidParameterException("minimumHealthyPercent cannot be more than 100.");
        if (configuration is { MaximumPercent: <= 100, MinimumHealthyPercent: 100 }) throw EcsErrors.InvalidParameterException("Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.");
        if (configuration.MaximumPercent < 100) throw EcsErrors.InvalidParameterException("maximumPercent cannot be less than 100.");
    }

    private static void ValidateGracePeriod(int? seconds, IReadOnlyList<LoadBalancer>? balancers)
    {
        if (seconds is not null && balancers is not { Count: > 0 }) throw EcsErrors.InvalidParameterException("Health check grace period is only valid for services configured to use load balancers");
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,255}$", RegexOptions.CultureInvariant)]
    private static partial Regex ValidName();
}
