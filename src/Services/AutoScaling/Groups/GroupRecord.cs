using Estiba.AutoScaling.Metrics;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling.Groups;

/// <summary>An Auto Scaling group as it is wanted: by customers, policies and scheduled actions.</summary>
internal sealed record GroupRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>A UUID, by which it is told from others of its name.</summary>
    public required string Id { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The least number of instances that may be wanted.</summary>
    public required int Min { get; init; }

    /// <summary>The greatest number of instances that may be wanted.</summary>
    public required int Max { get; init; }

    /// <summary>How many instances are wanted.</summary>
    public required int Desired { get; init; }

    /// <summary>The launch template, with its id and its name; null where there is a launch configuration.</summary>
    public LaunchTemplateSpecification? LaunchTemplate { get; init; }

    /// <summary>The launch configuration's name; null where there is a launch template.</summary>
    public string? LaunchConfiguration { get; init; }

    /// <summary>Where instances are launched; never empty.</summary>
    public required IReadOnlyList<GroupSubnet> Subnets { get; init; }

    /// <summary>The subnets as they were given; null where zones were.</summary>
    public string? VpcZoneIdentifier { get; init; }

    /// <summary>The seconds after simple scaling in which no other begins.</summary>
    public int Cooldown { get; init; } = 300;

    /// <summary><c>EC2</c>, or <c>ELB</c> where target groups are asked too.</summary>
    public string HealthCheckType { get; init; } = HealthChecks.Ec2;

    /// <summary>The seconds after which target groups are asked.</summary>
    public int GracePeriod { get; init; }

    /// <summary>Which instance ends first.</summary>
    public IReadOnlyList<string> TerminationPolicies { get; init; } = [TerminationPolicy.Default];

    /// <summary>Whether new instances are protected from scale-in.</summary>
    public bool ProtectsNew { get; init; }

    /// <summary>The processes that are suspended.</summary>
    public IReadOnlyList<SuspendedProcess> Suspended { get; init; } = [];

    /// <summary>Its tags, by key.</summary>
    public IReadOnlyList<GroupTag> Tags { get; init; } = [];

    /// <summary>The target groups that its instances are targets of, also those that they are being taken
    /// from.</summary>
    public IReadOnlyList<TargetGroupLink> TargetGroups { get; init; } = [];

    /// <summary>The seconds after which an instance is replaced; null or 0 for never.</summary>
    public int? MaxLifetime { get; init; }

    /// <summary>The seconds that an instance needs until its metrics count; null for none.</summary>
    public int? DefaultWarmup { get; init; }

    /// <summary>How far replacing instances may go below and above what is wanted.</summary>
    public InstanceMaintenancePolicy? Maintenance { get; init; }

    /// <summary>Whether deletion is refused.</summary>
    public string? DeletionProtection { get; init; }

    /// <summary>The metrics that CloudWatch is told of, in the order of <see cref="GroupMetric.All"/>.</summary>
    public IReadOnlyList<string> Metrics { get; init; } = [];

    /// <summary>Reserved by AWS; kept and shown.</summary>
    public string? Context { get; init; }

    /// <summary>The service-linked role.</summary>
    public required string Role { get; init; }

    /// <summary>What has changed the number of instances that are wanted, until there are as many.</summary>
    public string? Cause { get; init; }

    /// <summary>When a simple scaling policy changed that number last, or somebody who honours its cooldown.</summary>
    public DateTimeOffset? ScaledAt { get; init; }

    /// <summary>The cooldown that began then; null for the group's own.</summary>
    public int? ScaledCooldown { get; init; }

    /// <summary>Whether it is being deleted with its instances.</summary>
    public bool IsDeleting { get; init; }

    /// <summary>Its key.</summary>
    public string Key => Scope.Key(Name);

    /// <summary>Its ARN.</summary>
    public string Arn =>
        new Arn("autoscaling", Scope.Region, Scope.AccountId, $"autoScalingGroup:{Id}:autoScalingGroupName/{Name}")
        {
            Partition = Contracts.Arn.PartitionOf(Scope.Region),
        }.ToString();

    /// <summary>What keys of its parts begin with: no name has a colon.</summary>
    public string Prefix => PrefixOf(Scope, Name);

    /// <summary>The zones of its subnets.</summary>
    public IEnumerable<string> Zones => Subnets.Select(subnet => subnet.Zone).Distinct();

    /// <inheritdoc cref="Prefix"/>
    public static string PrefixOf(Scope scope, string name) => scope.Key(name + ":");

    /// <summary>Whether a process goes on.</summary>
    public bool Runs(string process) => Suspended.All(suspended => suspended.ProcessName != process);

    /// <summary>Another number of instances is wanted.</summary>
    /// <param name="desired">How many.</param>
    /// <param name="by">By whom or what: <c>a user request explicitly set group desired capacity</c>.</param>
    /// <param name="now">When.</param>
    public GroupRecord Wanting(int desired, string by, DateTimeOffset now) =>
        desired == Desired
            ? this
            : this with
            {
                Desired = desired,
                Cause = $"At {Moments.Text(now)} {by} changing the desired capacity from {Desired} to " + $"{desired}.",
            };
}

/// <summary>Where a group launches.</summary>
/// <param name="Id">The subnet.</param>
/// <param name="Zone">Its availability zone.</param>
/// <param name="ZoneId">The zone's id.</param>
internal sealed record GroupSubnet(string Id, string Zone, string? ZoneId);

/// <summary>A tag of a group.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">Its value.</param>
/// <param name="IsPropagated">Whether instances that are launched get it.</param>
internal sealed record GroupTag(string Key, string Value, bool IsPropagated);

/// <summary>A target group of an Auto Scaling group.</summary>
/// <param name="Arn">The target group.</param>
/// <param name="State">How far its targets are: <c>Adding</c>, <c>Added</c>, <c>InService</c> or
/// <c>Removing</c>.</param>
internal sealed record TargetGroupLink(string Arn, string State)
{
    internal const string Adding = "Adding";
    internal const string Added = "Added";
    internal const string InService = "InService";
    internal const string Removing = "Removing";

    /// <summary>The type of a traffic source that is a target group.</summary>
    internal const string Source = "elbv2";

    /// <summary>Whether instances are to be its targets.</summary>
    public bool IsWanted => State != Removing;
}
