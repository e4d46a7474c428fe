using System.Globalization;
using Estiba.Contracts;

namespace Estiba.Compute;

/// <summary>A kind of resource: what its ids look like, and how EC2 says that there is none ("Error codes for the
/// Amazon EC2 API").</summary>
/// <param name="Prefix">What ids begin with, for example <c>vpc-</c>.</param>
/// <param name="Type">Its name among types of resources that have tags.</param>
/// <param name="Missing">The code for an id that nothing has.</param>
/// <param name="Words">The message that goes with it; {0} is the id.</param>
/// <param name="Malformed">The code for what cannot be an id; null where EC2 says of such a one, too, that nothing has
/// it.</param>
internal sealed record ResourceKind(string Prefix, string Type, string Missing, string Words, string? Malformed = null)
{
    public static ResourceKind Instance { get; } =
        new(
            "i-",
            "instance",
            "InvalidInstanceID.NotFound",
            "The instance ID '{0}' does not exist",
            "InvalidInstanceID.Malformed"
        );

    public static ResourceKind SecurityGroup { get; } =
        new(
            "sg-",
            "security-group",
            "InvalidGroup.NotFound",
            "The security group '{0}' does not exist",
            "InvalidGroupId.Malformed"
        );

    public static ResourceKind SecurityGroupRule { get; } =
        new(
            "sgr-",
            "security-group-rule",
            "InvalidSecurityGroupRuleId.NotFound",
            "The security group rule ID '{0}' does not exist",
            "InvalidSecurityGroupRuleId.Malformed"
        );

    public static ResourceKind KeyPair { get; } =
        new("key-", "key-pair", "InvalidKeyPair.NotFound", "The key pair ID '{0}' does not exist");

    public static ResourceKind Subnet { get; } =
        new("subnet-", "subnet", "InvalidSubnetID.NotFound", "The subnet ID '{0}' does not exist");

    public static ResourceKind Vpc { get; } =
        new("vpc-", "vpc", "InvalidVpcID.NotFound", "The vpc ID '{0}' does not exist");

    public static ResourceKind Image { get; } =
        new("ami-", "image", "InvalidAMIID.NotFound", "The image id '[{0}]' does not exist", "InvalidAMIID.Malformed");

    public static ResourceKind Volume { get; } =
        new(
            "vol-",
            "volume",
            "InvalidVolume.NotFound",
            "The volume '{0}' does not exist.",
            "InvalidVolumeID.Malformed"
        );

    public static ResourceKind Snapshot { get; } =
        new(
            "snap-",
            "snapshot",
            "InvalidSnapshot.NotFound",
            "The snapshot '{0}' does not exist.",
            "InvalidSnapshotID.Malformed"
        );

    public static ResourceKind NetworkInterface { get; } =
        new(
            "eni-",
            "network-interface",
            "InvalidNetworkInterfaceID.NotFound",
            "The networkInterface ID '{0}' does not exist",
            "InvalidNetworkInterfaceId.Malformed"
        );

    public static ResourceKind RouteTable { get; } =
        new(
            "rtb-",
            "route-table",
            "InvalidRouteTableID.NotFound",
            "The routeTable ID '{0}' does not exist",
            "InvalidRouteTableId.Malformed"
        );

    public static ResourceKind InternetGateway { get; } =
        new(
            "igw-",
            "internet-gateway",
            "InvalidInternetGatewayID.NotFound",
            "The internetGateway ID '{0}' does not exist"
        );

    public static ResourceKind NetworkAcl { get; } =
        new("acl-", "network-acl", "InvalidNetworkAclID.NotFound", "The networkAcl ID '{0}' does not exist");

    public static ResourceKind DhcpOptions { get; } =
        new(
            "dopt-",
            "dhcp-options",
            "InvalidDhcpOptionID.NotFound",
            "The dhcpOption ID '{0}' does not exist",
            "InvalidDhcpOptionsId.Malformed"
        );

    public static ResourceKind PrefixList { get; } =
        new(
            "pl-",
            "prefix-list",
            "InvalidPrefixListId.NotFound",
            "The prefix list ID '{0}' does not exist",
            "InvalidPrefixListId.Malformed"
        );

    public static ResourceKind NatGateway { get; } =
        new("nat-", "natgateway", "NatGatewayNotFound", "The Nat Gateway {0} was not found", "NatGatewayMalformed");

    public static ResourceKind Allocation { get; } =
        new("eipalloc-", "elastic-ip", "InvalidAllocationID.NotFound", "The allocation ID '{0}' does not exist");

    public static ResourceKind VpcEndpoint { get; } =
        new(
            "vpce-",
            "vpc-endpoint",
            "InvalidVpcEndpointId.NotFound",
            "The Vpc Endpoint Id '{0}' does not exist",
            "InvalidVpcEndpointId.Malformed"
        );

    public static ResourceKind VpcPeeringConnection { get; } =
        new(
            "pcx-",
            "vpc-peering-connection",
            "InvalidVpcPeeringConnectionID.NotFound",
            "The vpcPeeringConnection ID '{0}' does not exist",
            "InvalidVpcPeeringConnectionId.Malformed"
        );

    public static ResourceKind EgressOnlyInternetGateway { get; } =
        new(
            "eigw-",
            "egress-only-internet-gateway",
            "InvalidGatewayID.NotFound",
            "The eigw ID '{0}' does not exist",
            "InvalidEgressOnlyInternetGatewayId.Malformed"
        );

