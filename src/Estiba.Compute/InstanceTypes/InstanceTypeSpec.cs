namespace Estiba.Compute.InstanceTypes;

/// <summary>What an instance type is: what EC2 documents of it, and what its ECS agent registers.</summary>
/// <param name="Name">For example <c>t3.micro</c>.</param>
/// <param name="VCpus">Virtual processors.</param>
/// <param name="MemoryMiB">Memory in MiB.</param>
/// <param name="Family">What all sizes of the family have in common.</param>
internal sealed record InstanceTypeSpec(string Name, int VCpus, int MemoryMiB, InstanceFamily Family)
{
    /// <summary>The CPU units that the ECS agent registers: 1,024 for each vCPU.</summary>
    public int EcsCpu => VCpus * 1024;

    /// <summary>
    /// The memory that the ECS agent registers, in MiB: what is left when the kernel and the firmware have taken theirs. The rule, 16 MiB and
    /// 7/300 of the memory less, gives the 7,985 MiB of an m4.large that AWS documents ("Reserving Amazon ECS Linux container instance memory")
    /// and about 985 MiB for a t2.micro.
    /// </summary>
    public int EcsMemoryMiB => (int)(MemoryMiB - 16 - MemoryMiB * 7L / 300);
}

/// <summary>What all sizes of an instance family have in common.</summary>
/// <param name="Name">For example <c>t3</c>.</param>
/// <param name="Architecture">x86_64 or arm64.</param>
/// <param name="Manufacturer">Who makes the processor.</param>
/// <param name="Hypervisor">nitro or xen.</param>
/// <param name="ThreadsPerCore">vCPUs for each physical core.</param>
/// <param name="ClockGhz">The sustained clock speed where AWS states one.</param>
/// <param name="CurrentGeneration">Whether AWS counts it among the current generation.</param>
/// <param name="Burstable">Whether it has CPU credits.</param>
/// <param name="Sizes">vCPUs and MiB by size.</param>
internal sealed record InstanceFamily(
    string Name,
    string Architecture,
    string Manufacturer,
    string Hypervisor,
    int ThreadsPerCore,
    double? ClockGhz = null,
    bool CurrentGeneration = true,
    bool Burstable = false,
    IReadOnlyDictionary<string, IReadOnlyList<int>>? Sizes = null);

/// <summary>The document instance-types.json.</summary>
internal sealed record InstanceTypeDocument(IReadOnlyList<InstanceFamily> Families);
