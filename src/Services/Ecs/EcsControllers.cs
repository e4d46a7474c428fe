using Estiba.Ecs.Agents;
using Estiba.Ecs.ClusterAutoScaling;
using Estiba.Ecs.LoadBalancers;
using Estiba.Ecs.Scheduling;
using Estiba.Ecs.ServiceRegistries;
using Estiba.Ecs.Services;
using Estiba.Ecs.Services.Alarms;
using Estiba.Ecs.Services.TrafficShifts;
using Estiba.Hosting.Controllers;
using Estiba.State;

namespace Estiba.Ecs;

/// <summary>
/// The controllers of ECS: what each looks at when the platform starts, and after which changes. They share nothing but
/// the store.
/// </summary>
internal static class EcsControllers
{
    /// <summary>Keeps a service at its desired count; by the service's key.</summary>
    internal static Controller Services(ServiceReconciler reconciler) =>
        new("ecs.services", reconciler)
        {
            AtStart = static view => view.Range(EcsTables.Services).Select(service => service.Key),
            Triggers =
            [
                Trigger.On(EcsTables.Tasks, static change => (change.After ?? change.Before!).ServiceKey),
                Trigger.On(EcsTables.Services, static change =>
                    change.After is { } service && service.Status != ServiceStatus.Inactive ? change.Key : null
                ),
                Trigger.On(EcsTables.ServiceRollouts, static change => change.After?.ServiceKey),
                Trigger.On(EcsTables.PlacementFailures, static change => (change.After ?? change.Before!).ServiceKey),
                Trigger.OnAll(EcsTables.ContainerInstances, ConcernedServices.Find),
            ],
        };

    /// <summary>Registers tasks with their target groups, and takes them off; by the service's key.</summary>
    internal static Controller Targets(TargetReconciler reconciler) =>
        new("ecs.targets", reconciler)
        {
            AtStart = static view =>
                view.Range(EcsTables.Services)
                    .Where(service => view.Where(EcsTables.Tasks, EcsTables.TargetTasks, service.Key).Any())
                    .Select(service => service.Key),
            Triggers =
            [
                Trigger.On(EcsTables.Tasks, static change =>
                    change.After is { TargetsOf: { } service } task
                    && (change.Before?.LastStatus, change.Before?.DesiredStatus)
                        != (task.LastStatus, task.DesiredStatus)
                        ? service
                        : null
                ),
            ],
        };

    /// <summary>Registers tasks with their registries, and takes them off; by the service's key.</summary>
    internal static Controller Registries(RegistryReconciler reconciler) =>
        new("ecs.registries", reconciler)
        {
            AtStart = static view =>
                view.InOrder(EcsTables.Tasks, EcsTables.RegisteredTasks)
                    .Select(task => task.ServiceKey!)
                    .Distinct(StringComparer.Ordinal),
            Triggers =
            [
                Trigger.On(EcsTables.Tasks, static change =>
                    change.After is { RegistrationsOf: { } service } task
                    && (change.Before?.LastStatus, change.Before?.DesiredStatus, change.Before?.HealthStatus)
                        != (task.LastStatus, task.DesiredStatus, task.HealthStatus)
                        ? service
                        : null
                ),
            ],
        };

    /// <summary>Takes services of Cloud Map away that no endpoint of Service Connect needs; by their record's
    /// key.</summary>
    internal static Controller DiscoveryServices(DiscoveryServiceReconciler reconciler) =>
        new("ecs.discovery-services", reconciler)
        {
            AtStart = static view => view.Range(EcsTables.DiscoveryServices).Select(its => its.Key),
            Triggers =
            [
                Trigger.On(EcsTables.DiscoveryServices, static change => change.After?.Key),
                Trigger.OnAll(EcsTables.Services, DiscoveryServiceReconciler.Find),
            ],
        };

