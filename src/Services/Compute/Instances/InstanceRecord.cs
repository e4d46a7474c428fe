using System.Text.Json.Serialization;
using Estiba.Compute.Volumes;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Instances;

/// <summary>A virtual container instance as it is wanted, and how far that has come.</summary>
internal sealed record InstanceRecord
{
    public required string AccountId { get; init; }

    public required string Region { get; init; }

    public required string InstanceId { get; init; }

    public required string ReservationId { get; init; }

    /// <summary>The instance's place in its launch, from 0.</summary>
    public required int LaunchIndex { get; init; }

    public required string ImageId { get; init; }

    public required string InstanceType { get; init; }

    /// <summary>The zone, from 0.</summary>
    public required int Zone { get; init; }

    public required string SubnetId { get; init; }

    public required string VpcId { get; init; }

    /// <summary>One of <see cref="InstanceStateName"/>.</summary>
    public required string State { get; init; }

    /// <summary>When it was launched, or started last.</summary>
    public required DateTimeOffset LaunchTime { get; init; }

    /// <summary>When it was launched the first time: the order of descriptions.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its address, from the launch to the end; null once it is terminated.</summary>
    public string? Address { get; init; }

    /// <summary>The address of the machine that it is; null where it is none, or has not joined yet.</summary>
    public string? MachineAddress { get; init; }

    /// <summary>The address by which others are to reach it.</summary>
    [JsonIgnore]
    public string? ReachedAt => MachineAddress ?? Address;

    public IReadOnlyList<string> SecurityGroupIds { get; init; } = [];

    public string? KeyName { get; init; }

    /// <summary>In base64, as it came.</summary>
    public string? UserData { get; init; }

    public string? ClientToken { get; init; }

    /// <summary>
    /// The hash of the launch request, to tell a repetition from another request with the same token.
    /// </summary>
    public string? RequestHash { get; init; }

    public string? InstanceProfileArn { get; init; }

    public bool DisableApiTermination { get; init; }

    public bool DisableApiStop { get; init; }

    public bool TerminateOnShutdown { get; init; }

    public bool Monitoring { get; init; }

    public bool EbsOptimized { get; init; }

    public bool SourceDestCheck { get; init; } = true;

    /// <summary>What the launch said of the root volume; null in records of older data directories.</summary>
    public RootVolume? RootVolume { get; init; }

    [JsonIgnore]
    public RootVolume Volume => RootVolume ?? RootVolume.Unknown;

    /// <summary>The credit option, <c>standard</c> or <c>unlimited</c>; null for the one that its type has by
    /// default.</summary>
    public string? CpuCredits { get; init; }

    /// <summary>The id of the association with its instance profile; null for the one that comes with a
    /// launch.</summary>
    public string? ProfileAssociationId { get; init; }

    /// <summary>When that was made; null for the one that comes with a launch.</summary>
    public DateTimeOffset? ProfileAssociatedAt { get; init; }

    /// <summary>What somebody wrote about its network interface.</summary>
    public string InterfaceDescription { get; init; } = "";

    public string? AutoRecovery { get; init; }

    public string? RebootMigration { get; init; }

    public InstanceMetadataOptionsResponse? MetadataOptions { get; init; }

    public StateReason? StateReason { get; init; }

    public string StateTransitionReason { get; init; } = "";

    /// <summary>How often it is to be booted; more than <see cref="Booted"/> after a request to reboot.</summary>
    public int Boots { get; init; } = 1;

    /// <summary>How often it has been booted.</summary>
    public int Booted { get; init; }

    /// <summary>Why it does not start now; it is tried again.</summary>
    public string? Trouble { get; init; }

    public DateTimeOffset? TerminatedAt { get; init; }
}