    public static ResourceKind SpotInstanceRequest { get; } =
        new(
            "sir-",
            "spot-instances-request",
            "InvalidSpotInstanceRequestID.NotFound",
            "The spot instance request ID '{0}' does not exist",
            "InvalidSpotInstanceRequestID.Malformed"
        );

    public static ResourceKind LaunchTemplate { get; } =
        new(
            "lt-",
            "launch-template",
            "InvalidLaunchTemplateId.NotFound",
            "The specified launch template, with template ID {0}, does not exist.",
            "InvalidLaunchTemplateId.Malformed"
        );

    public static ResourceKind ProfileAssociation { get; } =
        new(
            "iip-assoc-",
            "iam-instance-profile-association",
            "InvalidAssociationID.NotFound",
            "An invalid association-id of '{0}' was given"
        );

    public static ResourceKind VpnGateway { get; } =
        new("vgw-", "vpn-gateway", "InvalidVpnGatewayID.NotFound", "The vpnGateway ID '{0}' does not exist");

    public static ResourceKind VpnConnection { get; } =
        new("vpn-", "vpn-connection", "InvalidVpnConnectionID.NotFound", "The vpnConnection ID '{0}' does not exist");

    public static ResourceKind CustomerGateway { get; } =
        new(
            "cgw-",
            "customer-gateway",
            "InvalidCustomerGatewayID.NotFound",
            "The customerGateway ID '{0}' does not exist"
        );

    public static ResourceKind TransitGateway { get; } =
        new(
            "tgw-",
            "transit-gateway",
            "InvalidTransitGatewayID.NotFound",
            "Transit Gateway {0} was deleted or does not exist."
        );

    public static ResourceKind TransitGatewayAttachment { get; } =
        new(
            "tgw-attach-",
            "transit-gateway-attachment",
            "InvalidTransitGatewayAttachmentID.NotFound",
            "Transit Gateway Attachment {0} was deleted or does not exist."
        );

    public static ResourceKind TransitGatewayRouteTable { get; } =
        new(
            "tgw-rtb-",
            "transit-gateway-route-table",
            "InvalidRouteTableID.NotFound",
            "Transit Gateway Route Table {0} was deleted or does not exist."
        );

    public static ResourceKind FlowLog { get; } =
        new(
            "fl-",
            "vpc-flow-log",
            "InvalidFlowLogId.NotFound",
            "These flow log ids in the input list are not found: {0}"
        );

    public static ResourceKind CarrierGateway { get; } =
        new(
            "cagw-",
            "carrier-gateway",
            "InvalidCarrierGatewayID.NotFound",
            "The carrier gateway ID '{0}' does not exist"
        );

    public static ResourceKind InstanceConnectEndpoint { get; } =
        new(
            "eice-",
            "instance-connect-endpoint",
            "InvalidInstanceConnectEndpointId.NotFound",
            "The instance connect endpoint ID '{0}' does not exist"
        );

    public static ResourceKind VpcEndpointService { get; } =
        new(
            "vpce-svc-",
            "vpc-endpoint-service",
            "InvalidVpcEndpointServiceId.NotFound",
            "The VpcEndpointService Id '{0}' does not exist"
        );

    public static ResourceKind DedicatedHost { get; } =
        new("h-", "dedicated-host", "InvalidHostID.NotFound", "The specified host ID '{0}' does not exist");

    public static ResourceKind CapacityReservation { get; } =
        new(
            "cr-",
            "capacity-reservation",
            "InvalidCapacityReservationId.NotFound",
            "The specified CapacityReservationId '{0}' does not exist."
        );

    public static ResourceKind ReservedInstances { get; } =
        new("", "reserved-instances", "InvalidReservedInstancesId", "The ReservedInstances ID '{0}' does not exist");

    public static ResourceKind VolumeModification { get; } =
        new(
            "vol-",
            "volume",
            "InvalidVolumeModification.NotFound",
            "Modification for volume '{0}' does not exist.",
            "InvalidVolumeID.Malformed"
        );

    /// <summary>What says that nothing has this id.</summary>
    public AwsException NotFound(string id) => new(Missing, string.Format(CultureInfo.InvariantCulture, Words, id));

    /// <exception cref="AwsException">An id cannot be one, or nothing has it.</exception>
    public void Require(IEnumerable<string>? ids, Func<string, bool> exists)
    {
        foreach (var id in ids ?? [])
        {
            if (Malformed is not null && !Ec2Requests.IsId(id, Prefix))
                throw new AwsException(Malformed, $"Invalid id: \"{id}\" (expecting \"{Prefix}...\")");
            if (!exists(id))
                throw NotFound(id);
        }
    }

    /// <summary>As above, for a kind of which EC2 names all that are missing.</summary>
    /// <exception cref="AwsException">As above; <paramref name="several"/> words it where more than one is
    /// missing.</exception>
    public void RequireAll(
        IReadOnlyList<string>? ids,
        Func<string, bool> exists,
        Func<IReadOnlyList<string>, string> several
    )
    {
        Require(ids, _ => true);
        var missing = (ids ?? []).Distinct().Where(id => !exists(id)).ToList();
        if (missing is [var one])
            throw NotFound(one);
        if (missing.Count > 1)
            throw new AwsException(Missing, several(missing));
    }
}
