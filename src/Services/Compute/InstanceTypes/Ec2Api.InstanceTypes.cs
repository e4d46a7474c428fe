using Estiba.Compute.Describing;
using Estiba.Compute.InstanceTypes;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    private static readonly FilterSet<InstanceTypeInfo> InstanceTypeFilters = new(
        ShapeFilters.Of<InstanceTypeInfo>(
            "auto-recovery-supported",
            "bare-metal",
            "burstable-performance-supported",
            "current-generation",
            "dedicated-hosts-supported",
            "ebs-info.attachment-limit-type",
            "ebs-info.maximum-ebs-attachments",
            "ebs-info.ebs-optimized-info.baseline-bandwidth-in-mbps",
            "ebs-info.ebs-optimized-info.baseline-iops",
            "ebs-info.ebs-optimized-info.baseline-throughput-in-mbps",
            "ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps",
            "ebs-info.ebs-optimized-info.maximum-iops",
            "ebs-info.ebs-optimized-info.maximum-throughput-in-mbps",
            "ebs-info.ebs-optimized-support",
            "ebs-info.encryption-support",
            "ebs-info.nvme-support",
            "free-tier-eligible",
            "hibernation-supported",
            "hypervisor",
            "instance-storage-info.disk.count = InstanceStorageInfo.Disks.Count",
            "instance-storage-info.disk.size-in-gb = InstanceStorageInfo.Disks.SizeInGB",
            "instance-storage-info.disk.type = InstanceStorageInfo.Disks.Type",
            "instance-storage-info.encryption-support",
            "instance-storage-info.nvme-support",
            "instance-storage-info.total-size-in-gb",
            "instance-storage-supported",
            "instance-type",
            "memory-info.size-in-mib",
            "network-info.bandwidth-weightings",
            "network-info.efa-info.maximum-efa-interfaces",
            "network-info.efa-supported",
            "network-info.ena-support",
            "network-info.encryption-in-transit-supported",
            "network-info.flexible-ena-queues-support",
            "network-info.ipv4-addresses-per-interface",
            "network-info.ipv6-addresses-per-interface",
            "network-info.ipv6-supported",
            "network-info.maximum-network-cards",
            "network-info.maximum-network-interfaces",
            "network-info.network-performance",
            "nitro-enclaves-support",
            "nitro-tpm-support",
            "nitro-tpm-info.supported-versions",
            "processor-info.manufacturer",
            "processor-info.supported-architecture = ProcessorInfo.SupportedArchitectures",
            "processor-info.supported-features",
            "processor-info.sustained-clock-speed-in-ghz",
            "reboot-migration-support",
            "supported-boot-mode = SupportedBootModes",
            "supported-root-device-type = SupportedRootDeviceTypes",
            "supported-usage-class = SupportedUsageClasses",
            "supported-virtualization-type = SupportedVirtualizationTypes",
            "vcpu-info.default-cores",
            "vcpu-info.default-threads-per-core",
            "vcpu-info.default-vcpus",
            "vcpu-info.valid-cores",
            "vcpu-info.valid-threads-per-core"
        )
    );

    private static readonly FilterSet<InstanceTypeOffering> OfferingFilters = new(
        ShapeFilters.Of<InstanceTypeOffering>("instance-type", "location")
    );

    /// <inheritdoc />
    public Task<DescribeInstanceTypesResult> DescribeInstanceTypesAsync(
        DescribeInstanceTypesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults, greatest: 100);
        if (request.MaxResults is not null && request.InstanceTypes is { Count: > 0 })
            throw Ec2Requests.Combination("The parameter instanceTypes cannot be used with the parameter maxResults");
        var matches = InstanceTypeFilters.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);

        var unknown = request.InstanceTypes?.Where(name => InstanceTypeCatalog.Find(name) is null).ToList();
        if (unknown is { Count: > 0 })
        {
            throw new AwsException(
                "InvalidInstanceType",
                $"The following supplied instance types do not exist: [{string.Join(", ", unknown)}]"
            );
        }
        var types = request.InstanceTypes is { Count: > 0 } names
            ? names.Distinct(StringComparer.Ordinal).Select(InstanceTypeCatalog.Get)
            : InstanceTypeCatalog.All;
        var page = Page.Of(
            types.Select(type => type.Info).Where(matches).OrderBy(type => type.InstanceType, StringComparer.Ordinal),
            type => type.InstanceType!,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new DescribeInstanceTypesResult { InstanceTypes = page.Items, NextToken = page.NextToken }
        );
    }

    /// <summary>Every zone has every type.</summary>
    public Task<DescribeInstanceTypeOfferingsResult> DescribeInstanceTypeOfferingsAsync(
        DescribeInstanceTypeOfferingsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults);
        var matches = OfferingFilters.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);

        var kind = request.LocationType ?? LocationType.Region;
        var zones = Enumerable.Range(0, Networking.AddressRange.Zones);
        IReadOnlyList<string> locations = kind switch
        {
            LocationType.AvailabilityZone =>
            [
                .. zones.Select(zone => Regions.RegionCatalog.ZoneName(context.Region, zone)),
            ],
            LocationType.AvailabilityZoneId =>
            [
                .. zones.Select(zone => Regions.RegionCatalog.ZoneId(context.Region, zone)),
            ],
            LocationType.Region => [context.Region],
            _ => [],
        };
        var page = Page.Of(
            InstanceTypeCatalog
                .All.Select(type => type.Name)
                .Order(StringComparer.Ordinal)
                .SelectMany(type =>
                    locations.Select(location => new InstanceTypeOffering
                    {
                        InstanceType = type,
                        LocationType = kind,
                        Location = location,
                    })
                )
                .Where(matches),
            offering => $"{offering.InstanceType} {offering.Location}",
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new DescribeInstanceTypeOfferingsResult { InstanceTypeOfferings = page.Items, NextToken = page.NextToken }
        );
    }
}
