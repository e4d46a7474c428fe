using System.Net;
using System.Net.Sockets;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Limits;
using Estiba.LoadBalancing.Listeners;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Names;
using Estiba.LoadBalancing.Networks;
using Estiba.LoadBalancing.TargetGroups;
using Estiba.State;
using static Estiba.Contracts.ElbV2.ElbV2Errors;

namespace Estiba.LoadBalancing.Targets;

/// <summary>
/// Checks targets that are to be registered, and finds out where they are ("RegisterTargets", API reference).
/// </summary>
internal sealed class TargetRegistration(Ec2Networks networks)
{
    private const string AllZones = "all";
    private const string Running = "running";

    /// <summary>The ranges that addresses outside of the VPC may be of: RFC 1918 and RFC 6598.</summary>
    private static readonly IPNetwork[] PrivateRanges =
    [
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("100.64.0.0/10"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.168.0.0/16"),
    ];

    /// <summary>Targets with the zones that they are in.</summary>
    internal async Task<IReadOnlyList<PlacedTarget>> PlaceAsync(
        TargetGroupRecord group,
        IReadOnlyList<TargetDescription> targets,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (targets.Count == 0)
            throw ElbErrors.ValidationError("Targets cannot be empty");
        if (targets.Any(target => target.QuicServerId is not null))
            throw ElbErrors.NotSupported("QUIC server IDs");
        if (group.TargetType != TargetTypeEnum.Ip && targets.FirstOrDefault(HasZone) is { } zoned)
            throw ElbErrors.ValidationError(
                $"You cannot specify an Availability Zone for the target '{zoned.Id}' of a target group with target "
                    + $"type '{group.TargetType}'"
            );
        return group.TargetType switch
        {
            TargetTypeEnum.Instance => await InstancesAsync(group, targets, context, cancellation),
            TargetTypeEnum.Ip => await AddressesAsync(group, targets, context, cancellation),
            _ => [.. targets.Select(target => new PlacedTarget(target.Id!, target.Port ?? group.Port, null, null))],
        };
    }

    /// <summary>Refuses a load balancer as a target that does not listen at the port.</summary>
    internal static void CheckLoadBalancer(View view, TargetGroupRecord group, PlacedTarget target)
    {
        var its = LoadBalancerNames.Find(view, group.Scope, target.Id);
        if (its is null || its.Type != LoadBalancerTypeEnum.Application || its.VpcId != group.VpcId)
            throw InvalidTargetException(
                $"The following targets are not Application Load Balancers in the target group VPC '{group.VpcId}': "
                    + $"'{target.Id}'"
            );
        if (!ListenerNames.Of(view, its).Any(listener => listener.Port == target.Port))
            throw ElbErrors.ValidationError(
                "If the target type is ALB, the target must have at least one listener that matches the target group "
                    + "port or any specified port overrides"
            );
    }

    /// <summary>How many targets a group may have.</summary>
    internal static int MostOf(TargetGroupRecord group) =>
        group.TargetType == TargetTypeEnum.Alb ? 1 : AccountLimits.TargetsPerGroup;

    private async Task<IReadOnlyList<PlacedTarget>> InstancesAsync(
        TargetGroupRecord group,
        IReadOnlyList<TargetDescription> targets,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        var hosts = targets
            .Select(target => target.Id!)
            .Where(id => !IsOfEc2(id) && networks.HostAddress(scope, id) is not null)
            .ToHashSet(StringComparer.Ordinal);
        var wrong = targets.FirstOrDefault(target => !IsOfEc2(target.Id!) && !hosts.Contains(target.Id!));
        if (wrong is not null)
            throw ElbErrors.ValidationError($"Instance ID '{wrong.Id}' is not valid");
        var ids = targets.Select(target => target.Id!).Distinct(StringComparer.Ordinal).Except(hosts).ToList();
        var found = await networks.InstancesAsync(ids, context, cancellation);
        var idle = ids.Where(id => found.GetValueOrDefault(id)?.State?.Name != Running).ToList();
        if (idle.Count > 0)
            throw InvalidTargetException(
                "The following targets are not in a running state and cannot be registered: "
                    + $"'{string.Join(", ", idle)}'"
            );
        var elsewhere = ids.Where(id => found[id].VpcId != group.VpcId).ToList();
        if (elsewhere.Count > 0)
            throw InvalidTargetException(
                $"The following targets are not in the target group VPC '{group.VpcId}': "
                    + $"'{string.Join(", ", elsewhere)}'"
            );
        return
        [
            .. targets.Select(target => new PlacedTarget(
                target.Id!,
                target.Port ?? group.Port,
                null,
                found.GetValueOrDefault(target.Id!)?.Placement?.AvailabilityZone
            )),
        ];
    }

    private async Task<IReadOnlyList<PlacedTarget>> AddressesAsync(
        TargetGroupRecord group,
        IReadOnlyList<TargetDescription> targets,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var subnets = await networks.SubnetsOfAsync(group.VpcId, context, cancellation);
        return [.. targets.Select(target => Address(group, target, subnets))];
    }

    private static PlacedTarget Address(
        TargetGroupRecord group,
        TargetDescription target,
        IReadOnlyList<Subnet> subnets
    )
    {
        var isAddress =
            IPAddress.TryParse(target.Id, out var address)
            && address.AddressFamily == AddressFamily.InterNetwork
            && address.ToString() == target.Id;
        if (!isAddress)
            throw ElbErrors.ValidationError($"The IP address '{target.Id}' is not a valid IPv4 address");
        var port = target.Port ?? group.Port;
        var zone = target.AvailabilityZone is { Length: > 0 } given ? given : null;
        var subnet = subnets.FirstOrDefault(each => IPNetwork.Parse(each.CidrBlock!).Contains(address!));
        if (subnet is not null)
            return zone is null || zone == subnet.AvailabilityZone
                ? new PlacedTarget(target.Id!, port, subnet.AvailabilityZone, subnet.AvailabilityZone)
                : throw ElbErrors.ValidationError(
                    $"The IP address '{target.Id}' is within the VPC, and cannot have its Availability Zone overridden "
                        + $"to '{zone}' from '{subnet.AvailabilityZone}'"
                );
        if (!Array.Exists(PrivateRanges, range => range.Contains(address!)))
            throw ElbErrors.ValidationError(
                $"The IP address '{target.Id}' must be in the VPC or in one of the ranges "
                    + $"'{string.Join(", ", PrivateRanges)}'"
            );
        return zone switch
        {
            null => throw ElbErrors.ValidationError(
                $"The Availability Zone is required for IP address '{target.Id}' because it is not in the VPC"
            ),
            AllZones => new PlacedTarget(target.Id!, port, AllZones, null),
            _ when subnets.Any(each => each.AvailabilityZone == zone) => new PlacedTarget(target.Id!, port, zone, zone),
            _ => throw ElbErrors.ValidationError(
                "You must specify a valid Availability Zone or select 'all' for all enabled Availability zones, since "
                    + $"the IP address '{target.Id}' is outside the VPC"
            ),
        };
    }

    private static bool IsOfEc2(string id) => id.StartsWith("i-", StringComparison.Ordinal);

    private static bool HasZone(TargetDescription target) => target.AvailabilityZone is { Length: > 0 };
}

/// <summary>A target, and where it is.</summary>
/// <param name="Id">What it is.</param>
/// <param name="Port">Where it gets requests.</param>
/// <param name="Shown">The zone that it is shown with.</param>
/// <param name="Zone">The zone that it is in; null when it may be in any.</param>
internal readonly record struct PlacedTarget(string Id, int Port, string? Shown, string? Zone);
