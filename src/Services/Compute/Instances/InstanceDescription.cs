using Estiba.Compute.Images;
using Estiba.Compute.InstanceTypes;
using Estiba.Compute.NetworkInterfaces;
using Estiba.Compute.Regions;
using Estiba.Compute.SecurityGroups;
using Estiba.Compute.Tags;
using Estiba.Compute.Volumes;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute.Instances;

/// <summary>
/// An instance in EC2's form. Its one address is private and public at once: the host and its containers reach it.
/// </summary>
internal sealed class InstanceDescription(View view, CallContext context, SecurityGroupLookup groups)
{
    /// <summary>Of the one that every instance has.</summary>
    public static string NetworkInterfaceId(InstanceRecord record) => ResourceIds.Derived("eni-", record.InstanceId);

    public Instance ToInstance(InstanceRecord record)
    {
        var type = InstanceTypeCatalog.Find(record.InstanceType);
        var architecture = type?.Architecture ?? "x86_64";
        var publicAddress = InstanceStates.NeedsAddress(record.State) ? record.ReachedAt : null;
        return new Instance
        {
            InstanceId = record.InstanceId,
            ImageId = record.ImageId,
            InstanceType = record.InstanceType,
            Architecture = architecture,
            AmiLaunchIndex = record.LaunchIndex,
            BlockDeviceMappings = RootVolume.MappingsOf(record),
            BootMode = ImageCatalog.Find(record.Region, record.ImageId)?.BootMode ?? "uefi-preferred",
            CapacityReservationSpecification = new CapacityReservationSpecificationResponse
            {
                CapacityReservationPreference = "open",
            },
            ClientToken = record.ClientToken ?? "",
            CpuOptions = type is null
                ? null
                : new CpuOptions
                {
                    CoreCount = type.Info.VCpuInfo!.DefaultCores,
                    ThreadsPerCore = type.Info.VCpuInfo.DefaultThreadsPerCore,
                },
            CurrentInstanceBootMode = architecture == "arm64" ? "uefi" : "legacy-bios",
            EbsOptimized = record.EbsOptimized,
            EnaSupport = true,
            EnclaveOptions = new EnclaveOptions { Enabled = false },
            HibernationOptions = new HibernationOptions { Configured = false },
            Hypervisor = "xen",
            IamInstanceProfile = ProfileAssociations.ProfileOf(record),
            KeyName = record.KeyName,
            LaunchTime = record.LaunchTime,
            MaintenanceOptions = new InstanceMaintenanceOptions
            {
                AutoRecovery = record.AutoRecovery ?? "default",
                RebootMigration = record.RebootMigration ?? "default",
            },
            MetadataOptions = record.MetadataOptions,
            Monitoring = new Monitoring { State = record.Monitoring ? "enabled" : "disabled" },
            NetworkInterfaces = record.Address is null ? [] : [NetworkInterface(record, publicAddress)],
            Placement = new Placement
            {
                AvailabilityZone = InstanceNames.ZoneName(record),
                AvailabilityZoneId = RegionCatalog.ZoneId(record.Region, record.Zone),
                GroupName = "",
                Tenancy = "default",
            },
            PlatformDetails = "Linux/UNIX",
            PrivateDnsName = PrivateDnsName(record),
            PrivateDnsNameOptions = record.Address is null
                ? null
                : new PrivateDnsNameOptionsResponse
                {
                    HostnameType = "ip-name",
                    EnableResourceNameDnsARecord = false,
                    EnableResourceNameDnsAAAARecord = false,
                },
            PrivateIpAddress = record.ReachedAt,
            ProductCodes = [],
            PublicDnsName = publicAddress is null ? "" : InstanceNames.PublicDnsName(record.Region, publicAddress),
            PublicIpAddress = publicAddress,
            RootDeviceName = ImageCatalog.RootDevice,
            RootDeviceType = "ebs",
            SecurityGroups = record.Address is null ? [] : Groups(record),
            SourceDestCheck = record.Address is null ? null : record.SourceDestCheck,
            State = InstanceStates.ToContract(record.State),
            StateReason = record.Trouble is { } trouble
                ? new StateReason { Code = "Server.InternalError", Message = $"Server.InternalError: {trouble}" }
                : record.StateReason,
            StateTransitionReason = record.StateTransitionReason,
            SubnetId = record.Address is null ? null : record.SubnetId,
            Tags = ResourceTags.OrNone(view, context, record.InstanceId),
            UsageOperation = "RunInstances",
            UsageOperationUpdateTime = record.CreatedAt,
            VirtualizationType = "hvm",
            VpcId = record.Address is null ? null : record.VpcId,
        };
    }

    /// <summary>Instances in their reservations; both in the order of their launch.</summary>
    public IReadOnlyList<Reservation> ToReservations(IEnumerable<InstanceRecord> records) =>
        [
            .. records
                .GroupBy(record => record.ReservationId)
                .Select(reservation => new Reservation
                {
                    ReservationId = reservation.Key,
                    OwnerId = context.AccountId,
                    Groups = [],
                    Instances = [.. reservation.Select(ToInstance)],
                }),
        ];

    private IReadOnlyList<GroupIdentifier> Groups(InstanceRecord record) =>
        [
            .. record.SecurityGroupIds.Select(id => new GroupIdentifier
            {
                GroupId = id,
                GroupName = groups.FindById(id)?.GroupName,
            }),
        ];

    private static string PrivateDnsName(InstanceRecord record) =>
        record.ReachedAt is { } address ? InstanceNames.PrivateDnsName(record.Region, address) : "";

    private InstanceNetworkInterface NetworkInterface(InstanceRecord record, string? publicAddress)
    {
        var association = publicAddress is null
            ? null
            : new InstanceNetworkInterfaceAssociation
            {
                IpOwnerId = "amazon",
                PublicIp = publicAddress,
                PublicDnsName = InstanceNames.PublicDnsName(record.Region, publicAddress),
            };
        return new InstanceNetworkInterface
        {
            NetworkInterfaceId = NetworkInterfaceId(record),
            Association = association,
            Attachment = new InstanceNetworkInterfaceAttachment
            {
                AttachmentId = ResourceIds.Derived("eni-attach-", record.InstanceId),
                AttachTime = record.CreatedAt,
                DeleteOnTermination = true,
                DeviceIndex = 0,
                NetworkCardIndex = 0,
                Status = record.State == InstanceStateName.Pending ? "attaching" : "attached",
            },
            Description = record.InterfaceDescription,
            Groups = Groups(record),
            InterfaceType = "interface",
            Ipv6Addresses = [],
            MacAddress = NetworkInterfaceDescription.Mac(record.Address!),
            OwnerId = record.AccountId,
            PrivateDnsName = PrivateDnsName(record),
            PrivateIpAddress = record.ReachedAt,
            PrivateIpAddresses =
            [
                new InstancePrivateIpAddress
                {
                    Association = association,
                    Primary = true,
                    PrivateDnsName = PrivateDnsName(record),
                    PrivateIpAddress = record.ReachedAt,
                },
            ],
            SourceDestCheck = record.SourceDestCheck,
            Status = "in-use",
            SubnetId = record.SubnetId,
            VpcId = record.VpcId,
        };
    }
}
