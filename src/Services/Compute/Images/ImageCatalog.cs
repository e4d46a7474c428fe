using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Images;

/// <summary>
/// The machine images: those that container hosts are launched from, under the names that they have in AWS. A virtual
/// instance has no disk and no operating
/// system of its own; what its image decides is the architecture, the size of the root device, and what a name or a
/// public parameter finds.
/// </summary>
internal static class ImageCatalog
{
    private const string ResolvePrefix = "resolve:ssm:";
    private const string CreationDate = "2025-01-01T00:00:00.000Z";
    private const string Arm = "arm64";

    /// <summary>The root device of all of them.</summary>
    public const string RootDevice = "/dev/xvda";

    /// <param name="Name">The image's name; AWS's own has the date of a build in it.</param>
    /// <param name="Owner">Whose it is.</param>
    /// <param name="Architecture">x86_64 or arm64.</param>
    /// <param name="Description">As AWS has it.</param>
    /// <param name="Parameter">The public parameter of Systems Manager that names its newest build.</param>
    /// <param name="RootGiB">The size of its root device.</param>
    private sealed record Family(
        string Name,
        Owner Owner,
        string Architecture,
        string Description,
        string Parameter,
        int RootGiB
    );

    private sealed record Owner(string Id, string? Alias);

    private static readonly Owner Ecs = new("591542846629", "amazon");
    private static readonly Owner Bottlerocket = new("092701018921", "amazon");
    private static readonly Owner AmazonLinux = new("137112412989", "amazon");
    private static readonly Owner CanonicalImages = new("099720109477", null);

    private static readonly Family[] Families =
    [
        new(
            "al2023-ami-ecs-hvm-2023.0.20250101-kernel-6.1-x86_64",
            Ecs,
            "x86_64",
            "Amazon Linux AMI 2023.0.20250101 x86_64 ECS HVM EBS",
            "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended",
            30
        ),
        new(
            "al2023-ami-ecs-hvm-2023.0.20250101-kernel-6.1-arm64",
            Ecs,
            Arm,
            "Amazon Linux AMI 2023.0.20250101 arm64 ECS HVM EBS",
            "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended",
            30
        ),
        new(
            "amzn2-ami-ecs-hvm-2.0.20250101-x86_64-ebs",
            Ecs,
            "x86_64",
            "Amazon Linux AMI 2.0.20250101 x86_64 ECS HVM GP2",
            "/aws/service/ecs/optimized-ami/amazon-linux-2/recommended",
            30
        ),
        new(
            "amzn2-ami-ecs-hvm-2.0.20250101-arm64-ebs",
            Ecs,
            Arm,
            "Amazon Linux AMI 2.0.20250101 arm64 ECS HVM GP2",
            "/aws/service/ecs/optimized-ami/amazon-linux-2/arm64/recommended",
            30
        ),
        new(
            "bottlerocket-aws-ecs-2-x86_64-v1.30.0",
            Bottlerocket,
            "x86_64",
            "bottlerocket-aws-ecs-2-x86_64-v1.30.0",
            "/aws/service/bottlerocket/aws-ecs-2/x86_64/latest",
            2
        ),
        new(
            "bottlerocket-aws-ecs-2-aarch64-v1.30.0",
            Bottlerocket,
            Arm,
            "bottlerocket-aws-ecs-2-aarch64-v1.30.0",
            "/aws/service/bottlerocket/aws-ecs-2/arm64/latest",
            2
        ),
        new(
            "al2023-ami-2023.6.20250101.0-kernel-6.1-x86_64",
            AmazonLinux,
            "x86_64",
            "Amazon Linux 2023 AMI 2023.6.20250101.0 x86_64 HVM kernel-6.1",
            "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
            8
        ),
        new(
            "al2023-ami-2023.6.20250101.0-kernel-6.1-arm64",
            AmazonLinux,
            Arm,
            "Amazon Linux 2023 AMI 2023.6.20250101.0 arm64 HVM kernel-6.1",
            "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
            8
        ),
        new(
            "amzn2-ami-hvm-2.0.20250101.0-x86_64-gp2",
            AmazonLinux,
            "x86_64",
            "Amazon Linux 2 AMI 2.0.20250101.0 x86_64 HVM gp2",
            "/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2",
            8
        ),
        new(
            "amzn2-ami-hvm-2.0.20250101.0-arm64-gp2",
            AmazonLinux,
            Arm,
            "Amazon Linux 2 LTS Arm64 AMI 2.0.20250101.0 arm64 HVM gp2",
            "/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-arm64-gp2",
            8
        ),
        new(
            "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20250101",
            CanonicalImages,
            "x86_64",
            "Canonical, Ubuntu, 22.04 LTS, amd64 jammy image build on 2025-01-01",
            "/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id",
            8
        ),
        new(
            "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-arm64-server-20250101",
            CanonicalImages,
            Arm,
            "Canonical, Ubuntu, 22.04 LTS, arm64 jammy image build on 2025-01-01",
            "/aws/service/canonical/ubuntu/server/22.04/stable/current/arm64/hvm/ebs-gp2/ami-id",
            8
        ),
        new(
            "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20250101",
            CanonicalImages,
            "x86_64",
            "Canonical, Ubuntu, 24.04, amd64 noble image",
            "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id",
            8
        ),
        new(
            "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20250101",
            CanonicalImages,
            Arm,
            "Canonical, Ubuntu, 24.04, arm64 noble image",
            "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id",
            8
        ),
    ];

