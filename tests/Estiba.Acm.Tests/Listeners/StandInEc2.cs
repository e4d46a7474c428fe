using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Acm.Tests.Listeners;

/// <summary>Knows one VPC with two subnets; network interfaces get addresses that are this machine's alone.</summary>
internal sealed class StandInEc2 : IEc2Api
{
    public static readonly string[] Subnets = ["subnet-a", "subnet-b"];
    private const string VpcId = "vpc-1";

    // 127.0.0.0/8 is this machine's: 16 bits of chance find a free network.
    private readonly string _network = $"127.{Random.Shared.Next(100, 250)}.{Random.Shared.Next(256)}";
    private readonly List<NetworkInterface> _interfaces = [];
    private readonly Lock _gate = new();

    public string FirstAddress => $"{_network}.1";

    public Task<DescribeSubnetsResult> DescribeSubnetsAsync(
        DescribeSubnetsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeSubnetsResult
            {
                Subnets =
                [
                    .. Subnets.Select(id => new Subnet
                    {
                        SubnetId = id,
                        VpcId = VpcId,
                        AvailabilityZone = $"eu-west-1{id[^1]}",
                        CidrBlock = $"{_network}.0/24",
                    }),
                ],
            }
        );

    public Task<DescribeVpcsResult> DescribeVpcsAsync(
        DescribeVpcsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new DescribeVpcsResult { Vpcs = [new Vpc { VpcId = VpcId }] });

    public Task<DescribeInternetGatewaysResult> DescribeInternetGatewaysAsync(
        DescribeInternetGatewaysRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeInternetGatewaysResult
            {
                InternetGateways = [new InternetGateway { InternetGatewayId = "igw-1" }],
            }
        );

    public Task<DescribeSecurityGroupsResult> DescribeSecurityGroupsAsync(
        DescribeSecurityGroupsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeSecurityGroupsResult
            {
                SecurityGroups = [new SecurityGroup { GroupId = "sg-1", VpcId = VpcId }],
            }
        );

    public Task<DescribeNetworkInterfacesResult> DescribeNetworkInterfacesAsync(
        DescribeNetworkInterfacesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        lock (_gate)
            return Task.FromResult(new DescribeNetworkInterfacesResult { NetworkInterfaces = [.. _interfaces] });
    }

    public Task<CreateNetworkInterfaceResult> CreateNetworkInterfaceAsync(
        CreateNetworkInterfaceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        lock (_gate)
        {
            var made = new NetworkInterface
            {
                NetworkInterfaceId = $"eni-{_interfaces.Count + 1}",
                SubnetId = request.SubnetId,
                Description = request.Description,
                PrivateIpAddress = $"{_network}.{_interfaces.Count + 1}",
                Groups = [new GroupIdentifier { GroupId = "sg-1" }],
            };
            _interfaces.Add(made);
            return Task.FromResult(new CreateNetworkInterfaceResult { NetworkInterface = made });
        }
    }
}
