using Estiba.Compute.Describing;
using Estiba.Compute.Instances;
using Estiba.Compute.Regions;
using Estiba.Compute.Tags;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute;

/// <summary>Network interfaces: each instance has one for as long as it has an address.</summary>
public sealed partial class Ec2Api
{
    private static readonly FilterSet<NetworkInterface> NetworkInterfaceFilters = new(
        ShapeFilters
            .Of<NetworkInterface>(
                "addresses.association.owner-id = PrivateIpAddresses.Association.IpOwnerId",
                "addresses.association.public-ip = PrivateIpAddresses.Association.PublicIp",
                "addresses.primary = PrivateIpAddresses.Primary",
                "addresses.private-ip-address = PrivateIpAddresses.PrivateIpAddress",
                "association.allocation-id",
                "association.association-id",
                "association.ip-owner-id",
                "association.public-dns-name",
                "association.public-ip",
                "attachment.attachment-id",
                "attachment.delete-on-termination",
                "attachment.device-index",
                "attachment.instance-id",
                "attachment.instance-owner-id",
                "attachment.status",
                "availability-zone",
                "availability-zone-id",
                "description",
                "group-id = Groups.GroupId",
                "group-name = Groups.GroupName",
                "interface-type",
                "ipv6-addresses.ipv6-address",
                "mac-address",
                "network-interface-id",
                "operator.managed",
                "operator.principal",
                "owner-id",
                "private-dns-name",
                "private-ip-address",
                "requester-id",
                "requester-managed",
                "source-dest-check",
                "status",
                "subnet-id",
                "vpc-id"
            )
            .And(
                new FilterValues<NetworkInterface>
                {
                    { "attachment.attach-time", each => Moments.Text(each.Attachment!.AttachTime) },
                }
            ),
        each => each.TagSet!
    );

    /// <inheritdoc />
    public Task<DescribeNetworkInterfacesResult> DescribeNetworkInterfacesAsync(
        DescribeNetworkInterfacesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults);
        var matches = NetworkInterfaceFilters.Compile(request.Filters);
        if (request.MaxResults is not null && request.NetworkInterfaceIds is { Count: > 0 })
            throw Ec2Requests.Combination(
                "The parameter networkInterfaceIds cannot be used with the parameter maxResults"
            );
        Ec2Requests.EndDryRun(request.DryRun);

