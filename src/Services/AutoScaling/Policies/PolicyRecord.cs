using Estiba.AutoScaling.Groups;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling.Policies;

/// <summary>A scaling policy of a group.</summary>
internal sealed record PolicyRecord
{
    internal const string Simple = "SimpleScaling";
    internal const string Step = "StepScaling";
    internal const string Tracking = "TargetTrackingScaling";

    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The group's name.</summary>
    public required string Group { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>A UUID.</summary>
    public required string Id { get; init; }

    /// <summary>What it does: <see cref="Simple"/>, <see cref="Step"/> or <see cref="Tracking"/>.</summary>
    public required string Type { get; init; }

    /// <summary>What adjustments mean; null where it tracks a target.</summary>
    public string? AdjustmentType { get; init; }

    /// <summary>By how much simple scaling changes the capacity.</summary>
    public int? Adjustment { get; init; }

    /// <summary>The least that a change in percent changes.</summary>
    public int? MinMagnitude { get; init; }

    /// <summary>The seconds after simple scaling in which no other begins; null for the group's.</summary>
    public int? Cooldown { get; init; }

    /// <summary>How the metric of steps is aggregated; kept and shown.</summary>
    public string? Aggregation { get; init; }

    /// <summary>The steps.</summary>
    public IReadOnlyList<StepAdjustment> Steps { get; init; } = [];

    /// <summary>The seconds that an instance needs until it counts; null for the group's.</summary>
    public int? Warmup { get; init; }

    /// <summary>What is tracked.</summary>
    public TargetTrackingConfiguration? Target { get; init; }

    /// <summary>The names of the alarms that it makes itself.</summary>
    public IReadOnlyList<string> Alarms { get; init; } = [];

    /// <summary>Whether it does anything.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Its key.</summary>
    public string Key => KeyOf(Scope, Group, Name);

    /// <summary>The key of its group.</summary>
    public string GroupKey => Scope.Key(Group);

    /// <summary>Its ARN.</summary>
    public string Arn =>
        new Arn(
            "autoscaling",
            Scope.Region,
            Scope.AccountId,
            $"scalingPolicy:{Id}:autoScalingGroupName/{Group}:policyName/{Name}"
        )
        {
            Partition = Contracts.Arn.PartitionOf(Scope.Region),
        }.ToString();

    /// <summary>The key of a policy.</summary>
    public static string KeyOf(Scope scope, string group, string name) => GroupRecord.PrefixOf(scope, group) + name;
}

/// <summary>Alarms that no policy has any more: they are to be deleted.</summary>
/// <param name="Scope">The account and region.</param>
/// <param name="Id">A UUID.</param>
/// <param name="Names">The alarms.</param>
internal sealed record LeftAlarms(Scope Scope, string Id, IReadOnlyList<string> Names)
{
    /// <summary>Its key.</summary>
    public string Key => Scope.Key(Id);
}
