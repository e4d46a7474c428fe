using Estiba.Compute.Instances;

namespace Estiba.Machines;

/// <summary>
/// What the hook is told, as JSON. The instance's id is what makes a call the same as another: the same action for the
/// same instance is asked for until the hook has agreed once.
/// </summary>
internal sealed record InstanceHookCall
{
    internal const string Launch = "launch";
    internal const string Terminate = "terminate";

    private const string GroupTag = "aws:autoscaling:groupName";

    /// <summary>Of this document.</summary>
    public int Version { get; init; } = 1;

    /// <summary><see cref="Launch"/> or <see cref="Terminate"/>.</summary>
    public required string Action { get; init; }

    public required string InstanceId { get; init; }

    public required string AccountId { get; init; }

    public required string Region { get; init; }

    public required string AvailabilityZone { get; init; }

    public required string InstanceType { get; init; }

    /// <summary>Of the type: 1,024 for each vCPU.</summary>
    public required int Cpu { get; init; }

    /// <summary>Of the type less what an operating system takes, in MiB.</summary>
    public required int Memory { get; init; }

    public required string ImageId { get; init; }

    public required string Cluster { get; init; }

    /// <summary>The Auto Scaling group; null for an instance of none.</summary>
    public string? AutoScalingGroup { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>In base64, as it came; null for none, and where a machine is taken away.</summary>
    public string? UserData { get; init; }

    /// <summary>How the machine joins; null where one is taken away.</summary>
    public MachineJoin? Join { get; init; }

    /// <summary>A call about an instance.</summary>
    internal static InstanceHookCall Of(string action, InstanceLaunch instance, MachineJoin? join) =>
        new()
        {
            Action = action,
            InstanceId = instance.InstanceId,
            AccountId = instance.AccountId,
            Region = instance.Region,
            AvailabilityZone = instance.AvailabilityZone,
            InstanceType = instance.InstanceType,
            Cpu = instance.Cpu,
            Memory = instance.MemoryMiB,
            ImageId = instance.ImageId,
            Cluster = instance.Cluster,
            AutoScalingGroup = instance.Tags.GetValueOrDefault(GroupTag),
            Tags = instance.Tags,
            UserData = join is null ? null : instance.UserData,
            Join = join,
        };

    /// <summary>What it asks for, without the token.</summary>
    public override string ToString() => $"{Action} {InstanceId}";
}

/// <summary>How a machine joins: what it gives to <c>estiba agent</c>.</summary>
/// <param name="Server">For <c>--join</c>.</param>
/// <param name="Token">For <c>--token</c>: good for this machine, until <paramref name="Until"/>.</param>
/// <param name="CertificateAuthority">For <c>--ca</c>, in PEM; null where machines know it.</param>
/// <param name="Until">By when it has to.</param>
internal sealed record MachineJoin(Uri Server, string Token, string? CertificateAuthority, DateTimeOffset Until)
{
    /// <summary>Without the token.</summary>
    public override string ToString() => Server.ToString();
}
