using System.Globalization;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.TaskDefinitions;

namespace Estiba.Ecs.Tasks;

/// <summary>
/// Makes tasks that wait to be placed, all of one definition and for one reason. What they have in common is made once
/// and shared by them.
/// </summary>
internal sealed class TaskTemplate
{
    /// <summary>How the groups of services' tasks begin, which no other task may be in.</summary>
    internal const string ServiceGroup = "service:";

    private readonly TaskRecord _common;
    private readonly string _containerArns;
    private readonly bool _hasRole;
    private readonly bool _hasExecutionRole;

    private TaskTemplate(TaskRecord common, string containerArns, bool hasRole, bool hasExecutionRole) =>
        (_common, _containerArns, _hasRole, _hasExecutionRole) = (
            common.WithKeys(),
            containerArns,
            hasRole,
            hasExecutionRole
        );

    /// <summary>The template of a definition's tasks.</summary>
    /// <param name="cluster">Where they are to run.</param>
    /// <param name="definition">What they run.</param>
    /// <param name="overrides">What they change of it; null for nothing.</param>
    /// <param name="now">The time.</param>
    internal static TaskTemplate Of(
        ClusterRecord cluster,
        TaskDefinitionRecord definition,
        TaskOverride? overrides,
        DateTimeOffset now
    )
    {
        var (role, executionRole) = TaskRole.Named(definition.Definition, overrides, cluster.Scope);
        var containers = definition.Definition.ContainerDefinitions!;
        var common = new TaskRecord
        {
            Scope = cluster.Scope,
            Cluster = cluster.Name,
            Id = "",
            Family = definition.Family,
            Revision = definition.Revision,
            LastStatus = TaskStatus.Provisioning,
            DesiredStatus = DesiredStatus.Running,
            LaunchType = LaunchType.Ec2,
            Group = "family:" + definition.Family,
            CreatedAt = now,
            Version = 1,
            Overrides = overrides,
            HasHealthCheck = containers.Any(container => container is { HealthCheck: not null, Essential: not false }),
            Resources = TaskResourceRequirement.Of(definition.Definition, overrides),
            Containers = [.. containers.Select(container => ContainerOf(container, overrides))],
        };
        return new TaskTemplate(
            common,
            cluster.Scope.Arn($"container/{cluster.Name}/"),
            role is not null,
            executionRole is not null
        );
    }

    /// <summary>The template with a change to what all tasks have in common.</summary>
    internal TaskTemplate With(Func<TaskRecord, TaskRecord> change) =>
        new(change(_common), _containerArns, _hasRole, _hasExecutionRole);

    /// <summary>Another task.</summary>
    internal TaskRecord Make(EcsIds ids)
    {
        var id = ids.Resource();
        var (role, executionRole) = (_hasRole ? ids.Secret() : null, _hasExecutionRole ? ids.Secret() : null);
        var containers = new Container[_common.Containers.Count];
        for (var place = 0; place < containers.Length; place++)
            containers[place] = _common.Containers[place] with
            {
                ContainerArn = string.Concat([_containerArns, id, "/", ids.Unique()]),
            };
        return _common with
        {
            Id = id,
            RoleCredentialsId = role,
            ExecutionRoleCredentialsId = executionRole,
            Containers = containers,
        };
    }

    /// <summary>The tags that ECS itself puts on tasks ("Amazon ECS-managed tags").</summary>
    internal static IEnumerable<Tag> ManagedTags(string cluster, string? service)
    {
        yield return new Tag { Key = "aws:ecs:clusterName", Value = cluster };
        if (service is not null)
            yield return new Tag { Key = "aws:ecs:serviceName", Value = service };
    }

    private static Container ContainerOf(ContainerDefinition definition, TaskOverride? overrides)
    {
        var changed = TaskResourceRequirement.OverrideOf(definition, overrides);
        return new Container
        {
            Name = definition.Name,
            Image = definition.Image,
            LastStatus = TaskStatus.Pending,
            NetworkInterfaces = [],
            HealthStatus = HealthStatus.Unknown,
            Cpu = (changed?.Cpu ?? definition.Cpu ?? 0).ToString(CultureInfo.InvariantCulture),
            Memory = (changed?.Memory ?? definition.Memory)?.ToString(CultureInfo.InvariantCulture),
            MemoryReservation = (changed?.MemoryReservation ?? definition.MemoryReservation)?.ToString(
                CultureInfo.InvariantCulture
            ),
        };
    }
}