    /// <summary>Has listener rules share the traffic of services; by the service's key.</summary>
    internal static Controller Traffic(TrafficReconciler reconciler) =>
        new("ecs.traffic", reconciler)
        {
            AtStart = static view =>
                view.Range(EcsTables.ServiceRollouts)
                    .Where(rollout => rollout.Shift is not null)
                    .Select(rollout => rollout.ServiceKey),
            Triggers =
            [
                Trigger.On(EcsTables.ServiceRollouts, static change =>
                    change.After is { Shift: not null } rollout && TrafficShift.WantedShares(rollout) != rollout.Shares
                        ? change.Key
                        : null
                ),
            ],
        };

    /// <summary>Looks at the alarms of deployments on their way; by the service's key.</summary>
    internal static Controller Alarms(AlarmReconciler reconciler) =>
        new("ecs.alarms", reconciler)
        {
            AtStart = static view =>
                view.Range(EcsTables.ServiceDeployments)
                    .Where(AlarmMonitoring.IsMonitored)
                    .Select(deployment => deployment.ServiceKey),
            Triggers =
            [
                Trigger.On(EcsTables.ServiceDeployments, static change =>
                    change.After is { } deployment
                    && AlarmMonitoring.IsMonitored(deployment)
                    && (change.Before is null || change.Before.BakingSince != deployment.BakingSince)
                        ? deployment.ServiceKey
                        : null
                ),
            ],
        };

    /// <summary>Places what waits in a cluster; by the cluster's key.</summary>
    internal static Controller Scheduler(ClusterScheduler reconciler) =>
        new("ecs.scheduler", reconciler)
        {
            AtStart = static view => view.Range(EcsTables.Clusters).Select(cluster => cluster.Key),
            Triggers =
            [
                Trigger.On(EcsTables.Tasks, static change =>
                    change.After is { IsWaiting: true } || change.Before?.HeldInstance != change.After?.HeldInstance
                        ? (change.After ?? change.Before!).ClusterKey
                        : null
                ),
                Trigger.On(EcsTables.ContainerInstances, static change => change.After?.ClusterKey),
            ],
        };

    /// <summary>Brings capacity providers and their Auto Scaling groups together; by the provider's key.</summary>
    internal static Controller ManagedScaling(ManagedScalingReconciler reconciler) =>
        new("ecs.managed-scaling", reconciler)
        {
            AtStart = static view => view.Range(EcsTables.CapacityProviders).Select(provider => provider.Key),
            Triggers =
            [
                Trigger.On(EcsTables.CapacityProviders, static change => change.IsDelete ? null : change.Key),
                Trigger.OnAll(EcsTables.Clusters, ProviderCapacity.Concerned),
            ],
        };

    /// <summary>
    /// Tells an agent what to run; by its container instance's key. Agents come back by themselves after a start.
    /// </summary>
    internal static Controller Payloads(PayloadReconciler reconciler) =>
        new("ecs.payloads", reconciler)
        {
            Scope = WorkScope.Everywhere,
            Triggers =
            [
                Trigger.On(EcsTables.Tasks, static change =>
                    change.After is { IsTransitional: true } task
                    && (change.Before?.DesiredByAgent, change.Before?.ContainerInstance)
                        != (task.DesiredByAgent, task.ContainerInstance)
                        ? task.InstanceKey
                        : null
                ),
                Trigger.OnAll(EcsTables.Tasks, ConnectedInstances.Find),
                Trigger.OnAll(EcsTables.Services, ConnectedInstances.Find),
                Trigger.OnAll(EcsTables.ContainerInstances, ConnectedInstances.Find),
                Trigger.OnAll(EcsTables.ServiceConnectNames, ConnectedInstances.Find),
            ],
        };

    /// <summary>Gives up instances whose agents stay away; by the container instance's key.</summary>
    internal static Controller Presence(PresenceReconciler reconciler) =>
        new("ecs.presence", reconciler)
        {
            Scope = WorkScope.Everywhere,
            AtStart = static view => view.Range(EcsTables.ContainerInstances).Select(instance => instance.Key),
            Triggers =
            [
                Trigger.On(EcsTables.ContainerInstances, static change =>
                    change.After is { } after
                    && (change.Before?.Status, change.Before?.ConnectionChangedAt, change.Before?.RegistrationToken)
                        != (after.Status, after.ConnectionChangedAt, after.RegistrationToken)
                        ? change.Key
                        : null
                ),
            ],
        };
}
