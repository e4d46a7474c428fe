using Estiba.Compute.Describing;
using Estiba.Compute.Instances;
using Estiba.Compute.Tags;
using Estiba.Compute.Volumes;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    private static readonly FilterSet<Volume> VolumeFilters = new(
        ShapeFilters
            .Of<Volume>(
                "attachment.delete-on-termination = Attachments.DeleteOnTermination",
                "attachment.device = Attachments.Device",
                "attachment.instance-id = Attachments.InstanceId",
                "attachment.status = Attachments.State",
                "availability-zone",
                "availability-zone-id",
                "encrypted",
                "fast-restored",
                "multi-attach-enabled",
                "operator.managed",
                "operator.principal",
                "size",
                "snapshot-id",
                "status = State",
                "volume-id",
                "volume-type"
            )
            .And(
                new FilterValues<Volume>
                {
                    { "attachment.attach-time", volume => Moments.Text(volume.Attachments![0].AttachTime) },
                    { "create-time", volume => Moments.Text(volume.CreateTime) },
                }
            ),
        volume => volume.Tags ?? []
    );

    private static readonly FilterSet<VolumeStatusItem> VolumeStatusFilters = new(
        ShapeFilters.Of<VolumeStatusItem>(
            "action.code = Actions.Code",
            "action.description = Actions.Description",
            "action.event-id = Actions.EventId",
            "availability-zone",
            "event.description = Events.Description",
            "event.event-id = Events.EventId",
            "event.event-type = Events.EventType",
            "event.not-after = Events.NotAfter",
            "event.not-before = Events.NotBefore",
            "volume-status.details-name = VolumeStatus.Details.Name",
            "volume-status.details-status = VolumeStatus.Details.Status",
            "volume-status.status"
        )
    );

    /// <summary>The root volumes of instances.</summary>
    public Task<DescribeVolumesResult> DescribeVolumesAsync(
        DescribeVolumesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults);
        var matches = VolumeFilters.Compile(request.Filters);
        if (request.MaxResults is not null && request.VolumeIds is { Count: > 0 })
            throw Ec2Requests.Combination("The parameter volumeSet cannot be used with the parameter maxResults");
        Ec2Requests.EndDryRun(request.DryRun);

        var view = _store.Current;
        var page = Page.Of(
            WithVolumes(view, context, request.VolumeIds)
                .Select(instance =>
                    instance.Volume.ToVolume(instance, ResourceTags.OrNone(view, context, RootVolume.IdOf(instance)))
                )
                .Where(matches)
                .OrderBy(volume => volume.VolumeId, StringComparer.Ordinal),
            volume => volume.VolumeId!,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(new DescribeVolumesResult { Volumes = page.Items, NextToken = page.NextToken });
    }

    /// <inheritdoc />
    public Task<DescribeVolumeStatusResult> DescribeVolumeStatusAsync(
        DescribeVolumeStatusRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults);
        var matches = VolumeStatusFilters.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);

        var page = Page.Of(
            WithVolumes(_store.Current, context, request.VolumeIds)
                .Select(instance => new VolumeStatusItem
                {
                    VolumeId = RootVolume.IdOf(instance),
                    AvailabilityZone = InstanceNames.ZoneName(instance),
                    Actions = [],
                    Events = [],
                    VolumeStatus = new VolumeStatusInfo
                    {
                        Status = "ok",
                        Details = [new VolumeStatusDetails { Name = "io-enabled", Status = "passed" }],
                    },
                })
                .Where(matches)
                .OrderBy(status => status.VolumeId, StringComparer.Ordinal),
            status => status.VolumeId!,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new DescribeVolumeStatusResult { VolumeStatuses = page.Items, NextToken = page.NextToken }
        );
    }

    /// <summary>The instances whose volumes these are; without ids, all that have one.</summary>
    private static IEnumerable<InstanceRecord> WithVolumes(View view, CallContext context, IReadOnlyList<string>? ids)
    {
        var instances = view.Range(ComputeTables.Instances, Scope.Of(context).Prefix)
            .Where(instance => instance.TerminatedAt is null)
            .ToDictionary(RootVolume.IdOf);
        ResourceKind.Volume.Require(ids, instances.ContainsKey);
        return ids is { Count: > 0 } ? ids.Distinct().Select(id => instances[id]) : instances.Values;
    }
}
