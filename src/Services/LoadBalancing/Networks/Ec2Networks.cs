using System.Net;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.Hosting;

namespace Estiba.LoadBalancing.Networks;

/// <summary>What load balancers need of EC2: where subnets, groups and instances are, and network interfaces.</summary>
/// <param name="ec2">EC2, called as <see cref="Service"/>: whoever makes a load balancer needs no permission for what
/// it consists of, as with AWS's service-linked role.</param>
/// <param name="hosts">Where hosts are that EC2 does not know; null where there are none.</param>
/// <param name="ids">Makes request ids.</param>
internal sealed class Ec2Networks(IEc2Api ec2, Func<IHostAddresses?> hosts, ElbIds ids)
{
    /// <summary>As whom EC2 is to be called.</summary>
    internal const string Service = "elasticloadbalancing.amazonaws.com";

    /// <summary>How many values a filter may have ("Filter", Amazon EC2 API Reference).</summary>
    private const int MostFilterValues = 200;

    /// <summary>The subnets with some ids; those that are not there are missing.</summary>
    internal async Task<IReadOnlyList<Subnet>> SubnetsAsync(
        IReadOnlyList<string> subnets,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var request = new DescribeSubnetsRequest { Filters = [Of("subnet-id", subnets)] };
        return (await ec2.DescribeSubnetsAsync(request, context, cancellation)).Subnets ?? [];
    }

    /// <summary>All subnets of a VPC.</summary>
    internal async Task<IReadOnlyList<Subnet>> SubnetsOfAsync(
        string vpc,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var request = new DescribeSubnetsRequest { Filters = [Of("vpc-id", [vpc])] };
        return (await ec2.DescribeSubnetsAsync(request, context, cancellation)).Subnets ?? [];
    }

    /// <summary>Whether a VPC is there.</summary>
    internal async Task<bool> HasVpcAsync(string vpc, CallContext context, CancellationToken cancellation)
    {
        var request = new DescribeVpcsRequest { Filters = [Of("vpc-id", [vpc])] };
        return (await ec2.DescribeVpcsAsync(request, context, cancellation)).Vpcs is { Count: > 0 };
    }

    /// <summary>Whether a VPC has a way to the Internet.</summary>
    internal async Task<bool> HasInternetGatewayAsync(string vpc, CallContext context, CancellationToken cancellation)
    {
        var request = new DescribeInternetGatewaysRequest { Filters = [Of("attachment.vpc-id", [vpc])] };
        return (await ec2.DescribeInternetGatewaysAsync(request, context, cancellation)).InternetGateways
            is { Count: > 0 };
    }

    /// <summary>The ids of a VPC's security groups among some; all must be there.</summary>
    internal async Task<IReadOnlyList<string>> SecurityGroupsAsync(
        string vpc,
        IReadOnlyList<string> groups,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var request = new DescribeSecurityGroupsRequest { Filters = [Of("group-id", groups), Of("vpc-id", [vpc])] };
        var found = await ec2.DescribeSecurityGroupsAsync(request, context, cancellation);
        return [.. (found.SecurityGroups ?? []).Select(group => group.GroupId!)];
    }

    /// <summary>The security group that every VPC has.</summary>
    internal async Task<string?> DefaultSecurityGroupAsync(
        string vpc,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var request = new DescribeSecurityGroupsRequest
        {
            Filters = [Of("group-name", ["default"]), Of("vpc-id", [vpc])],
        };
        var found = await ec2.DescribeSecurityGroupsAsync(request, context, cancellation);
        return found.SecurityGroups is { Count: > 0 } groups ? groups[0].GroupId : null;
    }

    /// <summary>The instances with some ids, by id; those that are not there are missing.</summary>
    internal async Task<IReadOnlyDictionary<string, Instance>> InstancesAsync(
        IReadOnlyList<string> instances,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var found = new Dictionary<string, Instance>(StringComparer.Ordinal);
        foreach (var part in instances.Chunk(MostFilterValues))
        {
            var request = new DescribeInstancesRequest { Filters = [Of("instance-id", part)] };
            var answer = await ec2.DescribeInstancesAsync(request, context, cancellation);
            foreach (var instance in (answer.Reservations ?? []).SelectMany(each => each.Instances ?? []))
                found[instance.InstanceId!] = instance;
        }

        return found;
    }

    /// <summary>The address of a host that is no instance of EC2; null where there is none of this name.</summary>
    internal IPAddress? HostAddress(Scope scope, string host) => hosts()?.Find(scope, host);

    /// <summary>The network interfaces with a description.</summary>
    internal async Task<IReadOnlyList<NetworkInterface>> InterfacesAsync(
        string description,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var request = new DescribeNetworkInterfacesRequest { Filters = [Of("description", [description])] };
        return (await ec2.DescribeNetworkInterfacesAsync(request, context, cancellation)).NetworkInterfaces ?? [];
    }

    /// <summary>Makes a network interface.</summary>
    /// <param name="description">What it is for.</param>
    /// <param name="subnet">Where.</param>
    /// <param name="address">The address that it is to have; null for any.</param>
    /// <param name="groups">Its security groups; none for the VPC's own.</param>
    /// <param name="context">For whom.</param>
    /// <param name="cancellation">Gives up.</param>
    internal async Task<NetworkInterface> CreateInterfaceAsync(
        string description,
        string subnet,
        string? address,
        IReadOnlyList<string> groups,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var request = new CreateNetworkInterfaceRequest
        {
            Description = description,
            SubnetId = subnet,
            PrivateIpAddress = address,
            Groups = groups.Count > 0 ? groups : null,
        };
        return (await ec2.CreateNetworkInterfaceAsync(request, context, cancellation)).NetworkInterface!;
    }

    /// <summary>Puts a network interface into other security groups.</summary>
    internal Task SetGroupsAsync(
        string id,
        IReadOnlyList<string> groups,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var request = new ModifyNetworkInterfaceAttributeRequest { NetworkInterfaceId = id, Groups = groups };
        return ec2.ModifyNetworkInterfaceAttributeAsync(request, context, cancellation);
    }

    /// <summary>Deletes a network interface; one that is gone already is as good.</summary>
    internal async Task DeleteInterfaceAsync(string id, CallContext context, CancellationToken cancellation)
    {
        try
        {
            var request = new DeleteNetworkInterfaceRequest { NetworkInterfaceId = id };
            await ec2.DeleteNetworkInterfaceAsync(request, context, cancellation);
        }
        catch (AwsException gone) when (gone.Code == "InvalidNetworkInterfaceID.NotFound")
        {
            // Whoever deleted it did what is wanted.
        }
    }

    /// <summary>The context of a controller's calls.</summary>
    /// <param name="scope">Account and region.</param>
    /// <param name="arn">For the sake of which resource.</param>
    internal CallContext ContextOf(Scope scope, string arn) =>
        new()
        {
            AccountId = scope.AccountId,
            Region = scope.Region,
            PrincipalArn = Service,
            AccessKeyId = "",
            RequestId = ids.Resource(),
            Service = Service,
            SourceArn = arn,
        };

    private static Filter Of(string name, IReadOnlyList<string> values) => new() { Name = name, Values = values };
}
