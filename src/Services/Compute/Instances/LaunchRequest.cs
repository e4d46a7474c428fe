using System.Security.Cryptography;
using Estiba.Compute.Images;
using Estiba.Compute.InstanceTypes;
using Estiba.Compute.Tags;
using Estiba.Compute.UserData;
using Estiba.Compute.Volumes;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Instances;

/// <summary>A RunInstances request that has been checked as far as that needs no state.</summary>
internal sealed record LaunchRequest
{
    private const string DefaultType = "m1.small";
    private const int LongestToken = 64;

    public required RunInstancesRequest Request { get; init; }

    public required InstanceTypeSpec Type { get; init; }

    public required Image Image { get; init; }

    public required RootVolume RootVolume { get; init; }

    public required IReadOnlyList<Tag> Tags { get; init; }

    public IReadOnlyList<Tag> VolumeTags { get; init; } = [];

    public IReadOnlyList<Tag> InterfaceTags { get; init; } = [];

    /// <summary>The hash of all that was asked for.</summary>
    public required string Hash { get; init; }

    /// <summary>The subnet asked for, for the instance or for its network interface.</summary>
    public string? SubnetId { get; init; }

    public string? PrivateIpAddress { get; init; }

    /// <summary>The instance profile asked for; null where none is, or where that is not there.</summary>
    public string? InstanceProfileArn { get; init; }

    public IReadOnlyList<string> SecurityGroupIds { get; init; } = [];

    /// <param name="request">The launch, with what its launch template says.</param>
    /// <param name="context">Who asks for it.</param>
    /// <exception cref="AwsException">Something that EC2, or Estiba, does not take.</exception>
    public static LaunchRequest Check(RunInstancesRequest request, CallContext context)
    {
        CheckCounts(request.MinCount!.Value, request.MaxCount!.Value);
        CheckSupported(request);
        if (string.IsNullOrEmpty(request.ImageId))
            throw Ec2Requests.Missing("ImageId");
        if (request.ClientToken?.Length > LongestToken)
            throw Ec2Requests.Invalid(
                $"Value ({request.ClientToken}) for parameter clientToken is invalid. It has at most "
                    + $"{LongestToken} characters."
            );

        var network = request.NetworkInterfaces is [var first, ..] ? first : null;
        if (
            network is not null
            && (
                request.SubnetId is not null
                || request.SecurityGroupIds is { Count: > 0 }
                || request.SecurityGroups is { Count: > 0 }
            )
        )
        {
            throw Ec2Requests.Combination(
                "Network interfaces and an instance-level "
                    + (request.SubnetId is null ? "security groups" : "subnet ID")
                    + " may not be specified on the same request"
            );
        }

        var type = InstanceTypeCatalog.Get(request.InstanceType ?? DefaultType);
        CpuCredits.Check(request.CreditSpecification?.CpuCredits, type);
        MetadataOptions.CheckHopLimit(request.MetadataOptions?.HttpPutResponseHopLimit);
        CheckUserData(request.UserData);
        var specifications = request.TagSpecifications;
        var (tags, volumeTags, interfaceTags) = (Tags("instance"), Tags("volume"), Tags("network-interface"));
        Ec2Requests.EndDryRun(request.DryRun);

        var image = ImageCatalog.Resolve(context.Region, request.ImageId);
        if (image.Architecture != type.Architecture)
        {
            throw Ec2Requests.Invalid(
                $"The architecture '{type.Architecture}' of the specified instance type does not match the "
                    + $"architecture '{image.Architecture}' "
                    + "of the specified AMI. Specify an instance type and an AMI that have matching "
                    + "architectures, and try again."
            );
        }
        return new LaunchRequest
        {
            Request = request,
            Type = type,
            Image = image,
            RootVolume = RootVolume.Of(
                image,
                request
                    .BlockDeviceMappings?.FirstOrDefault(mapping => mapping.DeviceName == ImageCatalog.RootDevice)
                    ?.Ebs
            ),
            SubnetId = request.SubnetId ?? network?.SubnetId,
            PrivateIpAddress = request.PrivateIpAddress
                ?? network?.PrivateIpAddress
                ?? network?.PrivateIpAddresses?.FirstOrDefault(address => address.Primary == true)?.PrivateIpAddress,
            SecurityGroupIds = request.SecurityGroupIds is { Count: > 0 } ids ? ids : network?.Groups ?? [],
            Tags = tags,
            VolumeTags = volumeTags,
            InterfaceTags = interfaceTags,
            Hash = HashOf(request),
        };

        IReadOnlyList<Tag> Tags(string resourceType) =>
            ResourceTags.FromSpecifications(
                specifications,
                resourceType,
                context.Service is not null,
                "instance",
                "volume",
                "network-interface"
            );
    }

