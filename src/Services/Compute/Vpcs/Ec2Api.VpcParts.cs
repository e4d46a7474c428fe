using Estiba.Compute.Describing;
using Estiba.Compute.Tags;
using Estiba.Compute.Vpcs;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

/// <summary>What the default VPC consists of. Of each kind there is one, and an empty tag set is told: EC2 does so for
/// these kinds.</summary>
public sealed partial class Ec2Api
{
    private static readonly FilterSet<RouteTable> RouteTableFilters = new(
        ShapeFilters.Of<RouteTable>(
            "association.gateway-id = Associations.GatewayId",
            "association.main = Associations.Main",
            "association.route-table-association-id = Associations.RouteTableAssociationId",
            "association.route-table-id = Associations.RouteTableId",
            "association.subnet-id = Associations.SubnetId",
            "owner-id",
            "route-table-id",
            "route.destination-cidr-block = Routes.DestinationCidrBlock",
            "route.destination-ipv6-cidr-block = Routes.DestinationIpv6CidrBlock",
            "route.destination-prefix-list-id = Routes.DestinationPrefixListId",
            "route.egress-only-internet-gateway-id = Routes.EgressOnlyInternetGatewayId",
            "route.gateway-id = Routes.GatewayId",
            "route.instance-id = Routes.InstanceId",
            "route.nat-gateway-id = Routes.NatGatewayId",
            "route.origin = Routes.Origin",
            "route.state = Routes.State",
            "route.transit-gateway-id = Routes.TransitGatewayId",
            "route.vpc-peering-connection-id = Routes.VpcPeeringConnectionId",
            "vpc-id"
        ),
        table => table.Tags!
    );

    private static readonly FilterSet<InternetGateway> InternetGatewayFilters = new(
        ShapeFilters.Of<InternetGateway>(
            "attachment.state = Attachments.State",
            "attachment.vpc-id = Attachments.VpcId",
            "internet-gateway-id",
            "owner-id"
        ),
        gateway => gateway.Tags!
    );

    private static readonly FilterSet<NetworkAcl> NetworkAclFilters = new(
        ShapeFilters.Of<NetworkAcl>(
            "association.association-id = Associations.NetworkAclAssociationId",
            "association.network-acl-id = Associations.NetworkAclId",
            "association.subnet-id = Associations.SubnetId",
            "default = IsDefault",
            "entry.cidr = Entries.CidrBlock",
            "entry.egress = Entries.Egress",
            "entry.icmp.code = Entries.IcmpTypeCode.Code",
            "entry.icmp.type = Entries.IcmpTypeCode.Type",
            "entry.ipv6-cidr = Entries.Ipv6CidrBlock",
            "entry.port-range.from = Entries.PortRange.From",
            "entry.port-range.to = Entries.PortRange.To",
            "entry.protocol = Entries.Protocol",
            "entry.rule-action = Entries.RuleAction",
            "entry.rule-number = Entries.RuleNumber",
            "network-acl-id",
            "owner-id",
            "vpc-id"
        ),
        acl => acl.Tags!
    );

    private static readonly FilterSet<DhcpOptions> DhcpOptionsFilters = new(
        ShapeFilters.Of<DhcpOptions>(
            "dhcp-options-id",
            "key = DhcpConfigurations.Key",
            "owner-id",
            "value = DhcpConfigurations.Values.Value"
        ),
        options => options.Tags!
    );

    private static readonly FilterSet<ManagedPrefixList> ManagedPrefixListFilters = new(
        ShapeFilters.Of<ManagedPrefixList>("owner-id", "prefix-list-id", "prefix-list-name"),
        list => list.Tags ?? []
    );

    private static readonly FilterSet<PrefixList> PrefixListFilters = new(
        ShapeFilters.Of<PrefixList>("prefix-list-id", "prefix-list-name")
    );

