using System.Text.RegularExpressions;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Images;

/// <summary>
/// The machine images. A virtual instance has no disk, so any image id is good to launch from; a few ECS-optimised images exist by name,
/// for whoever looks one up, and the public parameters that name them are understood.
/// </summary>
internal static partial class ImageCatalog
{
    private const string ResolvePrefix = "resolve:ssm:";
    private const string AmazonId = "591542846629";
    private const string CreationDate = "2025-01-01T00:00:00.000Z";

    private sealed record Family(string Name, string Architecture, string Description, string Parameter);

    private static readonly Family[] s_families =
    [
        new("al2023-ami-ecs-hvm-2023.0.20250101-kernel-6.1-x86_64", "x86_64", "Amazon Linux AMI 2023.0.20250101 x86_64 ECS HVM EBS",
            "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended"),
        new("al2023-ami-ecs-hvm-2023.0.20250101-kernel-6.1-arm64", "arm64", "Amazon Linux AMI 2023.0.20250101 arm64 ECS HVM EBS",
            "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended"),
        new("amzn2-ami-ecs-hvm-2.0.20250101-x86_64-ebs", "x86_64", "Amazon Linux AMI 2.0.20250101 x86_64 ECS HVM GP2",
            "/aws/service/ecs/optimized-ami/amazon-linux-2/recommended"),
        new("amzn2-ami-ecs-hvm-2.0.20250101-arm64-ebs", "arm64", "Amazon Linux AMI 2.0.20250101 arm64 ECS HVM GP2",
            "/aws/service/ecs/optimized-ami/amazon-linux-2/arm64/recommended"),
        new("bottlerocket-aws-ecs-2-x86_64-v1.30.0", "x86_64", "bottlerocket-aws-ecs-2-x86_64-v1.30.0",
            "/aws/service/bottlerocket/aws-ecs-2/x86_64/latest"),
        new("bottlerocket-aws-ecs-2-aarch64-v1.30.0", "arm64", "bottlerocket-aws-ecs-2-aarch64-v1.30.0",
            "/aws/service/bottlerocket/aws-ecs-2/arm64/latest"),
    ];

    /// <summary>The images of a region that exist by name.</summary>
    public static IReadOnlyList<Image> Named(string region) => [.. s_families.Select(family => ToImage(family, Id(region, family)))];

    public static bool IsImageId(string id) => ImageId().IsMatch(id);

    /// <summary>The image with this id. An id of AWS's that is not known here stands for the ECS-optimised image of Amazon Linux 2023.</summary>
    /// <exception cref="AwsException"><c>InvalidAMIID.Malformed</c>.</exception>
    public static Image Get(string region, string imageId)
    {
        if (!IsImageId(imageId))
            throw new AwsException("InvalidAMIID.Malformed", $"Invalid id: \"{imageId}\" (expecting \"ami-...\")");
        return FindNamed(region, imageId) ?? ToImage(s_families[0], imageId);
    }

    /// <summary>The named image with this id, whose architecture therefore is certain.</summary>
    public static Image? FindNamed(string region, string imageId) =>
        Array.Find(s_families, family => Id(region, family) == imageId) is { } found ? ToImage(found, imageId) : null;

    /// <summary>The image id that RunInstances' ImageId means: an id, or <c>resolve:ssm:</c> and a public parameter's name.</summary>
    /// <exception cref="AwsException"><c>InvalidAMIID.Malformed</c>; <c>InvalidParameterValue</c>: no such parameter.</exception>
    public static string Resolve(string region, string imageId)
    {
        if (!imageId.StartsWith(ResolvePrefix, StringComparison.Ordinal)) return Get(region, imageId).ImageId!;

        var parameter = imageId[ResolvePrefix.Length..].Split(':')[0];
        var name = parameter.EndsWith("/image_id", StringComparison.Ordinal) ? parameter[..^"/image_id".Length] : parameter;
        var family = Array.Find(s_families, family => family.Parameter == name)
            ?? throw Ec2Requests.Invalid($"Invalid value '{imageId}' for ImageId. The parameter {parameter} is none of the public parameters of ECS-optimized AMIs.");
        return Id(region, family);
    }

    private static string Id(string region, Family family) => ResourceIds.Derived("ami-", $"{region}/{family.Name}");

    private static Image ToImage(Family family, string id) => new()
    {
        ImageId = id,
        Name = family.Name,
        Description = family.Description,
        ImageLocation = $"amazon/{family.Name}",
        ImageOwnerAlias = "amazon",
        ImageType = "machine",
        OwnerId = AmazonId,
        Public = true,
        State = "available",
        Architecture = family.Architecture,
        CreationDate = CreationDate,
        PlatformDetails = "Linux/UNIX",
        UsageOperation = "RunInstances",
        Hypervisor = "xen",
        VirtualizationType = "hvm",
        RootDeviceType = "ebs",
        RootDeviceName = "/dev/xvda",
        BlockDeviceMappings = [],
        EnaSupport = true,
        SriovNetSupport = "simple",
        BootMode = family.Architecture == "arm64" ? "uefi" : "uefi-preferred",
        ImdsSupport = "v2.0",
        Tags = [],
    };

    [GeneratedRegex(@"\Aami-[0-9a-f]{8,17}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ImageId();
}
