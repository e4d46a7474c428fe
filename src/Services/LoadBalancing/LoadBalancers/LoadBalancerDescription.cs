using Estiba.Contracts.ElbV2;

namespace Estiba.LoadBalancing.LoadBalancers;

/// <summary>Shows load balancers as the API does.</summary>
internal static class LoadBalancerDescription
{
    internal static LoadBalancer Of(LoadBalancerRecord record) =>
        new()
        {
            LoadBalancerArn = record.Arn,
            DNSName = record.DnsName,
            CanonicalHostedZoneId = HostedZones.Of(record.Scope.Region, record.Type),
            CreatedTime = record.CreatedAt,
            LoadBalancerName = record.Name,
            Scheme = record.Scheme,
            VpcId = record.VpcId,
            State = new LoadBalancerState { Code = record.State, Reason = record.StateReason },
            Type = record.Type,
            AvailabilityZones = ZonesOf(record),
            SecurityGroups = record.SecurityGroups.Count > 0 ? record.SecurityGroups : null,
            IpAddressType = IpAddressType.Ipv4,
            EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic = record.EnforceInboundRulesOnPrivateLink,
            EnablePrefixForIpv6SourceNat =
                record.Type == LoadBalancerTypeEnum.Network ? EnablePrefixForIpv6SourceNatEnum.Off : null,
        };

    internal static IReadOnlyList<AvailabilityZone> ZonesOf(LoadBalancerRecord record) =>
        [
            .. record.Subnets.Select(subnet => new AvailabilityZone
            {
                ZoneName = subnet.ZoneName,
                SubnetId = subnet.SubnetId,
                LoadBalancerAddresses = subnet.Address is { } address
                    ? [new LoadBalancerAddress { PrivateIPv4Address = address }]
                    : [],
            }),
        ];
}
