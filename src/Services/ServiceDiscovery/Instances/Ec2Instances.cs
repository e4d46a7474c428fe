using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.ServiceDiscovery.Resources;
using Scope = Estiba.Contracts.Scope;

namespace Estiba.ServiceDiscovery.Instances;

/// <summary>What is asked of EC2, as Cloud Map itself.</summary>
/// <param name="ec2">EC2.</param>
/// <param name="ids">Makes request ids.</param>
internal sealed class Ec2Instances(IEc2Api ec2, ResourceIds ids)
{
    /// <summary>Whether a VPC is there.</summary>
    internal async Task<bool> HasVpcAsync(Scope scope, string vpc, CancellationToken cancellation)
    {
        var request = new DescribeVpcsRequest { Filters = [new Filter { Name = "vpc-id", Values = [vpc] }] };
        return (await ec2.DescribeVpcsAsync(request, ContextOf(scope), cancellation)).Vpcs is { Count: > 0 };
    }

    /// <summary>The primary private address of an instance.</summary>
    /// <exception cref="AwsException"><c>InvalidInput</c>: there is no such instance.</exception>
    internal async Task<string> AddressAsync(Scope scope, string instance, CancellationToken cancellation)
    {
        var request = new DescribeInstancesRequest
        {
            Filters = [new Filter { Name = "instance-id", Values = [instance] }],
        };
        var answer = await ec2.DescribeInstancesAsync(request, ContextOf(scope), cancellation);
        return (answer.Reservations ?? [])
            .SelectMany(reservation => reservation.Instances ?? [])
            .FirstOrDefault()
            ?.PrivateIpAddress
            ?? throw ServiceDiscoveryErrors.InvalidInput(
                $"{InstanceAttributes.Ec2Instance} must be an instance with a private address, but was {instance}."
            );
    }

    private CallContext ContextOf(Scope scope) =>
        new()
        {
            AccountId = scope.AccountId,
            Region = scope.Region,
            PrincipalArn = ResourceArns.Principal,
            AccessKeyId = "",
            RequestId = ids.Request(),
            Service = ResourceArns.Principal,
        };
}
