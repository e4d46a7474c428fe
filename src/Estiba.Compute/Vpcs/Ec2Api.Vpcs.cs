using Estiba.Compute.Describing;
using Estiba.Compute.Instances;
using Estiba.Compute.Networking;
using Estiba.Compute.Tags;
using Estiba.Compute.Vpcs;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    private static readonly FilterSet<Vpc> s_vpcFilters = new(
        new FilterValues<Vpc>
        {
            { "cidr", vpc => vpc.CidrBlock },
            { "cidr-block-association.association-id", vpc => vpc.CidrBlockAssociationSet![0].AssociationId },
            { "cidr-block-association.cidr-block", vpc => vpc.CidrBlock },
            { "cidr-block-association.state", _ => "associated" },
            { "dhcp-options-id", vpc => vpc.DhcpOptionsId },
            { "is-default", vpc => vpc.IsDefault == true },
            { "isDefault", vpc => vpc.IsDefault == true },
            { "owner-id", vpc => vpc.OwnerId },
            { "state", vpc => vpc.State },
            { "vpc-id", vpc => vpc.VpcId },
        },
        vpc => vpc.Tags!);

    private static readonly FilterSet<Subnet> s_subnetFilters = new(
        new FilterValues<Subnet>
        {
            { "availability-zone", subnet => subnet.AvailabilityZone },
            { "availabilityZone", subnet => subnet.AvailabilityZone },
            { "availability-zone-id", subnet => subnet.AvailabilityZoneId },
            { "availabilityZoneId", subnet => subnet.AvailabilityZoneId },
            { "available-ip-address-count", subnet => $"{subnet.AvailableIpAddressCount}" },
            { "cidr", subnet => subnet.CidrBlock },
            { "cidrBlock", subnet => subnet.CidrBlock },
            { "cidr-block", subnet => subnet.CidrBlock },
            { "default-for-az", subnet => subnet.DefaultForAz == true },
            { "defaultForAz", subnet => subnet.DefaultForAz == true },
            { "map-public-ip-on-launch", subnet => subnet.MapPublicIpOnLaunch == true },
            { "owner-id", subnet => subnet.OwnerId },
            { "state", subnet => subnet.State },
            { "subnet-arn", subnet => subnet.SubnetArn },
            { "subnet-id", subnet => subnet.SubnetId },
            { "vpc-id", subnet => subnet.VpcId },
        },
        subnet => subnet.Tags!);

    /// <inheritdoc />
    public Task<DescribeVpcsResult> DescribeVpcsAsync(
        DescribeVpcsRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var matches = s_vpcFilters.Compile(request.Filters);
        var vpc = new DefaultVpc(context, _network.Range);
        foreach (var id in request.VpcIds ?? [])
        {
            if (id != vpc.VpcId) throw new AwsException("InvalidVpcID.NotFound", $"The vpc ID '{id}' does not exist");
        }
        Ec2Requests.EndDryRun(request.DryRun);

        var all = new[] { vpc.ToVpc(ResourceTags.Of(_store.Current, context, vpc.VpcId)) };
        var page = Page.Of(
            all.Where(matches), each => each.VpcId!, request.MaxResults, request.NextToken, request with { MaxResults = null, NextToken = null, DryRun = null }, context);
        return Task.FromResult(new DescribeVpcsResult { Vpcs = page.Items, NextToken = page.NextToken });
    }

    /// <inheritdoc />
    public Task<DescribeSubnetsResult> DescribeSubnetsAsync(
        DescribeSubnetsRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var matches = s_subnetFilters.Compile(request.Filters);
        var view = _store.Current;
        var vpc = new DefaultVpc(context, _network.Range);
        foreach (var id in request.SubnetIds ?? [])
        {
            if (vpc.ZoneOfSubnet(id) is null) throw new AwsException("InvalidSubnetID.NotFound", $"The subnet ID '{id}' does not exist");
        }
        Ec2Requests.EndDryRun(request.DryRun);

        // An address is given out once on the host, so what other accounts use is not available either.
        var used = view.Where(ComputeTables.Instances, ComputeTables.Live, ComputeTables.LiveKey)
            .Select(instance => instance.Address is { } address ? _network.Range.ZoneOf(System.Net.IPAddress.Parse(address)) : null)
            .Where(zone => zone is not null)
            .CountBy(zone => zone!.Value)
            .ToDictionary();
        var page = Page.Of(
            Enumerable.Range(0, AddressRange.Zones)
                .Select(zone => vpc.ToSubnet(zone, used.GetValueOrDefault(zone), ResourceTags.Of(view, context, vpc.SubnetId(zone))))
                .Where(subnet => request.SubnetIds is null or [] || request.SubnetIds.Contains(subnet.SubnetId))
                .Where(matches),
            subnet => subnet.AvailabilityZone!,
            request.MaxResults,
            request.NextToken,
            request with { MaxResults = null, NextToken = null, DryRun = null },
            context);
        return Task.FromResult(new DescribeSubnetsResult { Subnets = page.Items, NextToken = page.NextToken });
    }
}
