using Estiba.AutoScaling.Groups;
using Estiba.Contracts.AutoScaling;
using Estiba.Contracts.Ec2;
using LaunchTemplateSpecification = Estiba.Contracts.AutoScaling.LaunchTemplateSpecification;

namespace Estiba.AutoScaling.Instances;

/// <summary>
/// An instance of a group. It is written down before it is launched, with the request that launches it: whoever is
/// stopped in between asks for the same again, and EC2 launches nothing twice.
/// </summary>
internal sealed record GroupInstanceRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The group's name.</summary>
    public required string Group { get; init; }

    /// <summary>A UUID: the client token of its launch.</summary>
    public required string Id { get; init; }

    /// <summary>The instance of EC2; null until it is launched.</summary>
    public string? InstanceId { get; init; }

    /// <summary>Its availability zone.</summary>
    public required string Zone { get; init; }

    /// <summary>Its zone's id.</summary>
    public string? ZoneId { get; init; }

    /// <summary>Its subnet.</summary>
    public string? SubnetId { get; init; }

    /// <summary>For example <c>t3.micro</c>; null where it is not known yet.</summary>
    public string? InstanceType { get; init; }

    /// <summary>The image it was launched from.</summary>
    public string? ImageId { get; init; }

    /// <summary>The launch template with the number of its version; null where it has none.</summary>
    public LaunchTemplateSpecification? LaunchTemplate { get; init; }

    /// <summary>The launch configuration; null where it has none.</summary>
    public string? LaunchConfiguration { get; init; }

    /// <summary>What EC2 is to launch; null once it has.</summary>
    public RunInstancesRequest? Launch { get; init; }

    /// <summary>Where it is in its life: one of <see cref="Lifecycle"/>.</summary>
    public string State { get; init; } = Lifecycle.Pending;

    /// <summary>When it was written down, or attached.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it came into service first; null before.</summary>
    public DateTimeOffset? InServiceAt { get; init; }

    /// <summary>Why it is unhealthy, as causes say it; null while it is healthy.</summary>
    public string? Unhealthy { get; init; }

    /// <summary>Whether scale-in leaves it alone.</summary>
    public bool IsProtected { get; init; }

    /// <summary>Whether it replaces one that goes when it is in service: until then it is no capacity.</summary>
    public bool IsExtra { get; init; }

    /// <summary>Whether it was launched already, and only comes back into service.</summary>
    public bool IsReturning { get; init; }

    /// <summary>The lifecycle actions that are waited for.</summary>
    public IReadOnlyList<LifecycleAction> Actions { get; init; } = [];

    /// <summary>The activity that is going on; null when none is.</summary>
    public string? ActivityKey { get; init; }

    /// <summary>Its key.</summary>
    public string Key => GroupRecord.PrefixOf(Scope, Group) + Id;

    /// <summary>The key of its group.</summary>
    public string GroupKey => Scope.Key(Group);

    /// <summary>Whether it is capacity of its group, or will be.</summary>
    public bool Counts => Lifecycle.Counts(State) && !IsExtra;

    /// <summary>Its id in EC2, or what stands for it before it has one.</summary>
    public string Name => InstanceId ?? Id;
}

/// <summary>A lifecycle hook's action on an instance.</summary>
/// <param name="Hook">The hook's name.</param>
/// <param name="Token">A UUID, by which whoever is told of it names it.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Until">When it times out, unless somebody says that it is still worked on.</param>
/// <param name="Latest">When it times out in any case.</param>
/// <param name="Default">What becomes of it then.</param>
/// <param name="IsTold">Whether the hook's target was told.</param>
/// <param name="Result">What became of it; null while it goes on.</param>
internal sealed record LifecycleAction(
    string Hook,
    string Token,
    DateTimeOffset StartedAt,
    DateTimeOffset Until,
    DateTimeOffset Latest,
    string Default,
    bool IsTold,
    string? Result
)
{
    internal const string Continue = "CONTINUE";
    internal const string Abandon = "ABANDON";

    /// <summary>What became of it by a time; null while it goes on.</summary>
    internal string? ResultAt(DateTimeOffset now) => Result ?? (now >= Until ? Default : null);
}
