using Estiba.Compute.Absent;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

/// <content>
/// What connects a VPC to elsewhere, and capacity that is bought: console, infrastructure as code and inventories ask
/// for it in every account.
/// </content>
public sealed partial class Ec2Api
{
    private static readonly AbsentKind VpnGateways = new(
        ResourceKind.VpnGateway,
        hasTags: true,
        "amazon-side-asn",
        "attachment.state",
        "attachment.vpc-id",
        "availability-zone",
        "state",
        "type",
        "vpn-gateway-id"
    );

    private static readonly AbsentKind VpnConnections = new(
        ResourceKind.VpnConnection,
        hasTags: true,
        "bgp-asn",
        "customer-gateway-configuration",
        "customer-gateway-id",
        "option.static-routes-only",
        "route.destination-cidr-block",
        "state",
        "transit-gateway-id",
        "type",
        "vpn-connection-id",
        "vpn-gateway-id"
    );

    private static readonly AbsentKind CustomerGateways = new(
        ResourceKind.CustomerGateway,
        hasTags: true,
        "bgp-asn",
        "customer-gateway-id",
        "ip-address",
        "state",
        "type"
    );

    private static readonly AbsentKind TransitGateways = new(
        ResourceKind.TransitGateway,
        hasTags: true,
        "options.amazon-side-asn",
        "options.association-default-route-table-id",
        "options.auto-accept-shared-attachments",
        "options.default-route-table-association",
        "options.default-route-table-propagation",
        "options.dns-support",
        "options.propagation-default-route-table-id",
        "options.vpn-ecmp-support",
        "owner-id",
        "state",
        "transit-gateway-id"
    );

    private static readonly AbsentKind TransitGatewayAttachments = new(
        ResourceKind.TransitGatewayAttachment,
        hasTags: true,
        "association.state",
        "association.transit-gateway-route-table-id",
        "resource-id",
        "resource-owner-id",
        "resource-type",
        "state",
        "transit-gateway-attachment-id",
        "transit-gateway-id",
        "transit-gateway-owner-id"
    );

    private static readonly AbsentKind TransitGatewayVpcAttachments = new(
        ResourceKind.TransitGatewayAttachment,
        hasTags: true,
        "state",
        "transit-gateway-attachment-id",
        "transit-gateway-id",
        "vpc-id"
    );

    private static readonly AbsentKind TransitGatewayRouteTables = new(
        ResourceKind.TransitGatewayRouteTable,
        hasTags: true,
        "default-association-route-table",
        "default-propagation-route-table",
        "state",
        "transit-gateway-id",
        "transit-gateway-route-table-id"
    );

    private static readonly AbsentKind FlowLogs = new(
        ResourceKind.FlowLog,
        hasTags: true,
        "deliver-log-status",
        "flow-log-id",
        "log-destination-type",
        "log-group-name",
        "resource-id",
        "traffic-type"
    );

    private static readonly AbsentKind CarrierGateways = new(
        ResourceKind.CarrierGateway,
        hasTags: true,
        "carrier-gateway-id",
        "owner-id",
        "state",
        "vpc-id"
    );

    private static readonly AbsentKind InstanceConnectEndpoints = new(
        ResourceKind.InstanceConnectEndpoint,
        hasTags: true,
        "instance-connect-endpoint-id",
        "state",
        "subnet-id",
        "tag-value",
        "vpc-id"
    )
    {
        Page = (1, 50),
    };

    private static readonly AbsentKind VpcEndpointServiceConfigurations = new(
        ResourceKind.VpcEndpointService,
        hasTags: true,
        "service-id",
        "service-name",
        "service-state",
        "supported-ip-address-types"
    );

    private static readonly AbsentKind Hosts = new(
        ResourceKind.DedicatedHost,
        hasTags: true,
        "auto-placement",
        "availability-zone",
        "client-token",
        "host-reservation-id",
        "instance-type",
        "state"
    )
    {
        Page = (5, 500),
    };