    /// <summary>The images of a region.</summary>
    public static IReadOnlyList<Image> All(string region) =>
        [.. Families.Select(family => ToImage(family, Id(region, family)))];

    /// <summary>The image with this id; null where there is none. Instances of an older data directory may have an id
    /// that no image has.</summary>
    public static Image? Find(string region, string imageId) =>
        Array.Find(Families, family => Id(region, family) == imageId) is { } found ? ToImage(found, imageId) : null;

    /// <summary>The image with this id.</summary>
    /// <exception cref="AwsException"><c>InvalidAMIID.Malformed</c>, <c>InvalidAMIID.NotFound</c>.</exception>
    public static Image Get(string region, string imageId)
    {
        ResourceKind.Image.Require([imageId], id => Find(region, id) is not null);
        return Find(region, imageId)!;
    }

    /// <summary>The image that RunInstances' ImageId means: an id, or <c>resolve:ssm:</c> and a public parameter's
    /// name.</summary>
    /// <exception cref="AwsException">As above; <c>InvalidParameterValue</c>: no such parameter.</exception>
    public static Image Resolve(string region, string imageId)
    {
        if (!imageId.StartsWith(ResolvePrefix, StringComparison.Ordinal))
            return Get(region, imageId);

        var parameter = imageId[ResolvePrefix.Length..].Split(':')[0];
        var name = parameter.EndsWith("/image_id", StringComparison.Ordinal)
            ? parameter[..^"/image_id".Length]
            : parameter;
        var family = Array.Find(Families, family => family.Parameter == name)
            ?? throw Ec2Requests.Invalid(
                $"Invalid value '{imageId}' for ImageId. The parameter {parameter} is none of the public "
                    + "parameters of the images here."
            );
        return ToImage(family, Id(region, family));
    }

    private static string Id(string region, Family family) => ResourceIds.Derived("ami-", $"{region}/{family.Name}");

    private static Image ToImage(Family family, string id) =>
        new()
        {
            ImageId = id,
            Name = family.Name,
            Description = family.Description,
            ImageLocation = $"{family.Owner.Alias ?? family.Owner.Id}/{family.Name}",
            ImageOwnerAlias = family.Owner.Alias,
            ImageType = "machine",
            OwnerId = family.Owner.Id,
            Public = true,
            State = "available",
            Architecture = family.Architecture,
            CreationDate = CreationDate,
            PlatformDetails = "Linux/UNIX",
            UsageOperation = "RunInstances",
            Hypervisor = "xen",
            VirtualizationType = "hvm",
            RootDeviceType = "ebs",
            RootDeviceName = RootDevice,
            BlockDeviceMappings =
            [
                new BlockDeviceMapping
                {
                    DeviceName = RootDevice,
                    Ebs = new EbsBlockDevice
                    {
                        SnapshotId = ResourceIds.Derived("snap-", id),
                        VolumeSize = family.RootGiB,
                        VolumeType = "gp3",
                        DeleteOnTermination = true,
                        Encrypted = false,
                        Iops = 3000,
                        Throughput = 125,
                    },
                },
            ],
            EnaSupport = true,
            SriovNetSupport = "simple",
            BootMode = family.Architecture == Arm ? "uefi" : "uefi-preferred",
            ImdsSupport = "v2.0",
        };
}
