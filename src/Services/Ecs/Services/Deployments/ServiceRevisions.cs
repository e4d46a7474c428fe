using Estiba.Contracts.Ecs;
using Estiba.Ecs.TaskDefinitions;
using Estiba.State;

namespace Estiba.Ecs.Services.Deployments;

/// <summary>Makes service revisions of a service's settings, and settings of a revision that is gone back to.</summary>
internal static class ServiceRevisions
{
    /// <summary>The ARN of a revision.</summary>
    internal static string ArnOf(ServiceRecord service, string id) =>
        service.Scope.Arn($"service-revision/{service.Cluster}/{service.Name}/{id}");

    /// <summary>A revision of the service as it is set now.</summary>
    internal static ServiceRevisionRecord Of(
        ServiceRecord service,
        TaskDefinitionRecord definition,
        string id,
        bool usesAlternate,
        DateTimeOffset now
    ) =>
        new()
        {
            ServiceKey = service.Key,
            Id = id,
            ServiceConnect = service.ServiceConnect,
            Revision = new ServiceRevision
            {
                ServiceRevisionArn = ArnOf(service, id),
                ServiceArn = service.Arn,
                ClusterArn = service.Scope.Arn($"cluster/{service.Cluster}"),
                TaskDefinition = definition.Arn,
                CapacityProviderStrategy = service.Settings.CapacityProviderStrategy,
                LaunchType = service.Settings.LaunchType,
                PlatformVersion = service.Settings.PlatformVersion,
                LoadBalancers = service.Settings.LoadBalancers,
                ServiceRegistries = service.Settings.ServiceRegistries,
                ServiceConnectConfiguration = service.ServiceConnect?.Configuration,
                NetworkConfiguration = service.Settings.NetworkConfiguration,
                ContainerImages =
                [
                    .. (definition.Definition.ContainerDefinitions ?? []).Select(container => new ContainerImage
                    {
                        ContainerName = container.Name,
                        Image = container.Image,
                    }),
                ],
                GuardDutyEnabled = false,
                ResolvedConfiguration = Resolved(service.Settings.LoadBalancers, usesAlternate),
                CreatedAt = now,
            },
        };

    private static ResolvedConfiguration? Resolved(IReadOnlyList<LoadBalancer>? loadBalancers, bool usesAlternate) =>
        loadBalancers is not { Count: > 0 }
            ? null
            : new ResolvedConfiguration
            {
                LoadBalancers =
                [
                    .. loadBalancers.Select(each => new ServiceRevisionLoadBalancer
                    {
                        TargetGroupArn = ServiceTask.TargetGroupOf(each, usesAlternate),
                        ProductionListenerRule = each.AdvancedConfiguration?.ProductionListenerRule,
                    }),
                ],
            };

    /// <summary>The revision that a deployment has rolled out; null for one that is forgotten.</summary>
    internal static ServiceRevisionRecord? Find(View view, string serviceKey, DeploymentRecord deployment) =>
        view.Find(EcsTables.ServiceRevisions, ServiceRevisionRecord.KeyOf(serviceKey, deployment.ServiceRevision));

    /// <summary>The service with the settings of the revision that a deployment has rolled out.</summary>
    internal static ServiceRecord Restore(View view, ServiceRecord service, DeploymentRecord deployment) =>
        Find(view, service.Key, deployment) is { Revision: var revision } found
            ? service with
            {
                Settings = service.Settings with
                {
                    CapacityProviderStrategy = revision.CapacityProviderStrategy,
                    LaunchType = revision.LaunchType,
                    PlatformVersion = revision.PlatformVersion,
                    LoadBalancers = revision.LoadBalancers,
                    ServiceRegistries = revision.ServiceRegistries,
                    NetworkConfiguration = revision.NetworkConfiguration,
                },
                ServiceConnect = found.ServiceConnect,
            }
            : service;
}
