using Estiba.Compute.Describing;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Instances;

/// <summary>An instance and the reservation that it is in, for filters on both.</summary>
internal readonly record struct ReservedInstance(InstanceRecord Record, Instance Instance);

/// <summary>The filters of DescribeInstances that can apply to virtual instances.</summary>
internal static class InstanceFilters
{
    public static FilterSet<ReservedInstance> Described { get; } = new(
        new FilterValues<ReservedInstance>
        {
            { "affinity", _ => (string?)null },
            { "architecture", each => each.Instance.Architecture },
            { "availability-zone", each => each.Instance.Placement!.AvailabilityZone },
            { "availability-zone-id", each => each.Instance.Placement!.AvailabilityZoneId },
            { "client-token", each => each.Record.ClientToken },
            { "dns-name", each => each.Instance.PublicDnsName },
            { "ebs-optimized", each => each.Record.EbsOptimized },
            { "ena-support", _ => true },
            { "hypervisor", each => each.Instance.Hypervisor },
            { "iam-instance-profile.arn", each => each.Record.InstanceProfileArn },
            { "iam-instance-profile.id", each => each.Instance.IamInstanceProfile?.Id },
            { "iam-instance-profile.name", each => each.Record.InstanceProfileArn?.Split('/')[^1] },
            { "image-id", each => each.Record.ImageId },
            { "instance-id", each => each.Record.InstanceId },
            { "instance-lifecycle", _ => (string?)null },
            { "instance-state-code", each => $"{each.Instance.State!.Code}" },
            { "instance-state-name", each => each.Record.State },
            { "instance-type", each => each.Record.InstanceType },
            { "ip-address", each => each.Instance.PublicIpAddress },
            { "key-name", each => each.Record.KeyName },
            { "launch-index", each => $"{each.Record.LaunchIndex}" },
            { "launch-time", each => each.Record.LaunchTime.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'") },
            { "monitoring-state", each => each.Instance.Monitoring!.State },
            { "network-interface.addresses.primary", _ => true },
            { "network-interface.addresses.private-ip-address", each => each.Record.Address },
            { "network-interface.availability-zone", each => each.Instance.Placement!.AvailabilityZone },
            { "network-interface.network-interface-id", each => NetworkInterface(each)?.NetworkInterfaceId },
            { "network-interface.private-dns-name", each => each.Instance.PrivateDnsName },
            { "network-interface.status", each => NetworkInterface(each)?.Status },
            { "network-interface.subnet-id", each => each.Instance.SubnetId },
            { "network-interface.vpc-id", each => each.Instance.VpcId },
            { "owner-id", each => each.Record.AccountId },
            { "placement-group-name", _ => (string?)null },
            { "platform", _ => (string?)null },
            { "platform-details", each => each.Instance.PlatformDetails },
            { "private-dns-name", each => each.Instance.PrivateDnsName },
            { "private-ip-address", each => each.Record.Address },
            { "product-code", _ => (string?)null },
            { "ramdisk-id", _ => (string?)null },
            { "reason", each => each.Record.StateTransitionReason },
            { "requester-id", _ => (string?)null },
            { "reservation-id", each => each.Record.ReservationId },
            { "root-device-name", each => each.Instance.RootDeviceName },
            { "root-device-type", each => each.Instance.RootDeviceType },
            { "source-dest-check", each => each.Record.SourceDestCheck },
            { "spot-instance-request-id", _ => (string?)null },
            { "state-reason-code", each => each.Record.StateReason?.Code },
            { "state-reason-message", each => each.Record.StateReason?.Message },
            { "subnet-id", each => each.Instance.SubnetId },
            { "tenancy", each => each.Instance.Placement!.Tenancy },
            { "usage-operation", each => each.Instance.UsageOperation },
            { "virtualization-type", each => each.Instance.VirtualizationType },
            { "vpc-id", each => each.Instance.VpcId },
            { "group-id", each => each.Instance.SecurityGroups!.Select(group => group.GroupId) },
            { "group-name", each => each.Instance.SecurityGroups!.Select(group => group.GroupName) },
            { "instance.group-id", each => each.Instance.SecurityGroups!.Select(group => group.GroupId) },
            { "instance.group-name", each => each.Instance.SecurityGroups!.Select(group => group.GroupName) },
            { "network-interface.group-id", each => each.Instance.SecurityGroups!.Select(group => group.GroupId) },
        },
        each => each.Instance.Tags!);

    public static FilterSet<InstanceStatus> Status { get; } = new(new FilterValues<InstanceStatus>
    {
        { "availability-zone", status => status.AvailabilityZone },
        { "availability-zone-id", status => status.AvailabilityZoneId },
        { "event.code", _ => (string?)null },
        { "event.description", _ => (string?)null },
        { "instance-state-code", status => $"{status.InstanceState!.Code}" },
        { "instance-state-name", status => status.InstanceState!.Name },
        { "instance-status.status", status => status.InstanceStatusValue!.Status },
        { "instance-status.reachability", status => status.InstanceStatusValue!.Details?[0].Status },
        { "system-status.status", status => status.SystemStatus!.Status },
        { "system-status.reachability", status => status.SystemStatus!.Details?[0].Status },
    });

    private static InstanceNetworkInterface? NetworkInterface(ReservedInstance each) => each.Instance.NetworkInterfaces is [var first, ..] ? first : null;
}
