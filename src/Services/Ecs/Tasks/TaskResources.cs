namespace Estiba.Ecs.Tasks;

/// <summary>What a task takes from its container instance.</summary>
/// <param name="Cpu">CPU units; 1,024 are one virtual CPU.</param>
/// <param name="Memory">Memory in MiB.</param>
public sealed record TaskResources(int Cpu, int Memory)
{
    /// <summary>The host ports it must have, TCP.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [];

    /// <summary>The host ports it must have, UDP.</summary>
    public IReadOnlyList<int> UdpPorts { get; init; } = [];

    /// <summary>GPUs.</summary>
    public int Gpus { get; init; }

    /// <summary>GPUs of each container, in the order of the definition; empty when no container needs any.</summary>
    public IReadOnlyList<int> ContainerGpus { get; init; } = [];
}
