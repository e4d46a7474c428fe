using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Names;

namespace Estiba.LoadBalancing.LoadBalancers;

/// <summary>
/// A load balancer. One that was deleted stays until its network interfaces are gone, and is not shown.
/// </summary>
internal sealed record LoadBalancerRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>Its name, unique among those that are not deleted.</summary>
    public required string Name { get; init; }

    /// <summary>Sixteen hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary><c>application</c> or <c>network</c>.</summary>
    public required string Type { get; init; }

    /// <summary><c>internet-facing</c> or <c>internal</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary>The name by which clients find it.</summary>
    public required string DnsName { get; init; }

    /// <summary>Its VPC.</summary>
    public required string VpcId { get; init; }

    /// <summary>Where it is to have network interfaces.</summary>
    public required IReadOnlyList<SubnetRecord> Subnets { get; init; }

    /// <summary>Its security groups; none for a Network Load Balancer that was made without.</summary>
    public IReadOnlyList<string> SecurityGroups { get; init; } = [];

    /// <summary>Whether the groups hold for PrivateLink too, as told; there is no PrivateLink.</summary>
    public string? EnforceInboundRulesOnPrivateLink { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was deleted, if it was.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary><c>provisioning</c>, <c>active</c>, or <c>failed</c> as long as it cannot be set up.</summary>
    public string State { get; init; } = LoadBalancerStateEnum.Provisioning;

    /// <summary>Why it cannot be set up.</summary>
    public string? StateReason { get; init; }

    /// <summary>The network interfaces that it has, by which it is reached.</summary>
    public IReadOnlyList<InterfaceRecord> Interfaces { get; init; } = [];

    /// <summary>The attributes that were changed.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = NoAttributes;

    /// <summary>Its tags.</summary>
    public IReadOnlyList<Tag> Tags { get; init; } = [];

    private static readonly Dictionary<string, string> NoAttributes = [];

    /// <summary>What names it in its scope: <c>app/NAME/ID</c>.</summary>
    public string Resource => $"{(Type == LoadBalancerTypeEnum.Application ? "app" : "net")}/{Name}/{Id}";

    /// <summary>Its key; those of its listeners and rules begin with it and a slash.</summary>
    public string Key => Scope.Key(Resource);

    /// <summary>Its ARN.</summary>
    public string Arn => ArnKinds.LoadBalancer.Arn(Scope, Resource);

    /// <summary>What EC2 says its network interfaces are for.</summary>
    public string InterfaceDescription => $"ELB {Resource}";

    /// <summary>The Availability Zone of one of its interfaces.</summary>
    internal string ZoneOf(InterfaceRecord its) =>
        Subnets.FirstOrDefault(subnet => subnet.SubnetId == its.SubnetId)?.ZoneName ?? "";
}

/// <summary>A subnet of a load balancer.</summary>
/// <param name="SubnetId">The subnet.</param>
/// <param name="ZoneName">Its Availability Zone.</param>
/// <param name="Address">The address that the load balancer is to have there; null for any.</param>
internal sealed record SubnetRecord(string SubnetId, string ZoneName, string? Address = null);

/// <summary>A network interface of a load balancer.</summary>
/// <param name="InterfaceId">Its id.</param>
/// <param name="SubnetId">The subnet that it is in.</param>
/// <param name="Address">Its private address.</param>
internal sealed record InterfaceRecord(string InterfaceId, string SubnetId, string Address);
