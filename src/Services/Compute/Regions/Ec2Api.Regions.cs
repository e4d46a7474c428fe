using Estiba.Compute.Describing;
using Estiba.Compute.Networking;
using Estiba.Compute.Regions;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    private static readonly FilterSet<Region> RegionFilters = new(
        new FilterValues<Region>
        {
            { "endpoint", region => region.Endpoint },
            { "opt-in-status", region => region.OptInStatus },
            { "region-name", region => region.RegionName },
        }
    );

    private static readonly FilterSet<AvailabilityZone> ZoneFilters = new(
        new FilterValues<AvailabilityZone>
        {
            { "group-long-name", zone => zone.GroupLongName },
            { "group-name", zone => zone.GroupName },
            { "message", _ => (string?)null },
            "parent-zone-id",
            "parent-zone-name",
            { "opt-in-status", zone => zone.OptInStatus },
            { "region-name", zone => zone.RegionName },
            { "state", zone => zone.State },
            { "zone-id", zone => zone.ZoneId },
            { "zone-name", zone => zone.ZoneName },
            { "zone-type", zone => zone.ZoneType },
        }
    );

    /// <inheritdoc />
    public Task<DescribeRegionsResult> DescribeRegionsAsync(
        DescribeRegionsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var matches = RegionFilters.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);
        var regions = RegionCatalog
            .Default.Append(context.Region)
            .Distinct()
            .Select(name => ToRegion(name, "opt-in-not-required"))
            .Concat(
                RegionCatalog.OptIn.Where(name => name != context.Region).Select(name => ToRegion(name, "not-opted-in"))
            )
            .OrderBy(region => region.RegionName)
            .ToList();
        if (
            request.RegionNames?.FirstOrDefault(name => !regions.Exists(region => region.RegionName == name)) is
            { } unknown
        )
            throw Ec2Requests.Invalid($"Invalid region: [{unknown}]");
        return Task.FromResult(
            new DescribeRegionsResult
            {
                Regions =
                [
                    .. regions
                        .Where(region =>
                            request.AllRegions == true
                            || region.OptInStatus != "not-opted-in"
                            || request.RegionNames?.Contains(region.RegionName) == true
                        )
                        .Where(region =>
                            request.RegionNames is null or [] || request.RegionNames.Contains(region.RegionName)
                        )
                        .Where(matches),
                ],
            }
        );
    }

    /// <inheritdoc />
    public Task<DescribeAvailabilityZonesResult> DescribeAvailabilityZonesAsync(
        DescribeAvailabilityZonesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var matches = ZoneFilters.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);
        var zones = Enumerable.Range(0, AddressRange.Zones).Select(zone => ToZone(context.Region, zone)).ToList();
        if (request.ZoneNames?.FirstOrDefault(name => !zones.Exists(zone => zone.ZoneName == name)) is { } unknown)
            throw Ec2Requests.Invalid($"Invalid availability zone: [{unknown}]");
        if (request.ZoneIds?.FirstOrDefault(id => !zones.Exists(zone => zone.ZoneId == id)) is { } unknownId)
            throw Ec2Requests.Invalid($"Invalid availability zone-id: [{unknownId}]");
        return Task.FromResult(
            new DescribeAvailabilityZonesResult
            {
                AvailabilityZones =
                [
                    .. zones
                        .Where(zone => request.ZoneNames is null or [] || request.ZoneNames.Contains(zone.ZoneName))
                        .Where(zone => request.ZoneIds is null or [] || request.ZoneIds.Contains(zone.ZoneId))
                        .Where(matches),
                ],
            }
        );
    }

    private static Region ToRegion(string name, string optIn) =>
        new()
        {
            RegionName = name,
            Endpoint = $"ec2.{name}.{Arn.DnsSuffixOf(name)}",
            OptInStatus = optIn,
        };

    private static AvailabilityZone ToZone(string region, int zone) =>
        new()
        {
            State = "available",
            OptInStatus = "opt-in-not-required",
            Messages = [],
            RegionName = region,
            ZoneName = RegionCatalog.ZoneName(region, zone),
            ZoneId = RegionCatalog.ZoneId(region, zone),
            GroupName = $"{region}-zg-1",
            NetworkBorderGroup = region,
            ZoneType = "availability-zone",
        };
}
