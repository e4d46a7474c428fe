using Estiba.Compute.Networking;
using Estiba.Compute.Regions;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Vpcs;

/// <summary>
/// The default VPC of an account in a region, its subnet in each zone and its default security group. They exist from
/// the beginning, are never stored and always have the same ids.
/// </summary>
internal sealed class DefaultVpc(string accountId, string region, AddressRange range)
{
    public DefaultVpc(CallContext context, AddressRange range)
        : this(context.AccountId, context.Region, range) { }

    public string VpcId { get; } = ResourceIds.Derived("vpc-", $"{accountId}/{region}/vpc");

    public string RouteTableId { get; } = ResourceIds.Derived("rtb-", $"{accountId}/{region}/rtb");

    public string InternetGatewayId { get; } = ResourceIds.Derived("igw-", $"{accountId}/{region}/igw");

    public string NetworkAclId { get; } = ResourceIds.Derived("acl-", $"{accountId}/{region}/acl");

    public string DhcpOptionsId { get; } = ResourceIds.Derived("dopt-", $"{accountId}/{region}/dopt");

    public string SecurityGroupId { get; } = ResourceIds.Derived("sg-", $"{accountId}/{region}/default");

    public string SubnetId(int zone) => ResourceIds.Derived("subnet-", $"{accountId}/{region}/{zone}");

    /// <summary>The zone of a subnet, from 0; null when it is no subnet of this VPC.</summary>
    public int? ZoneOfSubnet(string subnetId)
    {
        for (var zone = 0; zone < AddressRange.Zones; zone++)
        {
            if (SubnetId(zone) == subnetId)
                return zone;
        }
        return null;
    }

    public Vpc ToVpc(IReadOnlyList<Tag>? tags) =>
        new()
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
            DhcpOptionsId = DhcpOptionsId,
            InstanceTenancy = "default",
            IsDefault = true,
            Tags = tags,
        };

    /// <param name="zone">The zone, from 0.</param>
    /// <param name="used">How many of the subnet's addresses are given out.</param>
    /// <param name="settings">What was changed of it.</param>
    /// <param name="tags">The subnet's tags.</param>
    public Subnet ToSubnet(int zone, int used, Settings settings, IReadOnlyList<Tag>? tags) =>
        new()
        {
            SubnetId = SubnetId(zone),
            SubnetArn = $"arn:{Arn.PartitionOf(region)}:ec2:{region}:{accountId}:subnet/{SubnetId(zone)}",
            VpcId = VpcId,
            OwnerId = accountId,
            State = "available",
            CidrBlock = range.Subnets[zone].ToString(),
            AvailableIpAddressCount = range.CapacityOf(zone) - used,
            AvailabilityZone = RegionCatalog.ZoneName(region, zone),
            AvailabilityZoneId = RegionCatalog.ZoneId(region, zone),
            DefaultForAz = true,
            MapPublicIpOnLaunch = settings.Flag("mapPublicIpOnLaunch", true),
            MapCustomerOwnedIpOnLaunch = false,
            AssignIpv6AddressOnCreation = false,
            Ipv6CidrBlockAssociationSet = [],
            EnableDns64 = false,
            Ipv6Native = false,
            PrivateDnsNameOptionsOnLaunch = new PrivateDnsNameOptionsOnLaunch
            {
                HostnameType = settings.Text("hostnameType", "ip-name"),
                EnableResourceNameDnsARecord = settings.Flag("enableResourceNameDnsARecord", false),
                EnableResourceNameDnsAAAARecord = false,
            },
            Tags = tags,
        };

    /// <summary>The main route table: within the VPC, and to everywhere else by the gateway.</summary>
    public RouteTable ToRouteTable(IReadOnlyList<Tag> tags) =>
        new()
        {
            RouteTableId = RouteTableId,
            VpcId = VpcId,
            OwnerId = accountId,
            Associations =
            [
                new RouteTableAssociation
                {
                    Main = true,
                    RouteTableAssociationId = ResourceIds.Derived("rtbassoc-", RouteTableId),
                    RouteTableId = RouteTableId,
                    AssociationState = new RouteTableAssociationState { State = "associated" },
                },
            ],
            PropagatingVgws = [],
            Routes =
            [
                new Route
                {
                    DestinationCidrBlock = range.Block.ToString(),
                    GatewayId = "local",
                    Origin = "CreateRouteTable",
                    State = "active",
                },
                new Route
                {
                    DestinationCidrBlock = "0.0.0.0/0",
                    GatewayId = InternetGatewayId,
                    Origin = "CreateRoute",
                    State = "active",
                },
            ],
            Tags = tags,
        };

    public InternetGateway ToInternetGateway(IReadOnlyList<Tag> tags) =>
        new()
        {
            InternetGatewayId = InternetGatewayId,
            OwnerId = accountId,
            Attachments = [new InternetGatewayAttachment { State = "available", VpcId = VpcId }],
            Tags = tags,
        };

    /// <summary>The default network ACL, which lets everything through in both directions.</summary>
    public NetworkAcl ToNetworkAcl(IReadOnlyList<Tag> tags) =>
        new()
        {
            NetworkAclId = NetworkAclId,
            VpcId = VpcId,
            OwnerId = accountId,
            IsDefault = true,
            Associations =
            [
                .. Enumerable
                    .Range(0, AddressRange.Zones)
                    .Select(SubnetId)
                    .Select(subnet => new NetworkAclAssociation
                    {
                        NetworkAclAssociationId = ResourceIds.Derived("aclassoc-", subnet),
                        NetworkAclId = NetworkAclId,
                        SubnetId = subnet,
                    }),
            ],
            Entries =
            [
                AclEntry(true, 100, "allow"),
                AclEntry(true, LastAclRule, "deny"),
                AclEntry(false, 100, "allow"),
                AclEntry(false, LastAclRule, "deny"),
            ],
            Tags = tags,
        };

    public DhcpOptions ToDhcpOptions(IReadOnlyList<Tag> tags) =>
        new()
        {
            DhcpOptionsId = DhcpOptionsId,
            OwnerId = accountId,
            DhcpConfigurations =
            [
                Configuration("domain-name", region == "us-east-1" ? "ec2.internal" : $"{region}.compute.internal"),
                Configuration("domain-name-servers", "AmazonProvidedDNS"),
            ],
            Tags = tags,
        };

    /// <summary>The rule that EC2 shows as *: what no other rule lets through is stopped.</summary>
    private const int LastAclRule = 32767;

    private static NetworkAclEntry AclEntry(bool egress, int number, string action) =>
        new()
        {
            CidrBlock = "0.0.0.0/0",
            Egress = egress,
            Protocol = "-1",
            RuleAction = action,
            RuleNumber = number,
        };

    private static DhcpConfiguration Configuration(string key, string value) =>
        new() { Key = key, Values = [new AttributeValue { Value = value }] };
}
