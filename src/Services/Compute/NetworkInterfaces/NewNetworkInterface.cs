using System.Security.Cryptography;
using Estiba.Compute.Networking;
using Estiba.Compute.Tags;
using Estiba.Compute.Vpcs;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute.NetworkInterfaces;

/// <summary>A request for a network interface that has been checked as far as that needs no state.</summary>
internal sealed class NewNetworkInterface
{
    private const int LongestToken = 64;

    private readonly CreateNetworkInterfaceRequest _request;
    private readonly string? _token;
    private readonly string? _wanted;
    private readonly IReadOnlyList<Tag> _tags;

    /// <exception cref="AwsException">Something that EC2, or Estiba, does not take.</exception>
    public NewNetworkInterface(CreateNetworkInterfaceRequest request)
    {
        if (request.ClientToken?.Length > LongestToken)
            throw Ec2Requests.Invalid(
                $"Value ({request.ClientToken}) for parameter clientToken is invalid. It has at most "
                    + $"{LongestToken} characters."
            );
        CheckSupported(request);
        _request = request;
        _token = request.ClientToken is { Length: > 0 } token ? token : null;
        _wanted = WantedAddress(request);
        _tags = ResourceTags.FromSpecifications(request.TagSpecifications, "network-interface");
    }

    /// <returns>The new interface, or that of an earlier request with the same client token.</returns>
    /// <exception cref="AwsException">Something that the request names is not there, or there is no
    /// room.</exception>
    public NetworkInterfaceRecord Create(
        Transaction transaction,
        CallContext context,
        AddressRange range,
        ResourceIds ids,
        DateTimeOffset now
    )
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(ShapeJson.ToUtf8(_request with { DryRun = null })));
        if (FindEarlier(transaction, context, hash) is { } earlier)
            return earlier;

        var vpc = new DefaultVpc(context, range);
        ResourceKind.Subnet.Require([_request.SubnetId!], id => vpc.ZoneOfSubnet(id) is not null);
        var zone = vpc.ZoneOfSubnet(_request.SubnetId!)!.Value;
        var book = new SecurityGroups.SecurityGroupLookup(transaction, context, vpc);
        var groups = (_request.Groups ?? []).Select(id => book.GetById(id).GroupId).Distinct().ToList();
        var record = new NetworkInterfaceRecord
        {
            AccountId = context.AccountId,
            Region = context.Region,
            NetworkInterfaceId = ids.New("eni-"),
            Zone = zone,
            SubnetId = _request.SubnetId!,
            VpcId = vpc.VpcId,
            Address = Address(new PrivateAddresses(transaction, range), zone),
            CreatedAt = now,
            SecurityGroupIds = groups.Count > 0 ? groups : [book.GetByName("default").GroupId],
            Description = _request.Description ?? "",
            Service = context.Service,
            ClientToken = _token,
            RequestHash = _token is null ? null : hash,
        };
        transaction.Put(ComputeTables.NetworkInterfaces, record);
        ResourceTags.Put(transaction, context, record.NetworkInterfaceId, "network-interface", _tags);
        return record;
    }

    private string Address(PrivateAddresses addresses, int zone) =>
        _wanted is not null
            ? addresses.Take(_wanted, zone).Address
            : addresses.Free(zone).FirstOrDefault()
                ?? throw new AwsException(
                    "InsufficientFreeAddressesInSubnet",
                    "The specified subnet does not have enough free addresses to satisfy the request."
                );

    private NetworkInterfaceRecord? FindEarlier(Transaction transaction, CallContext context, string hash)
    {
        if (_token is null)
            return null;
        var earlier = transaction
            .Where(ComputeTables.NetworkInterfaces, ComputeTables.InterfaceClientToken, Scope.Of(context).Key(_token))
            .FirstOrDefault();
        return earlier is null || earlier.RequestHash == hash
            ? earlier
            : throw new AwsException(
                "IdempotentParameterMismatch",
                "Arguments on this idempotent request are inconsistent with arguments used in previous request(s)."
            );
    }

    private static void CheckSupported(CreateNetworkInterfaceRequest request)
    {
        if (request.InterfaceType is not (null or "interface"))
            throw Ec2Requests.Unsupported($"network interfaces of the type {request.InterfaceType}");
        if (
            request.Ipv6AddressCount > 0
            || request.Ipv6Addresses is { Count: > 0 }
            || request.Ipv6PrefixCount > 0
            || request.Ipv6Prefixes is { Count: > 0 }
            || request.EnablePrimaryIpv6 == true
        )
            throw Ec2Requests.Unsupported("IPv6 addresses of network interfaces");
        if (request.Ipv4PrefixCount > 0 || request.Ipv4Prefixes is { Count: > 0 })
            throw Ec2Requests.Unsupported("prefixes of network interfaces");
        if (
            request.SecondaryPrivateIpAddressCount > 0
            || request.PrivateIpAddresses is { Count: > 1 } or [{ Primary: false }]
        )
            throw Ec2Requests.Unsupported("more than one address of a network interface");
        if (request.ConnectionTrackingSpecification is not null)
            throw Ec2Requests.Unsupported("the tracking of connections");
        if (request.Operator is not null)
            throw Ec2Requests.Unsupported("operators of network interfaces");
    }

    private static string? WantedAddress(CreateNetworkInterfaceRequest request) =>
        request.PrivateIpAddresses is [{ PrivateIpAddress: { } listed }]
            ? request.PrivateIpAddress is null || request.PrivateIpAddress == listed
                ? listed
                : throw Ec2Requests.Combination(
                    "Only one primary private IP address can be specified for a network interface"
                )
            : request.PrivateIpAddress;
}
