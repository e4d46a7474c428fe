using System.Globalization;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.TaskDefinitions;
using Volume = Estiba.Contracts.Acs.Volume;

namespace Estiba.Ecs.Agents;

/// <summary>Turns a placed task into what its agent is told: the server knows task definitions, the agent only Docker's terms.</summary>
internal static class TaskPayload
{
    /// <summary>The task in the agent protocol's form.</summary>
    /// <param name="task">The task, with its overrides and wanted status.</param>
    /// <param name="definition">Its definition, with defaults filled in.</param>
    /// <param name="instance">The container instance it was placed on.</param>
    /// <param name="options">Where agents and log drivers find the platform.</param>
    internal static AcsTask Of(TaskRecord task, TaskDefinition definition, ContainerInstanceRecord instance, EcsOptions options)
    {
        var cpu = TaskSize.Cpu(task.Overrides?.Cpu) ?? TaskSize.Cpu(definition.Cpu);
        return new AcsTask
        {
            Arn = task.Arn,
            TaskClusterArn = task.Scope.Arn("cluster/" + task.Cluster),
            DesiredStatus = task.DesiredStatus,
            Family = task.Family,
            Version = task.Revision.ToString(CultureInfo.InvariantCulture),
            Overrides = "{}",
            LaunchType = task.LaunchType,
            NetworkMode = definition.NetworkMode ?? NetworkMode.Bridge,
            TaskDefinitionAccountId = task.Scope.AccountId,
            Cpu = cpu is { } units ? units / 1024d : null,
            Memory = TaskSize.Memory(task.Overrides?.Memory) ?? TaskSize.Memory(definition.Memory),
            IpcMode = definition.IpcMode,
            PidMode = definition.PidMode,
            ServiceName = task.Service,
            Volumes = [.. (definition.Volumes ?? []).Select(VolumeOf)],
            Containers = [.. definition.ContainerDefinitions!.Select(container => new ContainerPayload(task, definition, container, instance, options).Build())],
            Associations = task.Resources.Gpus == 0 ? null : [.. task.Containers.SelectMany(GpusOf)],
        };
    }

    private static IEnumerable<Association> GpusOf(Contracts.Ecs.Container container) =>
        (container.GpuIds ?? []).Select(id => new Association { Type = "gpu", Name = id, Containers = [container.Name!] });

    // Other kinds of volumes ask for an attribute that no instance here has, so a task with one is never placed.
    private static Volume VolumeOf(Contracts.Ecs.Volume volume) => volume.DockerVolumeConfiguration is { } docker
        ? new Volume
        {
            Name = volume.Name,
            Type = "docker",
            DockerVolumeConfiguration = new Contracts.Acs.DockerVolumeConfiguration
            {
                Scope = docker.Scope,
                Autoprovision = docker.Autoprovision ?? false,
                Driver = docker.Driver,
                DriverOpts = docker.DriverOpts,
                Labels = docker.Labels,
            },
        }
        : new Volume { Name = volume.Name, Type = "host", Host = new Contracts.Acs.HostVolumeProperties { SourcePath = volume.Host?.SourcePath ?? "" } };
}
