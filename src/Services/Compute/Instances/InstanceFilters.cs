using System.Globalization;
using Estiba.Compute.Describing;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Instances;

/// <summary>An instance and the reservation that it is in, for filters on both.</summary>
internal readonly record struct ReservedInstance(InstanceRecord Record, Instance Instance);

/// <summary>
/// The filters of DescribeInstances, all that the API Reference has, and those of DescribeInstanceStatus.
/// </summary>
internal static class InstanceFilters
{
    public static FilterSet<ReservedInstance> Described { get; } =
        new(
            new FilterValues<ReservedInstance>
            {
                { "architecture", each => each.Instance.Architecture },
                { "availability-zone", each => each.Instance.Placement!.AvailabilityZone },
                { "availability-zone-id", each => each.Instance.Placement!.AvailabilityZoneId },
                { "block-device-mapping.attach-time", each => Text(Root(each)?.AttachTime) },
                { "block-device-mapping.delete-on-termination", each => Text(Root(each)?.DeleteOnTermination) },
                {
                    "block-device-mapping.device-name",
                    each => Root(each) is null ? null : each.Instance.RootDeviceName
                },
                { "block-device-mapping.status", each => Root(each)?.Status },
                { "block-device-mapping.volume-id", each => Root(each)?.VolumeId },
                { "boot-mode", each => each.Instance.BootMode },
                {
                    "capacity-reservation-specification.capacity-reservation-preference",
                    each => each.Instance.CapacityReservationSpecification!.CapacityReservationPreference
                },
                { "client-token", each => each.Record.ClientToken },
                { "current-instance-boot-mode", each => each.Instance.CurrentInstanceBootMode },
                { "dns-name", each => each.Instance.PublicDnsName },
                { "ebs-optimized", each => each.Record.EbsOptimized },
                { "ena-support", _ => true },
                { "enclave-options.enabled", each => Text(each.Instance.EnclaveOptions!.Enabled) },
                { "group-id", each => each.Instance.SecurityGroups!.Select(group => group.GroupId) },
                { "group-name", each => each.Instance.SecurityGroups!.Select(group => group.GroupName) },
                { "hibernation-options.configured", each => Text(each.Instance.HibernationOptions!.Configured) },
                { "hypervisor", each => each.Instance.Hypervisor },
                { "iam-instance-profile.arn", each => each.Record.InstanceProfileArn },
                { "iam-instance-profile.id", each => each.Instance.IamInstanceProfile?.Id },
                { "iam-instance-profile.name", each => each.Record.InstanceProfileArn?.Split('/')[^1] },
                { "image-id", each => each.Record.ImageId },
                { "instance-id", each => each.Record.InstanceId },
                { "instance-state-code", each => $"{each.Instance.State!.Code}" },
                { "instance-state-name", each => each.Record.State },
                { "instance-type", each => each.Record.InstanceType },
                { "instance.group-id", each => each.Instance.SecurityGroups!.Select(group => group.GroupId) },
                { "instance.group-name", each => each.Instance.SecurityGroups!.Select(group => group.GroupName) },
                { "ip-address", each => each.Instance.PublicIpAddress },
                { "key-name", each => each.Record.KeyName },
                { "launch-index", each => $"{each.Record.LaunchIndex}" },
                { "launch-time", each => Text(each.Record.LaunchTime) },
                { "maintenance-options.auto-recovery", each => each.Instance.MaintenanceOptions!.AutoRecovery },
                { "metadata-options.http-endpoint", each => each.Record.MetadataOptions?.HttpEndpoint },
                { "metadata-options.http-protocol-ipv6", each => each.Record.MetadataOptions?.HttpProtocolIpv6 },
                {
                    "metadata-options.http-put-response-hop-limit",
                    each => Text(each.Record.MetadataOptions?.HttpPutResponseHopLimit)
                },
                { "metadata-options.http-tokens", each => each.Record.MetadataOptions?.HttpTokens },
                {
                    "metadata-options.instance-metadata-tags",
                    each => each.Record.MetadataOptions?.InstanceMetadataTags
                },
                { "metadata-options.state", each => each.Record.MetadataOptions?.State },
                { "monitoring-state", each => each.Instance.Monitoring!.State },
                {
                    "network-interface.addresses.association.ip-owner-id",
                    each => NetworkInterface(each)?.PrivateIpAddresses![0].Association?.IpOwnerId
                },
                {
                    "network-interface.addresses.association.public-dns-name",
                    each => NetworkInterface(each)?.PrivateIpAddresses![0].Association?.PublicDnsName
                },
                {
                    "network-interface.addresses.association.public-ip",
                    each => NetworkInterface(each)?.PrivateIpAddresses![0].Association?.PublicIp
                },
                {
                    "network-interface.addresses.primary",
                    each => Text(NetworkInterface(each)?.PrivateIpAddresses![0].Primary)
                },
                { "network-interface.addresses.private-dns-name", each => NetworkInterface(each)?.PrivateDnsName },
                { "network-interface.addresses.private-ip-address", each => each.Record.ReachedAt },
                { "network-interface.association.ip-owner-id", each => NetworkInterface(each)?.Association?.IpOwnerId },
                {
                    "network-interface.association.public-dns-name",
                    each => NetworkInterface(each)?.Association?.PublicDnsName
                },
                { "network-interface.association.public-ip", each => NetworkInterface(each)?.Association?.PublicIp },
                {
                    "network-interface.attachment.attach-time",
                    each => Text(NetworkInterface(each)?.Attachment!.AttachTime)
                },
                {
                    "network-interface.attachment.attachment-id",
                    each => NetworkInterface(each)?.Attachment!.AttachmentId
                },
                {
                    "network-interface.attachment.delete-on-termination",
                    each => Text(NetworkInterface(each)?.Attachment!.DeleteOnTermination)
                },
                {
                    "network-interface.attachment.device-index",
                    each => Text(NetworkInterface(each)?.Attachment!.DeviceIndex)
                },
                {
                    "network-interface.attachment.instance-id",
                    each => NetworkInterface(each) is null ? null : each.Record.InstanceId
                },
                { "network-interface.attachment.instance-owner-id", each => NetworkInterface(each)?.OwnerId },
                {
                    "network-interface.attachment.network-card-index",
                    each => Text(NetworkInterface(each)?.Attachment!.NetworkCardIndex)
                },
                { "network-interface.attachment.status", each => NetworkInterface(each)?.Attachment!.Status },
                { "network-interface.availability-zone", each => each.Instance.Placement!.AvailabilityZone },
                { "network-interface.description", each => NetworkInterface(each)?.Description },
                { "network-interface.group-id", each => each.Instance.SecurityGroups!.Select(group => group.GroupId) },
                {
                    "network-interface.group-name",
                    each => each.Instance.SecurityGroups!.Select(group => group.GroupName)
                },
                { "network-interface.mac-address", each => NetworkInterface(each)?.MacAddress },
                { "network-interface.network-interface-id", each => NetworkInterface(each)?.NetworkInterfaceId },
                { "network-interface.owner-id", each => NetworkInterface(each)?.OwnerId },
                { "network-interface.private-dns-name", each => each.Instance.PrivateDnsName },
                { "network-interface.private-ip-address", each => NetworkInterface(each)?.PrivateIpAddress },
                { "network-interface.public-dns-name", each => NetworkInterface(each)?.Association?.PublicDnsName },
                { "network-interface.source-dest-check", each => Text(NetworkInterface(each)?.SourceDestCheck) },
                { "network-interface.status", each => NetworkInterface(each)?.Status },
                { "network-interface.subnet-id", each => each.Instance.SubnetId },
                { "network-interface.vpc-id", each => each.Instance.VpcId },
                { "owner-id", each => each.Record.AccountId },
                { "platform-details", each => each.Instance.PlatformDetails },
                { "private-dns-name", each => each.Instance.PrivateDnsName },
                {
                    "private-dns-name-options.enable-resource-name-dns-a-record",
                    each => Text(each.Instance.PrivateDnsNameOptions?.EnableResourceNameDnsARecord)
                },
                {
                    "private-dns-name-options.enable-resource-name-dns-aaaa-record",
                    each => Text(each.Instance.PrivateDnsNameOptions?.EnableResourceNameDnsAAAARecord)
                },
                { "private-dns-name-options.hostname-type", each => each.Instance.PrivateDnsNameOptions?.HostnameType },
                { "private-ip-address", each => each.Record.ReachedAt },
                { "reason", each => each.Record.StateTransitionReason },
                { "reservation-id", each => each.Record.ReservationId },
                { "root-device-name", each => each.Instance.RootDeviceName },
                { "root-device-type", each => each.Instance.RootDeviceType },
                { "source-dest-check", each => each.Record.SourceDestCheck },
                { "state-reason-code", each => each.Record.StateReason?.Code },
                { "state-reason-message", each => each.Record.StateReason?.Message },
                { "subnet-id", each => each.Instance.SubnetId },
                { "tenancy", each => each.Instance.Placement!.Tenancy },
                { "usage-operation", each => each.Instance.UsageOperation },
                { "usage-operation-update-time", each => Text(each.Instance.UsageOperationUpdateTime) },
                { "virtualization-type", each => each.Instance.VirtualizationType },
                { "vpc-id", each => each.Instance.VpcId },
                // What no virtual instance has.
                "affinity",
                "capacity-reservation-id",
                "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id",
                "capacity-reservation-specification.capacity-reservation-target."
                    + "capacity-reservation-resource-group-arn",
                "host-id",
                "instance-lifecycle",
                "ipv6-address",
                "kernel-id",
                "metadata-options.http-protocol-ipv4",
                "network-interface.addresses.association.allocation-id",
                "network-interface.addresses.association.association-id",
                "network-interface.addresses.association.carrier-ip",
                "network-interface.addresses.association.customer-owned-ip",
                "network-interface.association.allocation-id",
                "network-interface.association.association-id",
                "network-interface.association.carrier-ip",
                "network-interface.association.customer-owned-ip",
                "network-interface.deny-all-igw-traffic",
                "network-interface.ipv4-prefixes.ipv4-prefix",
                "network-interface.ipv6-address",
                "network-interface.ipv6-addresses.ipv6-address",
                "network-interface.ipv6-addresses.is-primary-ipv6",
                "network-interface.ipv6-native",
                "network-interface.ipv6-prefixes.ipv6-prefix",
                "network-interface.operator.managed",
                "network-interface.operator.principal",
                "network-interface.outpost-arn",
                "network-interface.requester-id",
                "network-interface.requester-managed",
                "network-interface.tag-key",
                "network-interface.tag-value",
                "network-performance-options.bandwidth-weighting",
                "operator.managed",
                "operator.principal",
                "outpost-arn",
                "placement-group-name",
                "placement-partition-number",
                "platform",
                "product-code",
                "product-code.type",
                "ramdisk-id",
                "requester-id",
                "spot-instance-request-id",
                "tpm-support",
            },
            each => each.Instance.Tags ?? []
        );

