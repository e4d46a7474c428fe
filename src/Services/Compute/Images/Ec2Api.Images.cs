using Estiba.Compute.Describing;
using Estiba.Compute.Images;
using Estiba.Compute.Tags;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    private const int AccountDigits = 12;

    private static readonly FilterSet<Image> ImageFilters = new(
        ShapeFilters.Of<Image>(
            "architecture",
            "block-device-mapping.delete-on-termination = BlockDeviceMappings.Ebs.DeleteOnTermination",
            "block-device-mapping.device-name = BlockDeviceMappings.DeviceName",
            "block-device-mapping.encrypted = BlockDeviceMappings.Ebs.Encrypted",
            "block-device-mapping.snapshot-id = BlockDeviceMappings.Ebs.SnapshotId",
            "block-device-mapping.volume-size = BlockDeviceMappings.Ebs.VolumeSize",
            "block-device-mapping.volume-type = BlockDeviceMappings.Ebs.VolumeType",
            "creation-date",
            "description",
            "ena-support",
            "free-tier-eligible",
            "hypervisor",
            "image-allowed",
            "image-id",
            "image-type",
            "is-public = Public",
            "kernel-id",
            "manifest-location = ImageLocation",
            "name",
            "owner-alias = ImageOwnerAlias",
            "owner-id",
            "platform",
            "product-code = ProductCodes.ProductCodeId",
            "product-code.type = ProductCodes.ProductCodeType",
            "ramdisk-id",
            "root-device-name",
            "root-device-type",
            "source-image-id",
            "source-image-region",
            "source-instance-id",
            "sriov-net-support",
            "state",
            "state-reason-code = StateReason.Code",
            "state-reason-message = StateReason.Message",
            "virtualization-type"
        ),
        image => image.Tags ?? []
    );

    /// <inheritdoc />
    public Task<DescribeImagesResult> DescribeImagesAsync(
        DescribeImagesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults, least: 1);
        CheckUsers(request.Owners, "self", "amazon", "aws-backup-vault", "aws-marketplace");
        CheckUsers(request.ExecutableUsers, "self", "all");
        var matches = ImageFilters.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);

        ResourceKind.Image.RequireAll(
            request.ImageIds,
            id => ImageCatalog.Find(context.Region, id) is not null,
            missing => $"The image ids '[{string.Join(", ", missing)}]' do not exist"
        );
        var view = _store.Current;
        var page = Page.Of(
            ImageCatalog
                .All(context.Region)
                .Where(image => request.ImageIds is null or [] || request.ImageIds.Contains(image.ImageId))
                .Where(image =>
                    request.Owners is null or []
                    || request.Owners.Any(owner => owner == image.OwnerId || owner == image.ImageOwnerAlias)
                )
                // All are public; none was shared with one account, and "self" owns none.
                .Where(_ => request.ExecutableUsers is null or [] || request.ExecutableUsers.Contains("all"))
                .Select(image => image with { Tags = ResourceTags.OrNone(view, context, image.ImageId!) })
                .Where(matches)
                .OrderBy(image => image.ImageId, StringComparer.Ordinal),
            image => image.ImageId!,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(new DescribeImagesResult { Images = page.Items, NextToken = page.NextToken });
    }

    private static void CheckUsers(IReadOnlyList<string>? users, params string[] names)
    {
        foreach (var user in users ?? [])
            if (!names.Contains(user) && !(user.Length == AccountDigits && user.All(char.IsAsciiDigit)))
                throw new AwsException("InvalidUserID.Malformed", $"Invalid user id: \"{user}\"");
    }
}