    /// <summary>What tells a repetition of a request from another one.</summary>
    public static string HashOf(RunInstancesRequest request) =>
        Convert.ToHexStringLower(SHA256.HashData(ShapeJson.ToUtf8(request with { DryRun = null })));

    /// <summary>User data as bytes.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterValue</c>: no base64, or too long.</exception>
    public static void CheckUserData(string? userData)
    {
        if (userData is null)
            return;
        var bytes = new byte[userData.Length];
        if (!Convert.TryFromBase64String(userData, bytes, out var length))
            throw Ec2Requests.Invalid("Invalid BASE64 encoding of user data.");
        if (length > UserDataReader.MostBytes)
            throw Ec2Requests.Invalid($"User data is limited to {UserDataReader.MostBytes} bytes");
    }

    private static void CheckCounts(int least, int most)
    {
        if (least < 1)
            throw Ec2Requests.Invalid($"Value ({least}) for parameter minCount is invalid. Minimum is 1.");
        if (most < 1)
            throw Ec2Requests.Invalid($"Value ({most}) for parameter maxCount is invalid. Minimum is 1.");
        if (least > most)
            throw Ec2Requests.Combination(
                $"Value ({least}) for parameter minCount is invalid. It is greater than maxCount ({most})."
            );
    }

    /// <summary>
    /// What would silently mean something else than on EC2 is refused; what makes no difference to a container host is
    /// taken.
    /// </summary>
    private static void CheckSupported(RunInstancesRequest request)
    {
        if (request.InstanceMarketOptions?.MarketType is not null)
            throw Ec2Requests.Unsupported("Spot Instances");
        if (request.HibernationOptions?.Configured == true)
            throw Ec2Requests.Unsupported("hibernation");
        if (request.EnclaveOptions?.Enabled == true)
            throw Ec2Requests.Unsupported("enclaves");
        if (request.Monitoring?.MetricCategoryIds is { Count: > 0 })
            throw Ec2Requests.Unsupported("metric categories");
        if (request.Ipv6AddressCount > 0 || request.Ipv6Addresses is { Count: > 0 })
            throw Ec2Requests.Unsupported("IPv6 addresses of instances");
        if (request.NetworkInterfaces is { Count: > 1 })
            throw Ec2Requests.Unsupported("more than one network interface");
        if (request.NetworkInterfaces is [{ NetworkInterfaceId: not null }, ..])
            throw Ec2Requests.Unsupported("existing network interfaces");
        if (request.ElasticGpuSpecification is { Count: > 0 } || request.ElasticInferenceAccelerators is { Count: > 0 })
            throw Ec2Requests.Unsupported("elastic accelerators");
        if (request.BlockDeviceMappings?.Any(IsAnotherDevice) == true)
            throw Ec2Requests.Unsupported($"block devices of instances other than {ImageCatalog.RootDevice}");
        if (request.Placement?.Tenancy is not (null or "default"))
            throw Ec2Requests.Unsupported("dedicated tenancy");
    }

    // An instance has the host's disk, whatever size and kind is said of its root; and it has no other device to do
    // without.
    private static bool IsAnotherDevice(BlockDeviceMapping mapping) =>
        mapping.DeviceName == ImageCatalog.RootDevice
            ? mapping.NoDevice is not null || mapping.VirtualName is not null
            : mapping.NoDevice is null;
}
