using Estiba.Compute.Networking;
using Estiba.Compute.NetworkInterfaces;
using Estiba.Compute.Regions;
using Estiba.Compute.SecurityGroups;
using Estiba.Compute.Tags;
using Estiba.Compute.Volumes;
using Estiba.Compute.Vpcs;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute.Instances;

/// <summary>Writes the records of a launch into a transaction: zones, addresses, security groups, tags.</summary>
internal sealed class InstanceLauncher(AddressRange range, int vCpuLimit, ResourceIds ids, TimeProvider time)
{
    /// <returns>The new instances, or those of an earlier launch with the same client token.</returns>
    /// <exception cref="AwsException">Something that the request names is not there, or there is no room.</exception>
    public IReadOnlyList<InstanceRecord> Launch(Transaction transaction, LaunchRequest launch, CallContext context)
    {
        if (FindEarlier(transaction, launch.Request.ClientToken, launch.Hash, context) is { } earlier)
            return earlier;

        var vpc = new DefaultVpc(context, range);
        var groups = SecurityGroups(new SecurityGroupLookup(transaction, context, vpc), launch);
        if (
            launch.Request.KeyName is { } key
            && transaction.Find(ComputeTables.KeyPairs, Scope.Of(context).Key(key)) is null
        )
            throw new AwsException("InvalidKeyPair.NotFound", $"The key pair '{key}' does not exist");

        if (launch.InstanceProfileArn is null)
            ProfileAssociations.Refuse(launch.Request.IamInstanceProfile);
        var zone = ZoneOf(launch, vpc, context);
        var addresses = ChooseAddresses(transaction, launch, MostWithin(transaction, launch, context), zone, context);

        var reservation = ids.New("r-");
        var records = addresses
            .Select(
                (chosen, index) => Record(launch, context, reservation, index, chosen.Zone, chosen.Address, vpc, groups)
            )
            .ToList();
        foreach (var record in records)
        {
            transaction.Put(ComputeTables.Instances, record);
            ResourceTags.Put(transaction, context, record.InstanceId, "instance", launch.Tags);
            ResourceTags.Put(transaction, context, RootVolume.IdOf(record), "volume", launch.VolumeTags);
            ResourceTags.Put(
                transaction,
                context,
                InstanceDescription.NetworkInterfaceId(record),
                "network-interface",
                launch.InterfaceTags
            );
        }
        return records;
    }

    /// <summary>The instances that an earlier launch with the same client token has made; null when there was
    /// none.</summary>
    /// <exception cref="AwsException"><c>IdempotentParameterMismatch</c>.</exception>
    public static IReadOnlyList<InstanceRecord>? FindEarlier(View view, string? token, string hash, CallContext context)
    {
        if (token is not { Length: > 0 })
            return null;
        var earlier = view.Where(ComputeTables.Instances, ComputeTables.ClientToken, Scope.Of(context).Key(token))
            .OrderBy(instance => instance.LaunchIndex)
            .ToList();
        if (earlier.Count == 0)
            return null;
        return earlier[0].RequestHash == hash
            ? earlier
            : throw new AwsException(
                "IdempotentParameterMismatch",
                "Arguments on this idempotent request are inconsistent with arguments used in previous request(s)."
            );
    }

    private static List<string> SecurityGroups(SecurityGroupLookup book, LaunchRequest launch)
    {
        var groups = launch
            .SecurityGroupIds.Select(id => book.GetById(id).GroupId)
            .Concat((launch.Request.SecurityGroups ?? []).Select(name => book.GetByName(name).GroupId))
            .Distinct()
            .ToList();
        return groups.Count > 0 ? groups : [book.GetByName("default").GroupId];
    }

    /// <summary>The zone asked for, directly or by a subnet; null when it is left to us.</summary>
    private static int? ZoneOf(LaunchRequest launch, DefaultVpc vpc, CallContext context)
    {
        int? zone = null;
        if (launch.Request.Placement?.AvailabilityZone is { Length: > 0 } name)
            zone = RegionCatalog.ZoneOf(context.Region, name)
                ?? throw Ec2Requests.Invalid($"Invalid availability zone: [{name}]");
        if (launch.Request.Placement?.AvailabilityZoneId is { Length: > 0 } zoneId)
        {
            var byId = Enumerable
                .Range(0, AddressRange.Zones)
                .Where(each => RegionCatalog.ZoneId(context.Region, each) == zoneId)
                .ToList();
            zone = byId is [var found] ? found : throw Ec2Requests.Invalid($"Invalid availability zone-id: [{zoneId}]");
        }
        if (launch.SubnetId is not { } subnetId)
            return zone;

        var ofSubnet = vpc.ZoneOfSubnet(subnetId)
            ?? throw new AwsException("InvalidSubnetID.NotFound", $"The subnet ID '{subnetId}' does not exist");
        return zone is null || zone == ofSubnet
            ? ofSubnet
            : throw Ec2Requests.Invalid(
                $"The subnet '{subnetId}' is not in availability zone "
                    + $"'{RegionCatalog.ZoneName(context.Region, zone.Value)}'"
            );
    }

