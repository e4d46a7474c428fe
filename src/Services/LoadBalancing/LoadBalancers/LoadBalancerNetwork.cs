using System.Net;
using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Limits;
using Estiba.LoadBalancing.Networks;
using static Estiba.Contracts.ElbV2.ElbV2Errors;

namespace Estiba.LoadBalancing.LoadBalancers;

/// <summary>Finds out in EC2 where a load balancer may be, before anything is kept.</summary>
internal sealed class LoadBalancerNetwork(Ec2Networks networks)
{
    /// <summary>The subnets that a request names, and the VPC that they are in.</summary>
    /// <param name="type">The load balancer's type.</param>
    /// <param name="scheme">Its scheme.</param>
    /// <param name="subnets">Subnets by their ids.</param>
    /// <param name="mappings">Subnets with addresses.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">Gives up.</param>
    internal async Task<(string VpcId, IReadOnlyList<SubnetRecord> Subnets)> FindAsync(
        string type,
        string scheme,
        IReadOnlyList<string>? subnets,
        IReadOnlyList<SubnetMapping>? mappings,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (subnets is { Count: > 0 } && mappings is { Count: > 0 })
            throw ElbErrors.ValidationError("You must specify either subnets or subnet mappings, but not both");
        var wanted = mappings is { Count: > 0 }
            ? [.. mappings.Select(mapping => Checked(type, scheme, mapping))]
            : (subnets ?? []).Select(id => (Id: id, Address: (string?)null)).ToList();
        if (wanted.Count == 0)
            throw TooFew(type);

        var ids = wanted.Select(each => each.Id).Distinct(StringComparer.Ordinal).ToList();
        var found = (await networks.SubnetsAsync(ids, context, cancellation)).ToDictionary(subnet => subnet.SubnetId!);
        var absent = ids.FirstOrDefault(id => !found.ContainsKey(id));
        if (absent is not null)
            throw SubnetNotFoundException($"The subnet ID '{absent}' does not exist");

        var vpcs = found.Values.Select(subnet => subnet.VpcId!).Distinct(StringComparer.Ordinal).Order().ToList();
        if (vpcs.Count > 1)
            throw InvalidConfigurationRequestException(
                $"All subnets must belong to the same VPC: '{string.Join(", ", vpcs)}'"
            );
        if (ids.Count < wanted.Count || found.Values.DistinctBy(subnet => subnet.AvailabilityZone).Count() < ids.Count)
            throw InvalidConfigurationRequestException(
                "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
            );
        if (type == LoadBalancerTypeEnum.Application && ids.Count < 2)
            throw TooFew(type);
        foreach (var (id, address) in wanted)
        {
            if (address is not null && !IPNetwork.Parse(found[id].CidrBlock!).Contains(IPAddress.Parse(address)))
                throw InvalidConfigurationRequestException(
                    $"The private IPv4 address '{address}' is not in the range of subnet '{id}'"
                );
        }

        if (
            scheme == LoadBalancerSchemeEnum.InternetFacing
            && !await networks.HasInternetGatewayAsync(vpcs[0], context, cancellation)
        )
            throw InvalidSubnetException($"VPC {vpcs[0]} has no internet gateway");
        return (
            vpcs[0],
            [.. wanted.Select(each => new SubnetRecord(each.Id, found[each.Id].AvailabilityZone!, each.Address))]
        );
    }

    /// <summary>The security groups of a load balancer: all must be in its VPC.</summary>
    internal async Task<IReadOnlyList<string>> SecurityGroupsAsync(
        string vpc,
        IReadOnlyList<string> groups,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var wanted = groups.Distinct(StringComparer.Ordinal).ToList();
        if (wanted.Count > AccountLimits.SecurityGroupsPerLoadBalancer)
            throw InvalidConfigurationRequestException(
                "The maximum number of security groups per load balancer has been reached."
            );
        var found = await networks.SecurityGroupsAsync(vpc, wanted, context, cancellation);
        return wanted.Except(found, StringComparer.Ordinal).Any()
            ? throw InvalidConfigurationRequestException("One or more security groups are invalid")
            : wanted;
    }

    /// <summary>The VPC's own security group, which an Application Load Balancer has that names none.</summary>
    internal async Task<IReadOnlyList<string>> DefaultSecurityGroupsAsync(
        string vpc,
        CallContext context,
        CancellationToken cancellation
    ) => await networks.DefaultSecurityGroupAsync(vpc, context, cancellation) is { } group ? [group] : [];

    /// <summary>Refuses address types for which subnets would need IPv6.</summary>
    internal static void CheckAddressType(string? type)
    {
        if (type is not (null or IpAddressType.Ipv4))
            throw InvalidSubnetException("You must specify subnets with an associated IPv6 CIDR block.");
    }

    private static AwsException TooFew(string type) =>
        ElbErrors.ValidationError(
            type == LoadBalancerTypeEnum.Application
                ? "At least two subnets in two different Availability Zones must be specified"
                : "At least one subnet must be specified"
        );

    private static (string Id, string? Address) Checked(string type, string scheme, SubnetMapping mapping)
    {
        if (string.IsNullOrEmpty(mapping.SubnetId))
            throw ElbErrors.ValidationError("A subnet ID must be specified in each subnet mapping");
        if (mapping.IPv6Address is not null || mapping.SourceNatIpv6Prefix is not null)
            throw ElbErrors.NotSupported("IPv6 addresses of load balancers");
        if (mapping.AllocationId is { } allocation)
            throw type == LoadBalancerTypeEnum.Application
                ? InvalidConfigurationRequestException(
                    "Elastic IP addresses cannot be specified for load balancers of type 'application'"
                )
                : AllocationIdNotFoundException($"The allocation ID '{allocation}' does not exist");
        if (mapping.PrivateIPv4Address is not { } address)
            return (mapping.SubnetId, null);
        if (type != LoadBalancerTypeEnum.Network || scheme != LoadBalancerSchemeEnum.Internal)
            throw InvalidConfigurationRequestException(
                "A private IPv4 address can only be specified for an internal load balancer of type 'network'"
            );
        return IPAddress.TryParse(address, out var parsed) && parsed.ToString() == address
            ? (mapping.SubnetId, address)
            : throw ElbErrors.ValidationError($"The IP address '{address}' is not a valid IPv4 address");
    }
}
