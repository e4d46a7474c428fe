using System.Globalization;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;
using Volume = Estiba.Contracts.Acs.Volume;

namespace Estiba.Ecs.Agents;

/// <summary>
/// What agents are sent of the tasks of one definition: the server knows task definitions, the agent only Docker's
/// terms. All that does not differ from task to task is made once.
/// </summary>
internal sealed class TaskPayload
{
    private readonly AcsTask _common;
    private readonly ContainerPayload[] _containers;

    private TaskPayload(AcsTask common, ContainerPayload[] containers) => (_common, _containers) = (common, containers);

    /// <summary>The payload of the tasks that are like one: the same overrides, the same kinds of roles.</summary>
    /// <param name="task">The task.</param>
    /// <param name="definition">Its definition, with defaults filled in.</param>
    /// <param name="roles">Its roles.</param>
    /// <param name="agent">The agent of the container instance that it was placed on.</param>
    /// <param name="options">Where agents and log drivers find the platform.</param>
    internal static TaskPayload Of(
        TaskRecord task,
        TaskDefinition definition,
        IReadOnlyList<TaskRole> roles,
        AgentTraits agent,
        EcsOptions options
    )
    {
        var cpu = TaskSize.Cpu(task.Overrides?.Cpu) ?? TaskSize.Cpu(definition.Cpu);
        var common = new AcsTask
        {
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
            Volumes = [.. (definition.Volumes ?? []).Select(VolumeOf)],
        };
        return new TaskPayload(
            common,
            [
                .. definition.ContainerDefinitions!.Select(container =>
                    new ContainerTranslation(task, definition, container, roles, agent, options).Payload()
                ),
            ]
        );
    }

    /// <summary>A task in the agent protocol's form.</summary>
    /// <param name="task">The task, with its wanted status.</param>
    internal AcsTask For(TaskRecord task)
    {
        var containers = new Contracts.Acs.Container[_containers.Length];
        for (var place = 0; place < containers.Length; place++)
            containers[place] = _containers[place].For(task, place);
        return _common with
        {
            Arn = task.Arn,
            TaskClusterArn = task.Scope.Arn("cluster/" + task.Cluster),
            DesiredStatus = task.DesiredByAgent,
            ServiceName = task.Service,
            Containers = containers,
            Associations = task.Resources.Gpus == 0 ? null : [.. task.Containers.SelectMany(GpusOf)],
        };
    }

    private static IEnumerable<Association> GpusOf(Contracts.Ecs.Container container) =>
        (container.GpuIds ?? []).Select(id => new Association
        {
            Type = "gpu",
            Name = id,
            Containers = [container.Name!],
        });

    // Other kinds of volumes ask for an attribute that no instance here has, so a task with one is never placed.
    private static Volume VolumeOf(Contracts.Ecs.Volume volume) =>
        volume.DockerVolumeConfiguration is { } docker
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
            : new Volume
            {
                Name = volume.Name,
                Type = "host",
                Host = new Contracts.Acs.HostVolumeProperties { SourcePath = volume.Host?.SourcePath ?? "" },
            };
}
