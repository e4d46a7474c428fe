using Estiba.Contracts.Acs;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Agents;

/// <summary>One container of the tasks of a definition in the agent protocol's form.</summary>
internal sealed class ContainerPayload
{
    private readonly Container _common;
    private readonly string? _hostConfigBeforeId;
    private readonly string? _hostConfigAfterId;

    /// <param name="container">The container of one task.</param>
    /// <param name="task">The task's id, which may be in the host configuration as a part of its log stream's name;
    /// nobody knew it when the definition was made, so it is nowhere else.</param>
    internal ContainerPayload(Container container, string task)
    {
        _common = container;
        var hostConfig = container.DockerConfig!.HostConfig!;
        var place = hostConfig.IndexOf(task, StringComparison.Ordinal);
        if (place >= 0)
            (_hostConfigBeforeId, _hostConfigAfterId) = (hostConfig[..place], hostConfig[(place + task.Length)..]);
    }

    /// <summary>The container of a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="place">The container's place in the definition, and usually in the task.</param>
    internal Container For(TaskRecord task, int place)
    {
        var own =
            place < task.Containers.Count && task.Containers[place].Name == _common.Name
                ? task.Containers[place]
                : task.Containers.FirstOrDefault(candidate => candidate.Name == _common.Name);
        return _hostConfigBeforeId is null
            ? _common with
            {
                ContainerArn = own?.ContainerArn,
            }
            : _common with
            {
                ContainerArn = own?.ContainerArn,
                DockerConfig = _common.DockerConfig! with
                {
                    HostConfig = string.Concat(_hostConfigBeforeId, task.Id, _hostConfigAfterId),
                },
            };
    }
}
