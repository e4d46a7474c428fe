using Estiba.AutoScaling.Groups;
using Estiba.Contracts;

namespace Estiba.AutoScaling.ScheduledActions;

/// <summary>New sizes for a group at a time, once or again and again.</summary>
internal sealed record ScheduledActionRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The group's name.</summary>
    public required string Group { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>A UUID.</summary>
    public required string Id { get; init; }

    /// <summary>When it runs once, or first; null for the first time of its recurrence.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>When it runs at the latest; null for ever.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>When it runs again, in five fields of cron; null for once.</summary>
    public string? Recurrence { get; init; }

    /// <summary>The time zone of the recurrence; null for UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>The new least size; null to leave it.</summary>
    public int? Min { get; init; }

    /// <summary>The new greatest size; null to leave it.</summary>
    public int? Max { get; init; }

    /// <summary>The new desired capacity; null to leave it.</summary>
    public int? Desired { get; init; }

    /// <summary>When it runs next; null when it does not any more.</summary>
    public DateTimeOffset? NextRun { get; init; }

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
            $"scheduledUpdateGroupAction:{Id}:autoScalingGroupName/{Group}:scheduledActionName/{Name}"
        )
        {
            Partition = Contracts.Arn.PartitionOf(Scope.Region),
        }.ToString();

    /// <summary>The key of an action.</summary>
    public static string KeyOf(Scope scope, string group, string name) => GroupRecord.PrefixOf(scope, group) + name;
}