    public static FilterSet<InstanceStatus> Status { get; } =
        new(
            new FilterValues<InstanceStatus>
            {
                { "availability-zone", status => status.AvailabilityZone },
                { "availability-zone-id", status => status.AvailabilityZoneId },
                "event.code",
                "event.description",
                { "instance-state-code", status => $"{status.InstanceState!.Code}" },
                { "instance-state-name", status => status.InstanceState!.Name },
                { "instance-status.status", status => status.InstanceStatusValue!.Status },
                { "instance-status.reachability", status => status.InstanceStatusValue!.Details?[0].Status },
                "event.instance-event-id",
                "event.not-after",
                "event.not-before",
                "event.not-before-deadline",
                "operator.managed",
                "operator.principal",
                { "attached-ebs-status.status", status => status.AttachedEbsStatus!.Status },
                { "system-status.status", status => status.SystemStatus!.Status },
                { "system-status.reachability", status => status.SystemStatus!.Details?[0].Status },
            }
        );

    private static InstanceNetworkInterface? NetworkInterface(ReservedInstance each) =>
        each.Instance.NetworkInterfaces is [var first, ..] ? first : null;

    private static string? Text(bool? condition) =>
        condition is null ? null
        : condition == true ? "true"
        : "false";

    private static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string? Text(DateTimeOffset? moment) => Moments.Text(moment);

    private static EbsInstanceBlockDevice? Root(ReservedInstance each) =>
        each.Instance.BlockDeviceMappings is [var root, ..] ? root.Ebs : null;
}
