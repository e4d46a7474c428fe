using System.Globalization;
using Estiba.AutoScaling.Groups;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling.Refreshes;

/// <summary>An instance refresh: a group's instances are replaced a few at a time.</summary>
internal sealed record RefreshRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The group's name.</summary>
    public required string Group { get; init; }

    /// <summary>A UUID.</summary>
    public required string Id { get; init; }

    /// <summary>When it was asked for; those of before are replaced.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended; null while it goes on.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How far it is: one of <c>InstanceRefreshStatus</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The same in words.</summary>
    public string? Reason { get; init; }

    /// <summary>How it is done, all defaults filled in.</summary>
    public required RefreshPreferences Preferences { get; init; }

    /// <summary>What the group has after it; null for what it has.</summary>
    public LaunchTemplateSpecification? Desired { get; init; }

    /// <summary>What the group had before; a roll back returns to it.</summary>
    public LaunchTemplateSpecification? Before { get; init; }

    /// <summary>How many instances there were to replace when it began; null before it has.</summary>
    public int? Total { get; init; }

    /// <summary>How many are left to replace.</summary>
    public int Left { get; init; }

    /// <summary>When a roll back began, why, and how far it had come; null without one.</summary>
    public RollbackDetails? Rollback { get; init; }

    /// <summary>Whether it goes on.</summary>
    public bool IsActive =>
        Status
            is InstanceRefreshStatus.Pending
                or InstanceRefreshStatus.InProgress
                or InstanceRefreshStatus.Cancelling
                or InstanceRefreshStatus.RollbackInProgress;

    /// <summary>How far it is, in percent.</summary>
    public int Percent =>
        Total switch
        {
            null => 0,
            0 => 100,
            { } total => Math.Clamp(100 * (total - Left) / total, 0, 100),
        };

    /// <summary>Its key: the newest of a group comes first.</summary>
    public string Key =>
        GroupRecord.PrefixOf(Scope, Group)
        + string.Create(
            CultureInfo.InvariantCulture,
            $"{DateTimeOffset.MaxValue.UtcTicks - StartedAt.UtcTicks:D19}-{Id}"
        );
}
