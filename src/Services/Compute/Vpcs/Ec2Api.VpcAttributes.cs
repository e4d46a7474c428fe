using Estiba.Compute.Vpcs;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    private const string DnsSupport = "enableDnsSupport";
    private const string DnsHostnames = "enableDnsHostnames";
    private const string UsageMetrics = "enableNetworkAddressUsageMetrics";

    /// <inheritdoc />
    public Task<DescribeVpcAttributeResult> DescribeVpcAttributeAsync(
        DescribeVpcAttributeRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Ec2Requests.EndDryRun(request.DryRun);
        var vpc = new DefaultVpc(context, _network.Range);
        ResourceKind.Vpc.Require([request.VpcId!], id => id == vpc.VpcId);

        var settings = new Settings(_store.Current, context, vpc.VpcId);
        var answer = new DescribeVpcAttributeResult { VpcId = vpc.VpcId };
        return Task.FromResult(
            request.Attribute switch
            {
                DnsSupport => answer with { EnableDnsSupport = Of(settings.Flag(DnsSupport, true)) },
                // Off in a VPC that somebody makes, on in the default one.
                DnsHostnames => answer with { EnableDnsHostnames = Of(settings.Flag(DnsHostnames, true)) },
                _ => answer with { EnableNetworkAddressUsageMetrics = Of(settings.Flag(UsageMetrics, false)) },
            }
        );
    }

    /// <inheritdoc />
    public async Task<ModifyVpcAttributeResponse> ModifyVpcAttributeAsync(
        ModifyVpcAttributeRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        bool?[] values =
        [
            request.EnableDnsSupport?.Value,
            request.EnableDnsHostnames?.Value,
            request.EnableNetworkAddressUsageMetrics?.Value,
        ];
        if (values.Count(value => value is not null) != 1)
            throw Ec2Requests.Combination("One attribute of a VPC is modified in a request.");

        await _store.CommitAsync(
            transaction =>
            {
                var vpc = new DefaultVpc(context, _network.Range);
                ResourceKind.Vpc.Require([request.VpcId!], id => id == vpc.VpcId);
                Settings.Put(transaction, context, vpc.VpcId, DnsSupport, values[0]);
                Settings.Put(transaction, context, vpc.VpcId, DnsHostnames, values[1]);
                Settings.Put(transaction, context, vpc.VpcId, UsageMetrics, values[2]);
            },
            cancellation
        );
        return new ModifyVpcAttributeResponse();
    }

    /// <inheritdoc />
    public async Task<ModifySubnetAttributeResponse> ModifySubnetAttributeAsync(
        ModifySubnetAttributeRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (
            request.AssignIpv6AddressOnCreation?.Value == true
            || request.EnableDns64?.Value == true
            || request.EnableResourceNameDnsAAAARecordOnLaunch?.Value == true
        )
            throw Ec2Requests.Unsupported("IPv6 in subnets");
        if (
            request.MapCustomerOwnedIpOnLaunch?.Value == true
            || request.CustomerOwnedIpv4Pool is not null
            || request.EnableLniAtDeviceIndex is not null
        )
            throw Ec2Requests.Unsupported("Outposts");

        await _store.CommitAsync(
            transaction =>
            {
                var vpc = new DefaultVpc(context, _network.Range);
                ResourceKind.Subnet.Require([request.SubnetId!], id => vpc.ZoneOfSubnet(id) is not null);
                Settings.Put(
                    transaction,
                    context,
                    request.SubnetId!,
                    "mapPublicIpOnLaunch",
                    request.MapPublicIpOnLaunch?.Value
                );
                Settings.Put(
                    transaction,
                    context,
                    request.SubnetId!,
                    "hostnameType",
                    request.PrivateDnsHostnameTypeOnLaunch
                );
                Settings.Put(
                    transaction,
                    context,
                    request.SubnetId!,
                    "enableResourceNameDnsARecord",
                    request.EnableResourceNameDnsARecordOnLaunch?.Value
                );
            },
            cancellation
        );
        return new ModifySubnetAttributeResponse();
    }
}
