using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
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
    /// <param name="startedBy">The deployment or task set, by id.</param>
    /// <param name="cluster">The service's cluster.</param>
    /// <param name="definition">What to run.</param>
    /// <param name="now">The time.</param>
    internal static TaskTemplate Template(
        ServiceRecord service,
        TaskSetRecord? taskSet,
        string startedBy,
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
                    StartedBy = startedBy,
                    Group = TaskTemplate.ServiceGroup + service.Name,
                    EnableExecuteCommand = service.Settings.EnableExecuteCommand ?? false,
                    Targets = TargetsFor(taskSet?.Settings.LoadBalancers ?? service.Settings.LoadBalancers),
                    Tags = TagsFor(service, cluster, definition),
                }
            );
    }

    private static IReadOnlyList<TaskTarget>? TargetsFor(IReadOnlyList<LoadBalancer>? loadBalancers) =>
        loadBalancers is not { Count: > 0 }
            ? null
            :
            [
                .. loadBalancers.Select(each => new TaskTarget
                {
                    TargetGroupArn = each.TargetGroupArn!,
                    ContainerName = each.ContainerName!,
                    ContainerPort = each.ContainerPort!.Value,
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
