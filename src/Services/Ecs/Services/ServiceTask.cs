using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.ServiceConnect;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Services.TaskSets;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Services;

/// <summary>The tasks of services, before they are made.</summary>
internal static class ServiceTask
{
    /// <summary>The template of the tasks of one of a service's deployments or task sets.</summary>
    /// <param name="service">The service.</param>
    /// <param name="taskSet">The task set; null for a deployment.</param>
    /// <param name="deployment">The deployment, or that of the task set.</param>
    /// <param name="cluster">The service's cluster.</param>
    /// <param name="definition">What to run.</param>
    /// <param name="now">The time.</param>
    internal static TaskTemplate Template(
        ServiceRecord service,
        TaskSetRecord? taskSet,
        DeploymentRecord deployment,
        ClusterRecord cluster,
        TaskDefinitionRecord definition,
        DateTimeOffset now
    )
    {
        // A task set has a launch type of its own; where a capacity provider says what runs the tasks, there is none.
        var launchType = taskSet?.Settings.LaunchType ?? service.Settings.LaunchType;
        return TaskTemplate
            .Of(cluster, definition, overrides: null, now)
            .With(task =>
                task with
                {
                    Service = service.Name,
                    LaunchType = launchType ?? LaunchType.Ec2,
                    StartedBy = deployment.Id,
                    Group = TaskTemplate.ServiceGroup + service.Name,
                    EnableExecuteCommand = service.Settings.EnableExecuteCommand ?? false,
                    Targets = TargetsFor(
                        taskSet?.Settings.LoadBalancers ?? service.Settings.LoadBalancers,
                        deployment.UsesAlternate
                    ),
                    Registrations = RegistrationsFor(
                        taskSet?.Settings.ServiceRegistries ?? service.Settings.ServiceRegistries,
                        service.ServiceConnect?.Endpoints
                    ),
                    Connection = service.ServiceConnect?.Connection,
                    Tags = TagsFor(service, cluster, definition),
                }
            );
    }

    /// <summary>The target group of a load balancer that a deployment's tasks are in.</summary>
    internal static string TargetGroupOf(LoadBalancer loadBalancer, bool usesAlternate) =>
        usesAlternate && loadBalancer.AdvancedConfiguration?.AlternateTargetGroupArn is { } alternate
            ? alternate
            : loadBalancer.TargetGroupArn!;

    private static IReadOnlyList<TaskTarget>? TargetsFor(
        IReadOnlyList<LoadBalancer>? loadBalancers,
        bool usesAlternate
    ) =>
        loadBalancers is not { Count: > 0 }
            ? null
            :
            [
                .. loadBalancers.Select(each => new TaskTarget
                {
                    TargetGroupArn = TargetGroupOf(each, usesAlternate),
                    ContainerName = each.ContainerName!,
                    ContainerPort = each.ContainerPort!.Value,
                }),
            ];

    private static IReadOnlyList<TaskRegistration>? RegistrationsFor(
        IReadOnlyList<ServiceRegistry>? registries,
        IReadOnlyList<ServiceConnectEndpoint>? endpoints
    ) =>
        registries is not { Count: > 0 } && endpoints is not { Count: > 0 }
            ? null
            :
            [
                .. (registries ?? []).Select(each => new TaskRegistration
                {
                    RegistryArn = each.RegistryArn!,
                    ContainerName = each.ContainerName,
                    ContainerPort = each.ContainerPort,
                }),
                .. (endpoints ?? []).Select(each => new TaskRegistration
                {
                    RegistryArn = each.DiscoveryArn,
                    ContainerName = each.ContainerName,
                    ContainerPort = each.ContainerPort,
                    IsServiceConnect = true,
                }),
            ];

    private static List<Tag> TagsFor(ServiceRecord service, ClusterRecord cluster, TaskDefinitionRecord definition)
    {
        List<Tag> tags =
        [
            .. service.Settings.PropagateTags switch
            {
                PropagateTags.Service => service.Tags,
                PropagateTags.TaskDefinition => definition.Tags,
                _ => [],
            },
        ];
        if (service.Settings.EnableECSManagedTags == true)
            tags.AddRange(TaskTemplate.ManagedTags(cluster.Name, service.Name));
        return tags;
    }
}
