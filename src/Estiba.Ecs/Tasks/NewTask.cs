using System.Globalization;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Agents;

namespace Estiba.Ecs.Tasks;

/// <summary>Makes tasks from task definitions.</summary>
internal static class NewTask
{
    /// <summary>How the groups of services' tasks begin, which no other task may be in.</summary>
    internal const string ServiceGroup = "service:";

    /// <summary>A task that waits to be placed.</summary>
    internal static TaskRecord Waiting(ClusterRecord cluster, TaskDefinitionRecord definition, TaskOverride? overrides, EcsIds ids, DateTimeOffset now)
    {
        var id = ids.Resource();
        var (role, executionRole) = TaskRole.Named(definition.Definition, overrides, cluster.Scope);
        return new TaskRecord
        {
            Scope = cluster.Scope,
            Cluster = cluster.Name,
            Id = id,
            Family = definition.Family,
            Revision = definition.Revision,
            LastStatus = TaskStatus.Provisioning,
            DesiredStatus = DesiredStatus.Running,
            LaunchType = LaunchType.Ec2,
            Group = "family:" + definition.Family,
            CreatedAt = now,
            Version = 1,
            Overrides = overrides,
            RoleCredentialsId = role is null ? null : ids.Secret(),
            ExecutionRoleCredentialsId = executionRole is null ? null : ids.Secret(),
            HasHealthCheck = definition.Definition.ContainerDefinitions!.Any(container => container is { HealthCheck: not null, Essential: not false }),
            Resources = TaskResourceRequirement.Of(definition.Definition, overrides),
            Containers = [.. definition.Definition.ContainerDefinitions!.Select(container => ContainerOf(cluster, id, container, overrides, ids))],
        };
    }

    /// <summary>A task of one of a service's deployments or task sets.</summary>
    /// <param name="service">The service.</param>
    /// <param name="startedBy">The deployment or task set, by id.</param>
    /// <param name="cluster">The service's cluster.</param>
    /// <param name="definition">What to run.</param>
    /// <param name="ids">Makes ids.</param>
    /// <param name="now">The time.</param>
    internal static TaskRecord ForService(ServiceRecord service, string startedBy, ClusterRecord cluster, TaskDefinitionRecord definition, EcsIds ids, DateTimeOffset now) =>
        Waiting(cluster, definition, overrides: null, ids, now) with
        {
            Service = service.Name,
            StartedBy = startedBy,
            Group = ServiceGroup + service.Name,
            EnableExecuteCommand = service.Settings.EnableExecuteCommand ?? false,
            Tags = TagsFor(service, cluster, definition),
        };

    /// <summary>The tags that ECS itself puts on tasks ("Amazon ECS-managed tags").</summary>
    internal static IEnumerable<Tag> ManagedTags(string cluster, string? service)
    {
        yield return new Tag { Key = "aws:ecs:clusterName", Value = cluster };
        if (service is not null) yield return new Tag { Key = "aws:ecs:serviceName", Value = service };
    }

    private static List<Tag> TagsFor(ServiceRecord service, ClusterRecord cluster, TaskDefinitionRecord definition)
    {
        List<Tag> tags = [.. service.Settings.PropagateTags switch
        {
            PropagateTags.Service => service.Tags,
            PropagateTags.TaskDefinition => definition.Tags,
            _ => [],
        }];
        if (service.Settings.EnableECSManagedTags == true) tags.AddRange(ManagedTags(cluster.Name, service.Name));
        return tags;
    }

    private static Container ContainerOf(ClusterRecord cluster, string taskId, ContainerDefinition definition, TaskOverride? overrides, EcsIds ids)
    {
        var changed = overrides?.ContainerOverrides?.FirstOrDefault(candidate => candidate.Name == definition.Name);
        return new Container
        {
            ContainerArn = cluster.Scope.Arn($"container/{cluster.Name}/{taskId}/{ids.Unique()}"),
            Name = definition.Name,
            Image = definition.Image,
            LastStatus = TaskStatus.Pending,
            NetworkInterfaces = [],
            HealthStatus = HealthStatus.Unknown,
            Cpu = (changed?.Cpu ?? definition.Cpu ?? 0).ToString(CultureInfo.InvariantCulture),
            Memory = (changed?.Memory ?? definition.Memory)?.ToString(CultureInfo.InvariantCulture),
            MemoryReservation = (changed?.MemoryReservation ?? definition.MemoryReservation)?.ToString(CultureInfo.InvariantCulture),
        };
    }
}
