using Estiba.AutoScaling.Groups;
using Estiba.Contracts.AutoScaling;
using Estiba.Contracts.Ec2;
using LaunchTemplateSpecification = Estiba.Contracts.AutoScaling.LaunchTemplateSpecification;
using Tag = Estiba.Contracts.Ec2.Tag;
using TagSpecification = Estiba.Contracts.Ec2.TagSpecification;

namespace Estiba.AutoScaling.Launching;

/// <summary>What a group launches at the moment.</summary>
internal sealed record LaunchSource
{
    /// <summary>The tag by which an instance shows its group.</summary>
    internal const string GroupTagKey = "aws:autoscaling:groupName";

    /// <summary>What EC2 is asked for, without place and tags; null where it cannot be told.</summary>
    public RunInstancesRequest? Request { get; init; }

    /// <summary>Why it cannot be told.</summary>
    public string? Error { get; init; }

    /// <summary>The launch template as the group names it; null where it has a launch configuration.</summary>
    public LaunchTemplateSpecification? Asked { get; init; }

    /// <summary>The launch template with the number of its version.</summary>
    public LaunchTemplateSpecification? Template { get; init; }

    /// <summary>The launch configuration.</summary>
    public string? Configuration { get; init; }

    /// <summary>For example <c>t3.micro</c>.</summary>
    public string? InstanceType { get; init; }

    /// <summary>The image.</summary>
    public string? ImageId { get; init; }

    /// <summary>Whether it is what a group has, which may have changed since it was asked for.</summary>
    /// <param name="group">The group.</param>
    /// <param name="rolledOut">The template that a refresh rolls out; null for the group's own.</param>
    internal bool IsOf(GroupRecord group, LaunchTemplateSpecification? rolledOut) =>
        (rolledOut ?? group.LaunchTemplate) is { } template
            ? Asked == template
            : Configuration == group.LaunchConfiguration;

    /// <summary>The launch of one instance.</summary>
    internal RunInstancesRequest RequestFor(GroupRecord group, GroupSubnet subnet, string token) =>
        Request! with
        {
            MinCount = 1,
            MaxCount = 1,
            SubnetId = subnet.Id,
            ClientToken = token,
            TagSpecifications =
            [
                new TagSpecification
                {
                    ResourceType = "instance",
                    Tags =
                    [
                        .. group
                            .Tags.Where(tag => tag.IsPropagated)
                            .Select(tag => new Tag { Key = tag.Key, Value = tag.Value }),
                        new Tag { Key = GroupTagKey, Value = group.Name },
                    ],
                },
            ],
        };

    /// <summary>The launch that a configuration describes.</summary>
    internal static RunInstancesRequest RequestOf(LaunchConfiguration configuration)
    {
        var groups = configuration.SecurityGroups ?? [];
        return new RunInstancesRequest
        {
            ImageId = configuration.ImageId,
            InstanceType = configuration.InstanceType,
            KeyName = configuration.KeyName is { Length: > 0 } key ? key : null,
            UserData = configuration.UserData is { Length: > 0 } data ? data : null,
            SecurityGroupIds = Some(groups.Where(IsId)),
            SecurityGroups = Some(groups.Where(name => !IsId(name))),
            IamInstanceProfile = configuration.IamInstanceProfile switch
            {
                null or "" => null,
                var arn when arn.StartsWith("arn:", StringComparison.Ordinal) => new IamInstanceProfileSpecification
                {
                    Arn = arn,
                },
                var name => new IamInstanceProfileSpecification { Name = name },
            },
            EbsOptimized = configuration.EbsOptimized,
            Monitoring = new RunInstancesMonitoringEnabled { Enabled = configuration.InstanceMonitoring?.Enabled },
            BlockDeviceMappings = configuration.BlockDeviceMappings is { Count: > 0 } devices
                ? [.. devices.Select(DeviceOf)]
                : null,
            MetadataOptions = configuration.MetadataOptions is { } options
                ? new InstanceMetadataOptionsRequest
                {
                    HttpTokens = options.HttpTokens,
                    HttpPutResponseHopLimit = options.HttpPutResponseHopLimit,
                    HttpEndpoint = options.HttpEndpoint,
                }
                : null,
        };

        static bool IsId(string group) => group.StartsWith("sg-", StringComparison.Ordinal);

        static IReadOnlyList<string>? Some(IEnumerable<string> all) =>
            all.ToList() is { Count: > 0 } some ? some : null;
    }

    private static Contracts.Ec2.BlockDeviceMapping DeviceOf(Contracts.AutoScaling.BlockDeviceMapping device) =>
        new()
        {
            DeviceName = device.DeviceName,
            VirtualName = device.VirtualName,
            NoDevice = device.NoDevice == true ? "" : null,
            Ebs = device.Ebs is { } volume
                ? new EbsBlockDevice
                {
                    SnapshotId = volume.SnapshotId,
                    VolumeSize = volume.VolumeSize,
                    VolumeType = volume.VolumeType,
                    DeleteOnTermination = volume.DeleteOnTermination,
                    Iops = volume.Iops,
                    Encrypted = volume.Encrypted,
                    Throughput = volume.Throughput,
                }
                : null,
        };
}
