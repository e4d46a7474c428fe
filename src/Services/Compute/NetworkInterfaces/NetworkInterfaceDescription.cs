using System.Net;
using Estiba.Compute.Instances;
using Estiba.Compute.Regions;
using Estiba.Compute.SecurityGroups;
using Estiba.Compute.Tags;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute.NetworkInterfaces;

/// <summary>A network interface in EC2's form: one that was created, or the one of an instance.</summary>
internal sealed class NetworkInterfaceDescription(View view, CallContext context, SecurityGroupLookup groups)
{
    /// <summary>All of the account in the region.</summary>
    public IEnumerable<NetworkInterface> All() =>
        view.Range(ComputeTables.Instances, Scope.Of(context).Prefix)
            .Where(instance => instance.Address is not null)
            .Select(Of)
            .Concat(view.Range(ComputeTables.NetworkInterfaces, Scope.Of(context).Prefix).Select(Of));

    public NetworkInterface Of(NetworkInterfaceRecord record)
    {
        var dnsName = InstanceNames.PrivateDnsName(record.Region, record.Address);
        return new NetworkInterface
        {
            NetworkInterfaceId = record.NetworkInterfaceId,
            Attachment = record.Service is null ? null : OfService(record),
            AvailabilityZone = RegionCatalog.ZoneName(record.Region, record.Zone),
            AvailabilityZoneId = RegionCatalog.ZoneId(record.Region, record.Zone),
            Description = record.Description,
            Groups =
            [
                .. record.SecurityGroupIds.Select(id => new GroupIdentifier
                {
                    GroupId = id,
                    GroupName = groups.FindById(id)?.GroupName,
                }),
            ],
            InterfaceType = "interface",
            Ipv6Addresses = [],
            MacAddress = Mac(record.Address),
            OwnerId = record.AccountId,
            PrivateDnsName = dnsName,
            PrivateIpAddress = record.Address,
            PrivateIpAddresses =
            [
                new NetworkInterfacePrivateIpAddress
                {
                    Primary = true,
                    PrivateDnsName = dnsName,
                    PrivateIpAddress = record.Address,
                },
            ],
            RequesterId = record.Service is null ? record.AccountId : Requester(record.Service),
            RequesterManaged = record.Service is not null,
            SourceDestCheck = record.SourceDestCheck,
            Status = record.Service is null ? "available" : "in-use",
            SubnetId = record.SubnetId,
            // One of the kinds of which EC2 tells an empty set.
            TagSet = ResourceTags.Of(view, context, record.NetworkInterfaceId),
            VpcId = record.VpcId,
        };
    }

    /// <summary>The MAC address of whatever has an address: locally administered, with the address in it.</summary>
    public static string Mac(string address) =>
        "02:42:" + string.Join(':', IPAddress.Parse(address).GetAddressBytes().Select(part => part.ToString("x2")));

    private NetworkInterface Of(InstanceRecord record)
    {
        var its = new InstanceDescription(view, context, groups).ToInstance(record).NetworkInterfaces![0];
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
            TagSet = ResourceTags.Of(view, context, its.NetworkInterfaceId!),
            VpcId = its.VpcId,
        };
    }

    /// <summary>What a service makes for itself is in use from the beginning, by the service.</summary>
    private static NetworkInterfaceAttachment OfService(NetworkInterfaceRecord record) =>
        new()
        {
            AttachmentId = ResourceIds.Derived("eni-attach-", record.NetworkInterfaceId),
            AttachTime = record.CreatedAt,
            DeleteOnTermination = false,
            DeviceIndex = 1,
            InstanceOwnerId = Requester(record.Service!),
            NetworkCardIndex = 0,
            Status = "attached",
        };

    // The alias of the load balancers is older than the names of services.
    private static string Requester(string service) =>
        service == "elasticloadbalancing.amazonaws.com" ? "amazon-elb" : service;
}
