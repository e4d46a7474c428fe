using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.ElbV2;
using Filter = Estiba.Contracts.Ec2.Filter;

namespace Estiba.AutoScaling.Groups;

/// <summary>Asks EC2 for subnets and instances, and Elastic Load Balancing for target groups, that requests
/// name.</summary>
internal sealed class Places(IEc2Api ec2, IElbV2Api balancers, UniqueIds ids)
{
    /// <summary>The subnets of a group, which names subnets or zones; null where it names neither.</summary>
    /// <exception cref="AwsException"><c>ValidationError</c>: there is no such subnet or zone.</exception>
    internal async Task<IReadOnlyList<GroupSubnet>?> FindAsync(
        Scope scope,
        string? subnets,
        IReadOnlyList<string> zones,
        IReadOnlyList<string> zoneIds,
        CancellationToken cancellation
    )
    {
        var named = (subnets ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (named.Length > 0)
        {
            var found = await DescribeAsync(scope, new DescribeSubnetsRequest { SubnetIds = named }, cancellation);
            if (zones.Count > 0 && found.FirstOrDefault(subnet => !zones.Contains(subnet.Zone)) is { } elsewhere)
                throw Validation.Error(
                    $"The availability zones of the specified subnets and the Auto Scaling group do not match: "
                        + $"{elsewhere.Id} is in {elsewhere.Zone}."
                );
            return [.. named.Distinct().Select(id => found.Single(subnet => subnet.Id == id))];
        }

        if (zones.Count == 0 && zoneIds.Count == 0)
            return null;
        var ofZones = await DescribeAsync(
            scope,
            new DescribeSubnetsRequest { Filters = [new Filter { Name = "default-for-az", Values = ["true"] }] },
            cancellation
        );
        return
        [
            .. zones.Select(zone => Of(zone, subnet => subnet.Zone)),
            .. zoneIds.Select(zone => Of(zone, subnet => subnet.ZoneId!)),
        ];

        GroupSubnet Of(string zone, Func<GroupSubnet, string> nameOf) =>
            ofZones.FirstOrDefault(subnet => nameOf(subnet) == zone)
            ?? throw Validation.Error(
                $"One or more availability zones are invalid: [{zone}]. The valid availability zones are: "
                    + $"[{string.Join(", ", ofZones.Select(nameOf))}]"
            );
    }

    /// <summary>Refuses target groups that are not there, or whose targets are no instances.</summary>
    /// <exception cref="AwsException"><c>ValidationError</c>.</exception>
    internal async Task CheckTargetGroupsAsync(Scope scope, IReadOnlyList<string> arns, CancellationToken cancellation)
    {
        if (arns.Count == 0)
            return;
        try
        {
            var found = await balancers.DescribeTargetGroupsAsync(
                new DescribeTargetGroupsInput { TargetGroupArns = arns },
                ServiceIdentity.ContextOf(scope, ids),
                cancellation
            );
            if ((found.TargetGroups ?? []).All(group => group.TargetType == "instance"))
                return;
        }
        catch (AwsException missing) when (missing.StatusCode < 500)
        {
            // Said below.
        }

        throw Validation.Error("Provided Target Groups may not be valid. Please ensure they exist and try again.");
    }

    /// <summary>An instance that is to be attached.</summary>
    /// <exception cref="AwsException"><c>ValidationError</c>: it is not there, or does not run.</exception>
    internal async Task<Instance> RequireRunningAsync(Scope scope, string id, CancellationToken cancellation)
    {
        try
        {
            var found = await ec2.DescribeInstancesAsync(
                new DescribeInstancesRequest { InstanceIds = [id] },
                ServiceIdentity.ContextOf(scope, ids),
                cancellation
            );
            var instance = found.Reservations![0].Instances![0];
            return instance.State!.Name == "running"
                ? instance
                : throw Validation.Error(
                    $"Instance {id} is not in correct state. The instance(s) must be in running state"
                );
        }
        catch (AwsException missing) when (missing.Code.StartsWith("InvalidInstanceID", StringComparison.Ordinal))
        {
            throw Validation.Error($"Invalid Instance ID(s): {id}");
        }
    }

    private async Task<IReadOnlyList<GroupSubnet>> DescribeAsync(
        Scope scope,
        DescribeSubnetsRequest request,
        CancellationToken cancellation
    )
    {
        try
        {
            var found = await ec2.DescribeSubnetsAsync(request, ServiceIdentity.ContextOf(scope, ids), cancellation);
            return
            [
                .. (found.Subnets ?? []).Select(subnet => new GroupSubnet(
                    subnet.SubnetId!,
                    subnet.AvailabilityZone!,
                    subnet.AvailabilityZoneId
                )),
            ];
        }
        catch (AwsException missing) when (missing.Code.StartsWith("InvalidSubnet", StringComparison.Ordinal))
        {
            throw Validation.Error(missing.Message);
        }
    }
}
