using System.Net;

namespace Estiba.Compute.Instances;

/// <summary>All that the host of an instance has to know about it.</summary>
public sealed record InstanceLaunch
{
    /// <summary>The EC2 instance id, for example <c>i-0a1b2c3d4e5f60718</c>.</summary>
    public required string InstanceId { get; init; }

    /// <summary>The account that it belongs to.</summary>
    public required string AccountId { get; init; }

    /// <summary>The region that it is in.</summary>
    public required string Region { get; init; }

    /// <summary>For example <c>eu-west-1a</c>.</summary>
    public required string AvailabilityZone { get; init; }

    /// <summary>For example <c>euw1-az1</c>.</summary>
    public required string AvailabilityZoneId { get; init; }

    /// <summary>
    /// The address at which it publishes ports; it answers before <see cref="IInstanceHost.StartAsync"/> is called.
    /// </summary>
    public required IPAddress Address { get; init; }

    /// <summary>The instance's private DNS name, which nothing resolves.</summary>
    public required string PrivateDnsName { get; init; }

    /// <summary>For example <c>t3.micro</c>.</summary>
    public required string InstanceType { get; init; }

    /// <summary>The type's architecture, x86_64 or arm64. Containers run on the host's own.</summary>
    public required string Architecture { get; init; }

    /// <summary>The image that it was launched from.</summary>
    public required string ImageId { get; init; }

    /// <summary>The VPC that it is in.</summary>
    public required string VpcId { get; init; }

    /// <summary>The subnet that it is in.</summary>
    public required string SubnetId { get; init; }

    /// <summary>CPU units to register with ECS: 1,024 for each vCPU.</summary>
    public required int Cpu { get; init; }

    /// <summary>
    /// Memory in MiB to register with ECS, before <c>ECS_RESERVED_MEMORY</c> is taken off: the type's memory less what
    /// the operating system takes, which is 16 MiB and 7/300 of it (an m4.large registers 7,985 MiB of its 8,192).
    /// </summary>
    public required int MemoryMiB { get; init; }

    /// <summary>The ECS cluster that it joins.</summary>
    public required string Cluster { get; init; }

    /// <summary>The agent's variables from user data, <c>ECS_CLUSTER</c> and others, as they were written.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>The user data in base64, as it came; null where it has none.</summary>
    public string? UserData { get; init; }

    /// <summary>
    /// The instance identity document, JSON: what RegisterContainerInstance wants, so that ECS learns the EC2
    /// instance's id.
    /// </summary>
    public required string IdentityDocument { get; init; }

    /// <summary>When it was launched or started last.</summary>
    public required DateTimeOffset LaunchTime { get; init; }
}