    private static readonly AbsentKind CapacityReservations = new(
        ResourceKind.CapacityReservation,
        hasTags: true,
        "availability-zone",
        "end-date",
        "end-date-type",
        "instance-match-criteria",
        "instance-platform",
        "instance-type",
        "outpost-arn",
        "owner-id",
        "placement-group-arn",
        "start-date",
        "state",
        "tenancy"
    )
    {
        Page = (1, 1000),
    };

    private static readonly AbsentKind ReservedInstances = new(
        ResourceKind.ReservedInstances,
        hasTags: true,
        "availability-zone",
        "availability-zone-id",
        "duration",
        "end",
        "fixed-price",
        "instance-type",
        "product-description",
        "reserved-instances-id",
        "scope",
        "start",
        "state",
        "usage-price"
    );

    private static readonly AbsentKind VolumesModifications = new(
        ResourceKind.VolumeModification,
        hasTags: false,
        "modification-state",
        "original-iops",
        "original-size",
        "original-volume-type",
        "originalMultiAttachEnabled",
        "start-time",
        "target-iops",
        "target-size",
        "target-volume-type",
        "targetMultiAttachEnabled",
        "volume-id"
    )
    {
        Page = (1, 500),
    };

    /// <inheritdoc />
    public Task<DescribeVpnGatewaysResult> DescribeVpnGatewaysAsync(
        DescribeVpnGatewaysRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        VpnGateways.Describe(request.VpnGatewayIds, request.Filters, null, null, request.DryRun);
        return Task.FromResult(new DescribeVpnGatewaysResult { VpnGateways = [] });
    }

    /// <inheritdoc />
    public Task<DescribeVpnConnectionsResult> DescribeVpnConnectionsAsync(
        DescribeVpnConnectionsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        VpnConnections.Describe(request.VpnConnectionIds, request.Filters, null, null, request.DryRun);
        return Task.FromResult(new DescribeVpnConnectionsResult { VpnConnections = [] });
    }

    /// <inheritdoc />
    public Task<DescribeCustomerGatewaysResult> DescribeCustomerGatewaysAsync(
        DescribeCustomerGatewaysRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CustomerGateways.Describe(request.CustomerGatewayIds, request.Filters, null, null, request.DryRun);
        return Task.FromResult(new DescribeCustomerGatewaysResult { CustomerGateways = [] });
    }

    /// <inheritdoc />
    public Task<DescribeTransitGatewaysResult> DescribeTransitGatewaysAsync(
        DescribeTransitGatewaysRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        TransitGateways.Describe(
            request.TransitGatewayIds,
            request.Filters,
            request.MaxResults,
            request.NextToken,
            request.DryRun
        );
        return Task.FromResult(new DescribeTransitGatewaysResult { TransitGateways = [] });
    }

    /// <inheritdoc />
    public Task<DescribeTransitGatewayAttachmentsResult> DescribeTransitGatewayAttachmentsAsync(
        DescribeTransitGatewayAttachmentsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        TransitGatewayAttachments.Describe(
            request.TransitGatewayAttachmentIds,
            request.Filters,
            request.MaxResults,
            request.NextToken,
            request.DryRun
        );
        return Task.FromResult(new DescribeTransitGatewayAttachmentsResult { TransitGatewayAttachments = [] });
    }

    /// <inheritdoc />
    public Task<DescribeTransitGatewayVpcAttachmentsResult> DescribeTransitGatewayVpcAttachmentsAsync(
        DescribeTransitGatewayVpcAttachmentsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        TransitGatewayVpcAttachments.Describe(
            request.TransitGatewayAttachmentIds,
            request.Filters,
            request.MaxResults,
            request.NextToken,
            request.DryRun
        );
        return Task.FromResult(new DescribeTransitGatewayVpcAttachmentsResult { TransitGatewayVpcAttachments = [] });
    }

