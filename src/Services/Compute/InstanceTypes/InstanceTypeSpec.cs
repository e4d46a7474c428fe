using Estiba.Contracts.Ec2;

namespace Estiba.Compute.InstanceTypes;

/// <summary>What an instance type is: what EC2 tells of it, and what its ECS agent registers.</summary>
/// <param name="Info">All that DescribeInstanceTypes tells.</param>
internal sealed record InstanceTypeSpec(InstanceTypeInfo Info)
{
    /// <summary>For example <c>t3.micro</c>.</summary>
    public string Name => Info.InstanceType!;

    /// <summary>The part of the name before the size, for example <c>t3</c>.</summary>
    public string Family => Name[..Name.IndexOf('.', StringComparison.Ordinal)];

    /// <summary>Virtual processors.</summary>
    public int VCpus => Info.VCpuInfo!.DefaultVCpus!.Value;

    /// <summary>Memory in MiB.</summary>
    public int MemoryMiB => (int)Info.MemoryInfo!.SizeInMiB!.Value;

    /// <summary>Whether it has CPU credits.</summary>
    public bool Burstable => Info.BurstablePerformanceSupported == true;

    /// <summary>x86_64 or arm64: the one of the machine images that it takes.</summary>
    public string Architecture => Info.ProcessorInfo!.SupportedArchitectures!.Contains("arm64") ? "arm64" : "x86_64";

    /// <summary>The CPU units that the ECS agent registers: 1,024 for each vCPU.</summary>
    public int EcsCpu => VCpus * 1024;

    /// <summary>
    /// The memory that the ECS agent registers, in MiB: what is left when the kernel and the firmware have taken
    /// theirs. The rule, 16 MiB and 7/300 of the memory less, gives the 7,985 MiB of an m4.large that AWS documents
    /// ("Reserving Amazon ECS Linux container instance memory") and about 985 MiB for a t2.micro.
    /// </summary>
    public int EcsMemoryMiB => (int)(MemoryMiB - 16 - MemoryMiB * 7L / 300);
}