    /// <inheritdoc />
    public Task<DescribeRouteTablesResult> DescribeRouteTablesAsync(
        DescribeRouteTablesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults, greatest: 100);
        var matches = RouteTableFilters.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);

        var vpc = new DefaultVpc(context, _network.Range);
        ResourceKind.RouteTable.Require(request.RouteTableIds, id => id == vpc.RouteTableId);
        RouteTable[] all = [vpc.ToRouteTable(ResourceTags.Of(_store.Current, context, vpc.RouteTableId))];
        var page = Page.Of(
            all.Where(matches),
            each => each.RouteTableId!,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(new DescribeRouteTablesResult { RouteTables = page.Items, NextToken = page.NextToken });
    }

    /// <inheritdoc />
    public Task<DescribeInternetGatewaysResult> DescribeInternetGatewaysAsync(
        DescribeInternetGatewaysRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults);
        var matches = InternetGatewayFilters.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);

        var vpc = new DefaultVpc(context, _network.Range);
        ResourceKind.InternetGateway.Require(request.InternetGatewayIds, id => id == vpc.InternetGatewayId);
        InternetGateway[] all =
        [
            vpc.ToInternetGateway(ResourceTags.Of(_store.Current, context, vpc.InternetGatewayId)),
        ];
        var page = Page.Of(
            all.Where(matches),
            each => each.InternetGatewayId!,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new DescribeInternetGatewaysResult { InternetGateways = page.Items, NextToken = page.NextToken }
        );
    }

    /// <inheritdoc />
    public Task<DescribeNetworkAclsResult> DescribeNetworkAclsAsync(
        DescribeNetworkAclsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults);
        var matches = NetworkAclFilters.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);

        var vpc = new DefaultVpc(context, _network.Range);
        ResourceKind.NetworkAcl.Require(request.NetworkAclIds, id => id == vpc.NetworkAclId);
        NetworkAcl[] all = [vpc.ToNetworkAcl(ResourceTags.Of(_store.Current, context, vpc.NetworkAclId))];
        var page = Page.Of(
            all.Where(matches),
            each => each.NetworkAclId!,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(new DescribeNetworkAclsResult { NetworkAcls = page.Items, NextToken = page.NextToken });
    }

    /// <inheritdoc />
    public Task<DescribeDhcpOptionsResult> DescribeDhcpOptionsAsync(
        DescribeDhcpOptionsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults);
        var matches = DhcpOptionsFilters.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);

        var vpc = new DefaultVpc(context, _network.Range);
        ResourceKind.DhcpOptions.Require(request.DhcpOptionsIds, id => id == vpc.DhcpOptionsId);
        DhcpOptions[] all = [vpc.ToDhcpOptions(ResourceTags.Of(_store.Current, context, vpc.DhcpOptionsId))];
        var page = Page.Of(
            all.Where(matches),
            each => each.DhcpOptionsId!,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(new DescribeDhcpOptionsResult { DhcpOptions = page.Items, NextToken = page.NextToken });
    }

    /// <inheritdoc />
    public Task<DescribeManagedPrefixListsResult> DescribeManagedPrefixListsAsync(
        DescribeManagedPrefixListsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults, least: 1, greatest: 100);
        var matches = ManagedPrefixListFilters.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);

        ResourceKind.PrefixList.Require(request.PrefixListIds, id =>
            ManagedPrefixLists.Find(context.Region, id) is not null
        );
        var page = Page.Of(
            ManagedPrefixLists
                .All(context.Region)
                .Where(list =>
                    request.PrefixListIds is null or [] || request.PrefixListIds.Contains(list.PrefixListId!)
                )
                .Where(matches)
                .OrderBy(list => list.PrefixListId, StringComparer.Ordinal),
            list => list.PrefixListId!,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new DescribeManagedPrefixListsResult { PrefixLists = page.Items, NextToken = page.NextToken }
        );
    }

    /// <inheritdoc />
    public Task<GetManagedPrefixListEntriesResult> GetManagedPrefixListEntriesAsync(
        GetManagedPrefixListEntriesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults, least: 1, greatest: 100);
        Ec2Requests.EndDryRun(request.DryRun);
        ResourceKind.PrefixList.Require([request.PrefixListId!], id =>
            ManagedPrefixLists.Find(context.Region, id) is not null
        );
        return Task.FromResult(new GetManagedPrefixListEntriesResult { Entries = [] });
    }

    /// <inheritdoc />
    public Task<DescribePrefixListsResult> DescribePrefixListsAsync(
        DescribePrefixListsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults, least: 1);
        var matches = PrefixListFilters.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);

        ResourceKind.PrefixList.Require(request.PrefixListIds, id =>
            ManagedPrefixLists.Find(context.Region, id) is not null
        );
        var page = Page.Of(
            ManagedPrefixLists
                .All(context.Region)
                .Where(list =>
                    request.PrefixListIds is null or [] || request.PrefixListIds.Contains(list.PrefixListId!)
                )
                .Select(list => new PrefixList
                {
                    PrefixListId = list.PrefixListId,
                    PrefixListName = list.PrefixListName,
                    Cidrs = [],
                })
                .Where(matches)
                .OrderBy(list => list.PrefixListId, StringComparer.Ordinal),
            list => list.PrefixListId!,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(new DescribePrefixListsResult { PrefixLists = page.Items, NextToken = page.NextToken });
    }
}