    /// <inheritdoc />
    public Task<DescribeTransitGatewayRouteTablesResult> DescribeTransitGatewayRouteTablesAsync(
        DescribeTransitGatewayRouteTablesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        TransitGatewayRouteTables.Describe(
            request.TransitGatewayRouteTableIds,
            request.Filters,
            request.MaxResults,
            request.NextToken,
            request.DryRun
        );
        return Task.FromResult(new DescribeTransitGatewayRouteTablesResult { TransitGatewayRouteTables = [] });
    }

    /// <inheritdoc />
    public Task<DescribeFlowLogsResult> DescribeFlowLogsAsync(
        DescribeFlowLogsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        FlowLogs.Describe(request.FlowLogIds, request.Filter, request.MaxResults, request.NextToken, request.DryRun);
        return Task.FromResult(new DescribeFlowLogsResult { FlowLogs = [] });
    }

    /// <inheritdoc />
    public Task<DescribeCarrierGatewaysResult> DescribeCarrierGatewaysAsync(
        DescribeCarrierGatewaysRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CarrierGateways.Describe(
            request.CarrierGatewayIds,
            request.Filters,
            request.MaxResults,
            request.NextToken,
            request.DryRun
        );
        return Task.FromResult(new DescribeCarrierGatewaysResult { CarrierGateways = [] });
    }

    /// <inheritdoc />
    public Task<DescribeInstanceConnectEndpointsResult> DescribeInstanceConnectEndpointsAsync(
        DescribeInstanceConnectEndpointsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        InstanceConnectEndpoints.Describe(
            request.InstanceConnectEndpointIds,
            request.Filters,
            request.MaxResults,
            request.NextToken,
            request.DryRun
        );
        return Task.FromResult(new DescribeInstanceConnectEndpointsResult { InstanceConnectEndpoints = [] });
    }

    /// <inheritdoc />
    public Task<DescribeVpcEndpointServiceConfigurationsResult> DescribeVpcEndpointServiceConfigurationsAsync(
        DescribeVpcEndpointServiceConfigurationsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        VpcEndpointServiceConfigurations.Describe(
            request.ServiceIds,
            request.Filters,
            request.MaxResults,
            request.NextToken,
            request.DryRun
        );
        return Task.FromResult(new DescribeVpcEndpointServiceConfigurationsResult { ServiceConfigurations = [] });
    }

    /// <inheritdoc />
    public Task<DescribeHostsResult> DescribeHostsAsync(
        DescribeHostsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Hosts.Describe(request.HostIds, request.Filter, request.MaxResults, request.NextToken, null);
        return Task.FromResult(new DescribeHostsResult { Hosts = [] });
    }

    /// <inheritdoc />
    public Task<DescribeCapacityReservationsResult> DescribeCapacityReservationsAsync(
        DescribeCapacityReservationsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CapacityReservations.Describe(
            request.CapacityReservationIds,
            request.Filters,
            request.MaxResults,
            request.NextToken,
            request.DryRun
        );
        return Task.FromResult(new DescribeCapacityReservationsResult { CapacityReservations = [] });
    }

    /// <inheritdoc />
    public Task<DescribeReservedInstancesResult> DescribeReservedInstancesAsync(
        DescribeReservedInstancesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        ReservedInstances.Describe(request.ReservedInstancesIds, request.Filters, null, null, request.DryRun);
        return Task.FromResult(new DescribeReservedInstancesResult { ReservedInstances = [] });
    }

    /// <inheritdoc />
    public Task<DescribeVolumesModificationsResult> DescribeVolumesModificationsAsync(
        DescribeVolumesModificationsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        VolumesModifications.Describe(
            request.VolumeIds,
            request.Filters,
            request.MaxResults,
            request.NextToken,
            request.DryRun
        );
        return Task.FromResult(new DescribeVolumesModificationsResult { VolumesModifications = [] });
    }
}
