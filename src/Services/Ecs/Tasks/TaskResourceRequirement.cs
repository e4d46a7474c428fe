using Estiba.Contracts.Ecs;
using Estiba.Ecs.TaskDefinitions;

namespace Estiba.Ecs.Tasks;

/// <summary>What a task of a definition takes from its container instance.</summary>
/// <remarks>
/// The task's own CPU and memory count if it has them, else the sums of its containers; a container's reservation
/// counts instead of its limit ("memoryReservation": that value is subtracted from the resources of the container
/// instance; API reference).
/// </remarks>
internal static class TaskResourceRequirement
{
    /// <summary>The resources, with the overrides of one task.</summary>
    /// <exception cref="Contracts.AwsException"><c>ClientException</c>: the CPU or memory of the overrides cannot be
    /// read.</exception>
    internal static TaskResources Of(TaskDefinition definition, TaskOverride? overrides)
    {
        var containers = definition
            .ContainerDefinitions!.Select(container =>
                (Definition: container, Override: OverrideOf(container, overrides))
            )
            .ToList();
        var cpu = TaskSize.Cpu(overrides?.Cpu)
            ?? TaskSize.Cpu(definition.Cpu)
            ?? containers.Sum(container => container.Override?.Cpu ?? container.Definition.Cpu ?? 0);
        var memory = TaskSize.Memory(overrides?.Memory)
            ?? TaskSize.Memory(definition.Memory)
            ?? containers.Sum(container =>
                container.Override?.MemoryReservation
                ?? container.Definition.MemoryReservation
                ?? container.Override?.Memory
                ?? container.Definition.Memory
                ?? 0
            );
        List<int> gpus =
        [
            .. containers.Select(container =>
                Gpus(container.Override?.ResourceRequirements ?? container.Definition.ResourceRequirements)
            ),
        ];
        return new TaskResources(cpu, memory)
        {
            Ports = HostPorts(definition, TransportProtocol.Tcp),
            UdpPorts = HostPorts(definition, TransportProtocol.Udp),
            Gpus = gpus.Sum(),
            ContainerGpus = gpus.Sum() > 0 ? gpus : [],
        };
    }

    /// <summary>What a task changes of a container; null for nothing.</summary>
    internal static ContainerOverride? OverrideOf(ContainerDefinition container, TaskOverride? overrides) =>
        overrides?.ContainerOverrides?.FirstOrDefault(candidate => candidate.Name == container.Name);

    // With awsvpc the ports are those of the task's own interface.
    private static List<int> HostPorts(TaskDefinition definition, string protocol) =>
        definition.NetworkMode is NetworkMode.Awsvpc or NetworkMode.None
            ? []
            :
            [
                .. definition
                    .ContainerDefinitions!.SelectMany(container => container.PortMappings ?? [])
                    .Where(mapping => mapping.HostPort > 0 && (mapping.Protocol ?? TransportProtocol.Tcp) == protocol)
                    .Select(mapping => mapping.HostPort!.Value)
                    .Distinct(),
            ];

    private static int Gpus(IReadOnlyList<ResourceRequirement>? requirements) =>
        (requirements ?? [])
            .Where(requirement => requirement.Type == ResourceType.Gpu)
            .Sum(requirement => int.TryParse(requirement.Value, out var count) ? count : 0);
}
