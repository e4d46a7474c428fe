using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.LoadBalancing.Tests;

/// <summary>
/// Knows one VPC with three subnets, one each in a zone, another VPC without a way to the Internet, and whatever
/// instances and network interfaces a test makes. It lives on when the platform is killed.
/// </summary>
internal sealed class StandInEc2 : IEc2Api
{
    public const string Vpc = "vpc-1";
    public const string OtherVpc = "vpc-2";
    public const string DefaultGroup = "sg-default";
    public static readonly string[] Groups = ["sg-1", "sg-2", "sg-3", "sg-4", "sg-5", "sg-6"];
    public static readonly string[] Subnets = ["subnet-a", "subnet-b", "subnet-c"];
    public const string SubnetBesideA = "subnet-a2";
    public const string OtherSubnet = "subnet-x";
    public const string OtherSubnetB = "subnet-y";

    private static readonly Dictionary<string, (string Vpc, string Zone, string Cidr)> Places = new()
    {
        ["subnet-a"] = (Vpc, "eu-west-1a", "10.0.1.0/24"),
        ["subnet-b"] = (Vpc, "eu-west-1b", "10.0.2.0/24"),
        ["subnet-c"] = (Vpc, "eu-west-1c", "10.0.3.0/24"),
        [SubnetBesideA] = (Vpc, "eu-west-1a", "10.0.4.0/24"),
        [OtherSubnet] = (OtherVpc, "eu-west-1a", "10.9.1.0/24"),
        [OtherSubnetB] = (OtherVpc, "eu-west-1b", "10.9.2.0/24"),
    };

    private readonly Lock _gate = new();
    private int _made;

    public List<NetworkInterface> Interfaces { get; } = [];

    public Dictionary<string, Instance> Instances { get; } = [];

    /// <summary>Called when an operation has done what it does: to throw is to be killed before anybody hears of
    /// it.</summary>
    public Action<string> Afterwards { get; set; } = static _ => { };

    /// <summary>Called before an operation does anything.</summary>
    public Action<string> Before { get; set; } = static _ => { };

    /// <summary>As whom, and for the sake of what, it was last called.</summary>
    public CallContext? Caller { get; private set; }

    public void Run(
        string id,
        string address,
        string zone = "eu-west-1a",
        string vpc = Vpc,
        string state = "running"
    ) =>
        Instances[id] = new Instance
        {
            InstanceId = id,
            PrivateIpAddress = address,
            VpcId = vpc,
            State = new InstanceState { Name = state },
            Placement = new Placement { AvailabilityZone = zone },
        };

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
                    .. Places
                        .Where(each =>
                            Fits(request.Filters, "subnet-id", each.Key)
                            && Fits(request.Filters, "vpc-id", each.Value.Vpc)
                        )
                        .Select(each => new Subnet
                        {
                            SubnetId = each.Key,
                            VpcId = each.Value.Vpc,
                            AvailabilityZone = each.Value.Zone,
                            CidrBlock = each.Value.Cidr,
                        }),
                ],
            }
        );

    public Task<DescribeVpcsResult> DescribeVpcsAsync(
        DescribeVpcsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeVpcsResult
            {
                Vpcs =
                [
                    .. new[] { Vpc, OtherVpc }
                        .Where(vpc => Fits(request.Filters, "vpc-id", vpc))
                        .Select(vpc => new Vpc { VpcId = vpc }),
                ],
            }
        );

    public Task<DescribeInternetGatewaysResult> DescribeInternetGatewaysAsync(
        DescribeInternetGatewaysRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeInternetGatewaysResult
            {
                InternetGateways = Fits(request.Filters, "attachment.vpc-id", Vpc)
                    ? [new InternetGateway { InternetGatewayId = "igw-1" }]
                    : [],
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
                SecurityGroups =
                [
                    .. Groups
                        .Select(id => (Id: id, Name: id, Vpc))
                        .Append((Id: DefaultGroup, Name: "default", Vpc))
                        .Append((Id: "sg-other", Name: "default", Vpc: OtherVpc))
                        .Where(each =>
                            Fits(request.Filters, "group-id", each.Id)
                            && Fits(request.Filters, "group-name", each.Name)
                            && Fits(request.Filters, "vpc-id", each.Vpc)
                        )
                        .Select(each => new SecurityGroup { GroupId = each.Id, VpcId = each.Vpc }),
                ],
            }
        );

    public Task<DescribeInstancesResult> DescribeInstancesAsync(
        DescribeInstancesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeInstancesResult
            {
                Reservations =
                [
                    new Reservation
                    {
                        Instances =
                        [
                            .. Instances.Values.Where(each => Fits(request.Filters, "instance-id", each.InstanceId!)),
                        ],
                    },
                ],
            }
        );

    public Task<DescribeNetworkInterfacesResult> DescribeNetworkInterfacesAsync(
        DescribeNetworkInterfacesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Before("DescribeNetworkInterfaces");
        lock (_gate)
            return Task.FromResult(
                new DescribeNetworkInterfacesResult
                {
                    NetworkInterfaces =
                    [
                        .. Interfaces.Where(each => Fits(request.Filters, "description", each.Description!)),
                    ],
                }
            );
    }

    public Task<CreateNetworkInterfaceResult> CreateNetworkInterfaceAsync(
        CreateNetworkInterfaceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Before("CreateNetworkInterface");
        Caller = context;
        NetworkInterface made;
        lock (_gate)
        {
            var number = ++_made;
            var prefix = Places[request.SubnetId!].Cidr[..^"0/24".Length];
            made = new NetworkInterface
            {
                NetworkInterfaceId = $"eni-{number:D4}",
                SubnetId = request.SubnetId,
                Description = request.Description,
                PrivateIpAddress = request.PrivateIpAddress ?? $"{prefix}{100 + number}",
                Groups = [.. (request.Groups ?? [DefaultGroup]).Select(id => new GroupIdentifier { GroupId = id })],
            };
            Interfaces.Add(made);
        }

        Afterwards("CreateNetworkInterface");
        return Task.FromResult(new CreateNetworkInterfaceResult { NetworkInterface = made });
    }

    public Task<DeleteNetworkInterfaceResponse> DeleteNetworkInterfaceAsync(
        DeleteNetworkInterfaceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Before("DeleteNetworkInterface");
        lock (_gate)
        {
            if (Interfaces.RemoveAll(each => each.NetworkInterfaceId == request.NetworkInterfaceId) == 0)
                throw new AwsException("InvalidNetworkInterfaceID.NotFound", "It does not exist");
        }

        Afterwards("DeleteNetworkInterface");
        return Task.FromResult(new DeleteNetworkInterfaceResponse());
    }

    public Task<ModifyNetworkInterfaceAttributeResponse> ModifyNetworkInterfaceAttributeAsync(
        ModifyNetworkInterfaceAttributeRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Before("ModifyNetworkInterfaceAttribute");
        lock (_gate)
        {
            var at = Interfaces.FindIndex(each => each.NetworkInterfaceId == request.NetworkInterfaceId);
            Interfaces[at] = Interfaces[at] with
            {
                Groups = [.. request.Groups!.Select(id => new GroupIdentifier { GroupId = id })],
            };
        }

        Afterwards("ModifyNetworkInterfaceAttribute");
        return Task.FromResult(new ModifyNetworkInterfaceAttributeResponse());
    }

    private static bool Fits(IReadOnlyList<Filter>? filters, string name, string value) =>
        filters?.Where(filter => filter.Name == name).All(filter => filter.Values!.Contains(value)) ?? true;
}