        var view = _store.Current;
        var description = new InstanceDescription(view, context, Book(view, context));
        var all = WithInterfaces(view, context);
        ResourceKind.NetworkInterface.Require(request.NetworkInterfaceIds, all.ContainsKey);
        var page = Page.Of(
            all.Where(each =>
                    request.NetworkInterfaceIds is null or [] || request.NetworkInterfaceIds.Contains(each.Key)
                )
                .Select(each =>
                    ToNetworkInterface(
                        each.Value,
                        description.ToInstance(each.Value),
                        ResourceTags.Of(view, context, each.Key)
                    )
                )
                .Where(matches)
                .OrderBy(each => each.NetworkInterfaceId, StringComparer.Ordinal),
            each => each.NetworkInterfaceId!,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new DescribeNetworkInterfacesResult { NetworkInterfaces = page.Items, NextToken = page.NextToken }
        );
    }

    /// <inheritdoc />
    public Task<DescribeNetworkInterfaceAttributeResult> DescribeNetworkInterfaceAttributeAsync(
        DescribeNetworkInterfaceAttributeRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Ec2Requests.EndDryRun(request.DryRun);
        var view = _store.Current;
        var all = WithInterfaces(view, context);
        ResourceKind.NetworkInterface.Require([request.NetworkInterfaceId!], all.ContainsKey);

        var instance = all[request.NetworkInterfaceId!];
        var described = ToNetworkInterface(
            instance,
            new InstanceDescription(view, context, Book(view, context)).ToInstance(instance),
            []
        );
        var answer = new DescribeNetworkInterfaceAttributeResult { NetworkInterfaceId = described.NetworkInterfaceId };
        return Task.FromResult(
            request.Attribute switch
            {
                "description" => answer with { Description = Of(described.Description) },
                "groupSet" => answer with { Groups = described.Groups },
                "sourceDestCheck" => answer with { SourceDestCheck = Of(described.SourceDestCheck == true) },
                "attachment" => answer with { Attachment = described.Attachment },
                "associatePublicIpAddress" => answer with { AssociatePublicIpAddress = true },
                _ => throw Ec2Requests.Missing("attribute"),
            }
        );
    }

    /// <inheritdoc />
    public async Task<ModifyNetworkInterfaceAttributeResponse> ModifyNetworkInterfaceAttributeAsync(
        ModifyNetworkInterfaceAttributeRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.Attachment?.DeleteOnTermination == false)
            throw Ec2Requests.Unsupported("network interfaces that outlive their instance");
        if (
            request.EnablePrimaryIpv6 == true
            || request.EnaSrdSpecification is not null
            || request.AssociatedSubnetIds is { Count: > 0 }
        )
            throw Ec2Requests.Unsupported("this attribute of network interfaces");
        Ec2Requests.EndDryRun(request.DryRun);

        await _store.CommitAsync(
            transaction =>
            {
                var all = WithInterfaces(transaction, context);
                ResourceKind.NetworkInterface.Require([request.NetworkInterfaceId!], all.ContainsKey);
                var before = all[request.NetworkInterfaceId!];
                var book = Book(transaction, context);
                transaction.Put(
                    ComputeTables.Instances,
                    before with
                    {
                        SecurityGroupIds = request.Groups is { Count: > 0 } groups
                            ? [.. groups.Select(id => book.GetById(id).GroupId).Distinct()]
                            : before.SecurityGroupIds,
                        SourceDestCheck = request.SourceDestCheck?.Value ?? before.SourceDestCheck,
                        InterfaceDescription = request.Description?.Value ?? before.InterfaceDescription,
                    }
                );
            },
            cancellation
        );
        return new ModifyNetworkInterfaceAttributeResponse();
    }

    /// <summary>Instances by the id of their interface.</summary>
    private static Dictionary<string, InstanceRecord> WithInterfaces(View view, CallContext context) =>
        view.Range(ComputeTables.Instances, Scope.Of(context).Prefix)
            .Where(instance => instance.Address is not null)
            .ToDictionary(InstanceDescription.NetworkInterfaceId);

    private static NetworkInterface ToNetworkInterface(
        InstanceRecord record,
        Instance instance,
        IReadOnlyList<Tag> tags
    )
    {
        var its = instance.NetworkInterfaces![0];
        var association = its.Association is { } known
            ? new NetworkInterfaceAssociation
            {
                IpOwnerId = known.IpOwnerId,
                PublicDnsName = known.PublicDnsName,
                PublicIp = known.PublicIp,
            }
            : null;
        return new NetworkInterface
        {
            NetworkInterfaceId = its.NetworkInterfaceId,
            Association = association,
            Attachment = new NetworkInterfaceAttachment
            {
                AttachmentId = its.Attachment!.AttachmentId,
                AttachTime = its.Attachment.AttachTime,
                DeleteOnTermination = its.Attachment.DeleteOnTermination,
                DeviceIndex = its.Attachment.DeviceIndex,
                NetworkCardIndex = its.Attachment.NetworkCardIndex,
                InstanceId = record.InstanceId,
                InstanceOwnerId = record.AccountId,
                Status = its.Attachment.Status,
            },
            AvailabilityZone = InstanceNames.ZoneName(record),
            AvailabilityZoneId = RegionCatalog.ZoneId(record.Region, record.Zone),
            Description = its.Description,
            Groups = its.Groups,
            InterfaceType = its.InterfaceType,
            Ipv6Addresses = [],
            MacAddress = its.MacAddress,
            OwnerId = its.OwnerId,
            PrivateDnsName = its.PrivateDnsName,
            PrivateIpAddress = its.PrivateIpAddress,
            PrivateIpAddresses =
            [
                new NetworkInterfacePrivateIpAddress
                {
                    Association = association,
                    Primary = true,
                    PrivateDnsName = its.PrivateDnsName,
                    PrivateIpAddress = its.PrivateIpAddress,
                },
            ],
            RequesterManaged = false,
            SourceDestCheck = its.SourceDestCheck,
            Status = its.Status,
            SubnetId = its.SubnetId,
            // One of the kinds of which EC2 tells an empty set.
            TagSet = tags,
            VpcId = its.VpcId,
        };
    }
}
