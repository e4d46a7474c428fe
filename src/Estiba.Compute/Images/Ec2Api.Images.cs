using Estiba.Compute.Describing;
using Estiba.Compute.Images;
using Estiba.Compute.Tags;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    private static readonly FilterSet<Image> s_imageFilters = new(
        new FilterValues<Image>
        {
            { "architecture", image => image.Architecture },
            { "creation-date", image => image.CreationDate },
            { "description", image => image.Description },
            { "ena-support", image => image.EnaSupport == true },
            { "hypervisor", image => image.Hypervisor },
            { "image-id", image => image.ImageId },
            { "image-type", image => image.ImageType },
            { "is-public", image => image.Public == true },
            { "name", image => image.Name },
            { "owner-alias", image => image.ImageOwnerAlias },
            { "owner-id", image => image.OwnerId },
            { "platform", image => image.Platform },
            { "root-device-name", image => image.RootDeviceName },
            { "root-device-type", image => image.RootDeviceType },
            { "state", image => image.State },
            { "virtualization-type", image => image.VirtualizationType },
        },
        image => image.Tags!);

    /// <inheritdoc />
    public Task<DescribeImagesResult> DescribeImagesAsync(
        DescribeImagesRequest request, CallContext context, CancellationToken cancellation = default)
    {
        Page.CheckMaxResults(request.MaxResults, least: 1);
        var matches = s_imageFilters.Compile(request.Filters);
        var images = request.ImageIds is { Count: > 0 } ids
            ? ids.Distinct().Select(id => ImageCatalog.Get(context.Region, id)).ToList()
            : ImageCatalog.Named(context.Region);
        Ec2Requests.EndDryRun(request.DryRun);

        var view = _store.Current;
        var page = Page.Of(
            images
                .Where(image => request.Owners is null or [] || request.Owners.Any(owner => owner == image.OwnerId || owner == image.ImageOwnerAlias))
                .Select(image => image with { Tags = ResourceTags.Of(view, context, image.ImageId!) })
                .Where(matches)
                .OrderBy(image => image.ImageId, StringComparer.Ordinal),
            image => image.ImageId!,
            request.MaxResults,
            request.NextToken,
            request with { MaxResults = null, NextToken = null, DryRun = null },
            context);
        return Task.FromResult(new DescribeImagesResult { Images = page.Items, NextToken = page.NextToken });
    }
}
