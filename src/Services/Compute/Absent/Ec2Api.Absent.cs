using Estiba.Compute.Absent;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    private static readonly AbsentKind Addresses = new(
        ResourceKind.Allocation,
        hasTags: true,
        "allocation-id",
        "association-id",
        "instance-id",
        "network-border-group",
        "network-interface-id",
        "network-interface-owner-id",
        "private-ip-address",
        "public-ip"
    );

    private static readonly AbsentKind EgressOnlyInternetGateways = new(
        ResourceKind.EgressOnlyInternetGateway,
        hasTags: true
    );

    private static readonly AbsentKind NatGateways = new(
        ResourceKind.NatGateway,
        hasTags: true,
        "nat-gateway-id",
        "state",
        "subnet-id",
        "vpc-id"
    );

    private static readonly AbsentKind PlacementGroups = new(
        kind: null,
        hasTags: true,
        "group-arn",
        "group-name",
        "spread-level",
        "state",
        "strategy"
    );

    private static readonly AbsentKind Snapshots = new(
        ResourceKind.Snapshot,
        hasTags: true,
        "description",
        "encrypted",
        "owner-alias",
        "owner-id",
        "progress",
        "snapshot-id",
        "start-time",
        "status",
        "storage-tier",
        "transfer-type",
        "volume-id",
        "volume-size"
    );

    private static readonly AbsentKind SpotInstanceRequests = new(
        ResourceKind.SpotInstanceRequest,
        hasTags: true,
        "availability-zone-group",
        "create-time",
        "fault-code",
        "fault-message",
        "instance-id",
        "launch-group",
        "launch.block-device-mapping.delete-on-termination",
        "launch.block-device-mapping.device-name",
        "launch.block-device-mapping.snapshot-id",
        "launch.block-device-mapping.volume-size",
        "launch.block-device-mapping.volume-type",
        "launch.group-id",
        "launch.group-name",
        "launch.image-id",
        "launch.instance-type",
        "launch.kernel-id",
        "launch.key-name",
        "launch.monitoring-enabled",
        "launch.ramdisk-id",
        "launched-availability-zone",
        "launched-availability-zone-id",
        "network-interface.addresses.primary",
        "network-interface.delete-on-termination",
        "network-interface.description",
        "network-interface.device-index",
        "network-interface.group-id",
        "network-interface.network-interface-id",
        "network-interface.private-ip-address",
        "network-interface.subnet-id",
        "product-description",
        "spot-instance-request-id",
        "spot-price",
        "state",
        "status-code",
        "status-message",
        "type",
        "valid-from",
        "valid-until"
    );

    private static readonly AbsentKind VpcEndpoints = new(
        ResourceKind.VpcEndpoint,
        hasTags: true,
        "ip-address-type",
        "service-name",
        "service-region",
        "vpc-endpoint-id",
        "vpc-endpoint-state",
        "vpc-endpoint-type",
        "vpc-id"
    )
    {
        Page = (1, 1000),
    };

    private static readonly AbsentKind VpcPeeringConnections = new(
        ResourceKind.VpcPeeringConnection,
        hasTags: true,
        "accepter-vpc-info.cidr-block",
        "accepter-vpc-info.owner-id",
        "accepter-vpc-info.vpc-id",
        "expiration-time",
        "requester-vpc-info.cidr-block",
        "requester-vpc-info.owner-id",
        "requester-vpc-info.vpc-id",
        "status-code",
        "status-message",
        "vpc-peering-connection-id"
    );

    /// <summary>Elastic IP addresses, of which there are none: an instance's public address is its own.</summary>
    public Task<DescribeAddressesResult> DescribeAddressesAsync(
        DescribeAddressesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Addresses.Describe(request.AllocationIds, request.Filters, null, null, request.DryRun);
        if (request.PublicIps is [var address, ..])
            throw new AwsException("InvalidAddress.NotFound", $"Address '{address}' not found.");
        return Task.FromResult(new DescribeAddressesResult { Addresses = [] });
    }

    /// <inheritdoc />
    public Task<DescribeEgressOnlyInternetGatewaysResult> DescribeEgressOnlyInternetGatewaysAsync(
        DescribeEgressOnlyInternetGatewaysRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        EgressOnlyInternetGateways.Describe(
            request.EgressOnlyInternetGatewayIds,
            request.Filters,
            request.MaxResults,
            request.NextToken,
            request.DryRun
        );
        return Task.FromResult(new DescribeEgressOnlyInternetGatewaysResult { EgressOnlyInternetGateways = [] });
    }

    /// <inheritdoc />
    public Task<DescribeNatGatewaysResult> DescribeNatGatewaysAsync(
        DescribeNatGatewaysRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        NatGateways.Describe(
            request.NatGatewayIds,
            request.Filter,
            request.MaxResults,
            request.NextToken,
            request.DryRun
        );
        return Task.FromResult(new DescribeNatGatewaysResult { NatGateways = [] });
    }

    /// <inheritdoc />
    public Task<DescribePlacementGroupsResult> DescribePlacementGroupsAsync(
        DescribePlacementGroupsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        PlacementGroups.Describe(null, request.Filters, null, null, request.DryRun);
        if ((request.GroupNames ?? []).Concat(request.GroupIds ?? []).FirstOrDefault() is { } name)
            throw new AwsException("InvalidPlacementGroup.Unknown", $"The Placement Group '{name}' is unknown.");
        return Task.FromResult(new DescribePlacementGroupsResult { PlacementGroups = [] });
    }

    /// <summary>Snapshots of the account's own, of which there are none. Those that images name are AWS's, and
    /// private.</summary>
    public Task<DescribeSnapshotsResult> DescribeSnapshotsAsync(
        DescribeSnapshotsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Snapshots.Describe(request.SnapshotIds, request.Filters, request.MaxResults, request.NextToken, request.DryRun);
        return Task.FromResult(new DescribeSnapshotsResult { Snapshots = [] });
    }

    /// <inheritdoc />
    public Task<DescribeSpotInstanceRequestsResult> DescribeSpotInstanceRequestsAsync(
        DescribeSpotInstanceRequestsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        SpotInstanceRequests.Describe(
            request.SpotInstanceRequestIds,
            request.Filters,
            request.MaxResults,
            request.NextToken,
            request.DryRun
        );
        return Task.FromResult(new DescribeSpotInstanceRequestsResult { SpotInstanceRequests = [] });
    }

    /// <inheritdoc />
    public Task<DescribeVpcEndpointsResult> DescribeVpcEndpointsAsync(
        DescribeVpcEndpointsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        VpcEndpoints.Describe(
            request.VpcEndpointIds,
            request.Filters,
            request.MaxResults,
            request.NextToken,
            request.DryRun
        );
        return Task.FromResult(new DescribeVpcEndpointsResult { VpcEndpoints = [] });
    }

    /// <inheritdoc />
    public Task<DescribeVpcPeeringConnectionsResult> DescribeVpcPeeringConnectionsAsync(
        DescribeVpcPeeringConnectionsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        VpcPeeringConnections.Describe(
            request.VpcPeeringConnectionIds,
            request.Filters,
            request.MaxResults,
            request.NextToken,
            request.DryRun
        );
        return Task.FromResult(new DescribeVpcPeeringConnectionsResult { VpcPeeringConnections = [] });
    }
}