    /// <summary>How many of the instances asked for the account's vCPUs suffice for.</summary>
    private int MostWithin(Transaction transaction, LaunchRequest launch, CallContext context)
    {
        var room = VCpuQuota.Left(transaction, context, vCpuLimit) / launch.Type.VCpus;
        return room >= launch.Request.MinCount
            ? Math.Min(launch.Request.MaxCount!.Value, room)
            : throw VCpuQuota.Exceeded(vCpuLimit);
    }

    private List<(int Zone, string Address)> ChooseAddresses(
        Transaction transaction,
        LaunchRequest launch,
        int most,
        int? zone,
        CallContext context
    )
    {
        if (launch.PrivateIpAddress is { } wanted)
            return [ChooseGiven(transaction, launch, zone, wanted)];

        // EC2 puts one launch into one zone; here it is spread, so that a service of two tasks shows two zones at once.
        var used = transaction
            .Range(ComputeTables.Instances, Scope.Of(context).Prefix)
            .Where(instance => instance.TerminatedAt is null)
            .CountBy(instance => instance.Zone)
            .ToDictionary();
        var zones = zone is { } only ? [only] : Enumerable.Range(0, AddressRange.Zones).ToArray();
        var addresses = new PrivateAddresses(transaction, range);
        var free = zones.ToDictionary(each => each, each => addresses.Free(each).GetEnumerator());
        var chosen = new List<(int, string)>();
        while (chosen.Count < most && free.Count > 0)
        {
            var next = free.Keys.MinBy(each => (used.GetValueOrDefault(each), each));
            if (free[next].MoveNext())
            {
                chosen.Add((next, free[next].Current));
                used[next] = used.GetValueOrDefault(next) + 1;
            }
            else
            {
                free.Remove(next);
            }
        }
        return chosen.Count >= launch.Request.MinCount
            ? chosen
            : throw new AwsException(
                "InsufficientFreeAddressesInSubnet",
                "There are not enough free addresses in subnet "
                    + $"'{launch.SubnetId ?? new DefaultVpc(context, range).SubnetId(zones[0])}' to satisfy the "
                    + "requested number of instances."
            );
    }

    private (int Zone, string Address) ChooseGiven(
        Transaction transaction,
        LaunchRequest launch,
        int? zone,
        string wanted
    )
    {
        if (launch.Request.MaxCount > 1)
            throw Ec2Requests.Combination("A private IP address cannot be specified for more than one instance");
        return new PrivateAddresses(transaction, range).Take(wanted, zone);
    }

    private InstanceRecord Record(
        LaunchRequest launch,
        CallContext context,
        string reservation,
        int index,
        int zone,
        string address,
        DefaultVpc vpc,
        IReadOnlyList<string> groups
    )
    {
        var request = launch.Request;
        var now = time.GetUtcNow();
        return new InstanceRecord
        {
            AccountId = context.AccountId,
            Region = context.Region,
            InstanceId = ids.New("i-"),
            ReservationId = reservation,
            LaunchIndex = index,
            ImageId = launch.Image.ImageId!,
            InstanceType = launch.Type.Name,
            Zone = zone,
            SubnetId = vpc.SubnetId(zone),
            VpcId = vpc.VpcId,
            State = InstanceStateName.Pending,
            StateReason = new StateReason { Code = "pending", Message = "pending" },
            LaunchTime = now,
            CreatedAt = now,
            Address = address,
            SecurityGroupIds = groups,
            KeyName = request.KeyName,
            UserData = request.UserData,
            ClientToken = request.ClientToken is { Length: > 0 } ? request.ClientToken : null,
            RequestHash = request.ClientToken is { Length: > 0 } ? launch.Hash : null,
            InstanceProfileArn = launch.InstanceProfileArn,
            DisableApiTermination = request.DisableApiTermination == true,
            DisableApiStop = request.DisableApiStop == true,
            TerminateOnShutdown = request.InstanceInitiatedShutdownBehavior == "terminate",
            Monitoring = request.Monitoring?.Enabled == true,
            EbsOptimized = request.EbsOptimized == true,
            RootVolume = launch.RootVolume,
            CpuCredits = request.CreditSpecification?.CpuCredits,
            AutoRecovery = request.MaintenanceOptions?.AutoRecovery,
            MetadataOptions = new InstanceMetadataOptionsResponse
            {
                State = "applied",
                HttpTokens = request.MetadataOptions?.HttpTokens ?? "required",
                HttpPutResponseHopLimit = request.MetadataOptions?.HttpPutResponseHopLimit ?? 2,
                HttpEndpoint = request.MetadataOptions?.HttpEndpoint ?? "enabled",
                HttpProtocolIpv6 = request.MetadataOptions?.HttpProtocolIpv6 ?? "disabled",
                InstanceMetadataTags = request.MetadataOptions?.InstanceMetadataTags ?? "disabled",
            },
        };
    }
}
