using Estiba.Contracts.Ecs;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.TaskDefinitions.Validation;

/// <summary>CPU and memory of the task and of its containers, and how they fit into each other.</summary>
internal static class SizeChecks
{
    // What Docker needed at the time; one of 20.10 or newer wants 6 MiB and refuses the container when it is created.
    private const int LeastMemory = 4;
    private const int LeastTaskCpu = 128;
    private const int MostTaskCpu = 196_608;

    internal static void Check(TaskDefinition definition)
    {
        var cpu = TaskSize.Cpu(definition.Cpu);
        var memory = TaskSize.Memory(definition.Memory);
        if (cpu is < LeastTaskCpu or > MostTaskCpu)
            throw ClientException("Invalid 'cpu' setting for task.");

        foreach (var container in definition.ContainerDefinitions!)
            Check(container, memory);

        if (cpu < definition.ContainerDefinitions!.Sum(container => (long)(container.Cpu ?? 0)))
            throw ClientException(
                "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'."
            );
        if (memory < definition.ContainerDefinitions!.Sum(container => (long)(container.MemoryReservation ?? 0)))
            throw ClientException(
                "The sum of all container 'memoryReservation' values cannot be greater than the value of the task "
                    + "'memory'."
            );
    }

    /// <summary>The container's own CPU and memory, and whether its task has so much.</summary>
    internal static void Check(ContainerDefinition container, int? taskMemory)
    {
        if (container.Cpu < 0)
            throw ClientException($"Invalid 'cpu' setting for container '{container.Name}'.");
        if (container.Memory < LeastMemory)
            throw ClientException(
                $"Invalid 'memory' setting for container '{container.Name}'. The minimum is {LeastMemory} MiB."
            );
        if (container.MemoryReservation < LeastMemory)
            throw ClientException(
                $"Invalid 'memoryReservation' setting for container '{container.Name}'. The minimum is "
                    + $"{LeastMemory} MiB."
            );
        if (taskMemory is null && container.Memory is null && container.MemoryReservation is null)
            throw ClientException(
                $"Invalid setting for container '{container.Name}'. At least one of 'memory' or "
                    + "'memoryReservation' must be specified."
            );
        if (container.Memory < container.MemoryReservation)
            throw ClientException(
                $"Invalid setting for container '{container.Name}'. 'memory' must be greater than or equal to "
                    + "'memoryReservation'."
            );
        if (container.Memory > taskMemory)
            throw ClientException(
                $"The 'memory' setting for container '{container.Name}' is greater than for the task."
            );
    }
}
