using Estiba.Compute.Images;
using Estiba.Compute.Instances;
using Estiba.Compute.Regions;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Volumes;

/// <summary>
/// The root volume of an instance as the launch described it. Containers have the host's disk, whatever size and kind
/// is said here; the volume is there as
/// long as its instance.
/// </summary>
internal sealed record RootVolume
{
    private const int LongestGiB = 16384;
    private static readonly string[] WithIops = ["gp3", "io1", "io2"];

    /// <summary>Of instances that were launched before volumes were told.</summary>
    public static RootVolume Unknown { get; } = new() { GiB = 30, Type = "gp3" };

    public required int GiB { get; init; }

    /// <summary>For example <c>gp3</c>.</summary>
    public required string Type { get; init; }

    public int? Iops { get; init; }

    public int? Throughput { get; init; }

    public bool Encrypted { get; init; }

    public string? KmsKeyId { get; init; }

    public bool DeleteOnTermination { get; init; } = true;

    public static string IdOf(InstanceRecord instance) => ResourceIds.Derived("vol-", instance.InstanceId);

    /// <summary>The image's root device, with what the launch says differently.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterValue</c>, <c>InvalidBlockDeviceMapping</c>: what no volume
    /// can be.</exception>
    public static RootVolume Of(Image image, EbsBlockDevice? wanted)
    {
        var basis = image.BlockDeviceMappings![0].Ebs!;
        var (size, type) = (wanted?.VolumeSize ?? basis.VolumeSize!.Value, wanted?.VolumeType ?? basis.VolumeType!);
        if (size < basis.VolumeSize)
        {
            throw new AwsException(
                "InvalidBlockDeviceMapping",
                $"Volume of size {size}GB is smaller than snapshot '{basis.SnapshotId}', expect size >= "
                    + $"{basis.VolumeSize}GB"
            );
        }
        if (size > LongestGiB)
            throw Ec2Requests.Invalid(
                $"Volume of {size}GiB is too large for volume type {type}; maximum is {LongestGiB}GiB"
            );
        if (wanted?.Iops is not null && !WithIops.Contains(type))
            throw Ec2Requests.Combination($"The parameter iops is not supported for {type} volumes.");
        if (wanted?.Throughput is not null && type != "gp3")
            throw Ec2Requests.Combination($"The parameter throughput is not supported for {type} volumes.");
        return new RootVolume
        {
            GiB = size,
            Type = type,
            Iops = wanted?.Iops,
            Throughput = wanted?.Throughput,
            Encrypted = wanted?.Encrypted ?? false,
            KmsKeyId = wanted?.KmsKeyId,
            DeleteOnTermination = wanted?.DeleteOnTermination ?? true,
        };
    }

    /// <summary>How an instance tells of it; a terminated one has none any more.</summary>
    public static IReadOnlyList<InstanceBlockDeviceMapping> MappingsOf(InstanceRecord instance) =>
        instance.TerminatedAt is not null
            ? []
            :
            [
                new InstanceBlockDeviceMapping
                {
                    DeviceName = ImageCatalog.RootDevice,
                    Ebs = new EbsInstanceBlockDevice
                    {
                        AttachTime = instance.CreatedAt,
                        DeleteOnTermination = instance.Volume.DeleteOnTermination,
                        Status = "attached",
                        VolumeId = IdOf(instance),
                    },
                },
            ];

    public Volume ToVolume(InstanceRecord instance, IReadOnlyList<Tag>? tags) =>
        new()
        {
            VolumeId = IdOf(instance),
            VolumeArn = new Arn("ec2", instance.Region, instance.AccountId, $"volume/{IdOf(instance)}").ToString(),
            OwnerId = instance.AccountId,
            Size = GiB,
            VolumeType = Type,
            // gp2 has three for each GiB, 100 at least and 16,000 at most; gp3 has 3,000 unless more are paid for.
            Iops = Iops
                ?? Type switch
                {
                    "gp2" => Math.Clamp(GiB * 3, 100, 16000),
                    "gp3" => 3000,
                    _ => null,
                },
            Throughput = Throughput ?? (Type == "gp3" ? 125 : null),
            Encrypted = Encrypted,
            KmsKeyId = KmsKeyId,
            MultiAttachEnabled = false,
            SnapshotId = ResourceIds.Derived("snap-", instance.ImageId),
            State = "in-use",
            AvailabilityZone = InstanceNames.ZoneName(instance),
            AvailabilityZoneId = RegionCatalog.ZoneId(instance.Region, instance.Zone),
            CreateTime = instance.CreatedAt,
            Attachments =
            [
                new VolumeAttachment
                {
                    AttachTime = instance.CreatedAt,
                    DeleteOnTermination = DeleteOnTermination,
                    Device = ImageCatalog.RootDevice,
                    InstanceId = instance.InstanceId,
                    State = "attached",
                    VolumeId = IdOf(instance),
                },
            ],
            Tags = tags,
        };
}
