using Estiba.Compute.Describing;
using Estiba.Compute.Networking;
using Estiba.Compute.NetworkInterfaces;
using Estiba.Compute.Tags;
using Estiba.Compute.Vpcs;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    private static readonly FilterSet<Vpc> VpcFilters = new(
        ShapeFilters.Of<Vpc>(
            "cidr = CidrBlock",
            "cidr-block-association.association-id = CidrBlockAssociationSet.AssociationId",
            "cidr-block-association.cidr-block = CidrBlockAssociationSet.CidrBlock",
            "cidr-block-association.state = CidrBlockAssociationSet.CidrBlockState.State",
            "dhcp-options-id",
            "ipv6-cidr-block-association.association-id = Ipv6CidrBlockAssociationSet.AssociationId",
            "ipv6-cidr-block-association.ipv6-cidr-block = Ipv6CidrBlockAssociationSet.Ipv6CidrBlock",
            "ipv6-cidr-block-association.ipv6-pool = Ipv6CidrBlockAssociationSet.Ipv6Pool",
            "ipv6-cidr-block-association.state = Ipv6CidrBlockAssociationSet.Ipv6CidrBlockState.State",
            "is-default",
            "isDefault",
            "owner-id",
            "state",
            "vpc-id"
        ),
        vpc => vpc.Tags ?? []
    );

    private static readonly FilterSet<Subnet> SubnetFilters = new(
        ShapeFilters.Of<Subnet>(
            "availability-zone",
            "availabilityZone",
            "availability-zone-id",
            "availabilityZoneId",
            "available-ip-address-count",
            "cidr = CidrBlock",
            "cidrBlock",
            "cidr-block",
            "customer-owned-ipv4-pool",
            "default-for-az",
            "defaultForAz",
            "enable-dns64",
            "enable-lni-at-device-index",
            "ipv6-cidr-block-association.association-id = Ipv6CidrBlockAssociationSet.AssociationId",
            "ipv6-cidr-block-association.ipv6-cidr-block = Ipv6CidrBlockAssociationSet.Ipv6CidrBlock",
            "ipv6-cidr-block-association.state = Ipv6CidrBlockAssociationSet.Ipv6CidrBlockState.State",
            "ipv6-native",
            "map-customer-owned-ip-on-launch",
            "map-public-ip-on-launch",
            "outpost-arn",
            "owner-id",
            "private-dns-name-options-on-launch.enable-resource-name-dns-a-record",
            "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record",
            "private-dns-name-options-on-launch.hostname-type",
            "state",
            "subnet-arn",
            "subnet-id",
            "vpc-id"
        ),
        subnet => subnet.Tags ?? []
    );

    /// <inheritdoc />
    public Task<DescribeVpcsResult> DescribeVpcsAsync(
        DescribeVpcsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults);
        var matches = VpcFilters.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);

        var vpc = new DefaultVpc(context, _network.Range);
        ResourceKind.Vpc.Require(request.VpcIds, id => id == vpc.VpcId);
        var all = new[] { vpc.ToVpc(ResourceTags.OrNone(_store.Current, context, vpc.VpcId)) };
        var page = Page.Of(
            all.Where(matches),
            each => each.VpcId!,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(new DescribeVpcsResult { Vpcs = page.Items, NextToken = page.NextToken });
    }

    /// <inheritdoc />
    public Task<DescribeSubnetsResult> DescribeSubnetsAsync(
        DescribeSubnetsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults);
        var matches = SubnetFilters.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);

        var view = _store.Current;
        var vpc = new DefaultVpc(context, _network.Range);
        ResourceKind.Subnet.Require(request.SubnetIds, id => vpc.ZoneOfSubnet(id) is not null);

        // An address is given out once on the host, so what other accounts use is not available either.
        var used = new PrivateAddresses(view, _network.Range).Used();
        var page = Page.Of(
            Enumerable
                .Range(0, AddressRange.Zones)
                .Select(zone => (Zone: zone, Id: vpc.SubnetId(zone)))
                .Where(subnet => request.SubnetIds is null or [] || request.SubnetIds.Contains(subnet.Id))
                .Select(subnet =>
                    vpc.ToSubnet(
                        subnet.Zone,
                        used.GetValueOrDefault(subnet.Zone),
                        new Settings(view, context, subnet.Id),
                        ResourceTags.OrNone(view, context, subnet.Id)
                    )
                )
                .Where(matches),
            subnet => subnet.AvailabilityZone!,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(new DescribeSubnetsResult { Subnets = page.Items, NextToken = page.NextToken });
    }
}
