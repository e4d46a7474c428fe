using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Services;

/// <summary>
/// Changes the settings of a service by a request that names only what changes; an empty list clears.
/// </summary>
internal static class ServiceUpdate
{
    /// <summary>The settings after the request.</summary>
    internal static Service Apply(Service settings, UpdateServiceRequest request) =>
        settings with
        {
            AvailabilityZoneRebalancing = request.AvailabilityZoneRebalancing ?? settings.AvailabilityZoneRebalancing,
            DeploymentConfiguration = Merge(settings.DeploymentConfiguration!, request.DeploymentConfiguration),
            EnableECSManagedTags = request.EnableECSManagedTags ?? settings.EnableECSManagedTags,
            EnableExecuteCommand = request.EnableExecuteCommand ?? settings.EnableExecuteCommand,
            HealthCheckGracePeriodSeconds = request.HealthCheckGracePeriodSeconds
                ?? settings.HealthCheckGracePeriodSeconds,
            LoadBalancers = request.LoadBalancers ?? settings.LoadBalancers,
            NetworkConfiguration = TaskRequests.Network(request.NetworkConfiguration) ?? settings.NetworkConfiguration,
            PlacementConstraints = request.PlacementConstraints ?? settings.PlacementConstraints,
            PlacementStrategy = request.PlacementStrategy ?? settings.PlacementStrategy,
            PlatformVersion = request.PlatformVersion ?? settings.PlatformVersion,
            PropagateTags = request.PropagateTags ?? settings.PropagateTags,
            ServiceRegistries = request.ServiceRegistries ?? settings.ServiceRegistries,
        };

    /// <summary>
    /// Whether the request changes something that only new tasks can have ("UpdateService", API reference).
    /// </summary>
    internal static bool NeedsDeployment(UpdateServiceRequest request) =>
        request.NetworkConfiguration?.AwsvpcConfiguration is not null
        || request.PlatformVersion is not null
        || request.LoadBalancers is not null
        || request.ServiceRegistries is not null
        || request.ServiceConnectConfiguration is not null;

    /// <summary>
    /// The settings with another capacity provider strategy; without any, tasks go to any container instance.
    /// </summary>
    internal static Service WithCapacity(Service settings, IReadOnlyList<CapacityProviderStrategyItem> strategy) =>
        settings with
        {
            CapacityProviderStrategy = strategy.Count > 0 ? strategy : null,
            LaunchType = strategy.Count > 0 ? null : LaunchType.Ec2,
        };

    /// <summary>
    /// The deployment configuration with ECS's defaults for a rolling update; a daemon's old task goes before the new
    /// one comes.
    /// </summary>
    internal static DeploymentConfiguration WithDefaults(DeploymentConfiguration? given, bool isDaemon) =>
        Merge(
            new DeploymentConfiguration
            {
                DeploymentCircuitBreaker = new DeploymentCircuitBreaker { Enable = false, Rollback = false },
                MaximumPercent = isDaemon ? 100 : 200,
                MinimumHealthyPercent = isDaemon ? 0 : 100,
                Strategy = DeploymentStrategy.Rolling,
                BakeTimeInMinutes = 0,
            },
            given
        );

    // What belongs to the strategy before does not outlive it.
    private static DeploymentConfiguration Merge(DeploymentConfiguration known, DeploymentConfiguration? given)
    {
        if (given is null)
            return known;
        var strategy = given.Strategy ?? known.Strategy;
        return known with
        {
            Alarms = given.Alarms ?? known.Alarms,
            BakeTimeInMinutes = given.BakeTimeInMinutes ?? known.BakeTimeInMinutes,
            DeploymentCircuitBreaker = given.DeploymentCircuitBreaker ?? known.DeploymentCircuitBreaker,
            MaximumPercent = given.MaximumPercent ?? known.MaximumPercent,
            MinimumHealthyPercent = given.MinimumHealthyPercent ?? known.MinimumHealthyPercent,
            Strategy = strategy,
            EarlySuccessCriteria = given.EarlySuccessCriteria ?? known.EarlySuccessCriteria,
            LifecycleHooks = given.LifecycleHooks
                ?? (strategy == DeploymentStrategy.Rolling ? null : known.LifecycleHooks),
            LinearConfiguration = given.LinearConfiguration
                ?? (strategy == DeploymentStrategy.Linear ? known.LinearConfiguration : null),
            CanaryConfiguration = given.CanaryConfiguration
                ?? (strategy == DeploymentStrategy.Canary ? known.CanaryConfiguration : null),
        };
    }
}
