using Estiba.Compute.Networking;
using Estiba.Compute.Regions;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Vpcs;

/// <summary>
/// The default VPC of an account in a region, its subnet in each zone and its default security group. They exist from the beginning, are never
/// stored and always have the same ids.
/// </summary>
internal sealed class DefaultVpc(string accountId, string region, AddressRange range)
{
    public DefaultVpc(CallContext context, AddressRange range)
        : this(context.AccountId, context.Region, range)
    {
    }

    public string VpcId { get; } = ResourceIds.Derived("vpc-", $"{accountId}/{region}/vpc");

    public string SecurityGroupId { get; } = ResourceIds.Derived("sg-", $"{accountId}/{region}/default");

    public string SubnetId(int zone) => ResourceIds.Derived("subnet-", $"{accountId}/{region}/{zone}");

    /// <summary>The zone of a subnet, from 0; null when it is no subnet of this VPC.</summary>
    public int? ZoneOfSubnet(string subnetId)
    {
        for (var zone = 0; zone < AddressRange.Zones; zone++)
        {
            if (SubnetId(zone) == subnetId) return zone;
        }
        return null;
    }

    public Vpc ToVpc(IReadOnlyList<Tag> tags) => new()
    {
        VpcId = VpcId,
        OwnerId = accountId,
        State = "available",
        CidrBlock = range.Block.ToString(),
        CidrBlockAssociationSet =
        [
            new VpcCidrBlockAssociation
            {
                AssociationId = ResourceIds.Derived("vpc-cidr-assoc-", VpcId),
                CidrBlock = range.Block.ToString(),
                CidrBlockState = new VpcCidrBlockState { State = "associated" },
            },
        ],
        DhcpOptionsId = ResourceIds.Derived("dopt-", $"{accountId}/{region}/dopt"),
        InstanceTenancy = "default",
        IsDefault = true,
        Tags = tags,
    };

    /// <param name="zone">The zone, from 0.</param>
    /// <param name="used">How many of the subnet's addresses instances have.</param>
    /// <param name="tags">The subnet's tags.</param>
    public Subnet ToSubnet(int zone, int used, IReadOnlyList<Tag> tags) => new()
    {
        SubnetId = SubnetId(zone),
        SubnetArn = $"arn:aws:ec2:{region}:{accountId}:subnet/{SubnetId(zone)}",
        VpcId = VpcId,
        OwnerId = accountId,
        State = "available",
        CidrBlock = range.Subnets[zone].ToString(),
        AvailableIpAddressCount = range.CapacityOf(zone) - used,
        AvailabilityZone = RegionCatalog.ZoneName(region, zone),
        AvailabilityZoneId = RegionCatalog.ZoneId(region, zone),
        DefaultForAz = true,
        MapPublicIpOnLaunch = true,
        AssignIpv6AddressOnCreation = false,
        Ipv6CidrBlockAssociationSet = [],
        EnableDns64 = false,
        Ipv6Native = false,
        PrivateDnsNameOptionsOnLaunch = new PrivateDnsNameOptionsOnLaunch
        {
            HostnameType = "ip-name",
            EnableResourceNameDnsARecord = false,
            EnableResourceNameDnsAAAARecord = false,
        },
        Tags = tags,
    };
}
