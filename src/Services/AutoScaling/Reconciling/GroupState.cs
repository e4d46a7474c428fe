using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Instances;
using Estiba.AutoScaling.Launching;
using Estiba.AutoScaling.Refreshes;

namespace Estiba.AutoScaling.Reconciling;

/// <summary>A group as its deciders see it.</summary>
internal sealed record GroupState
{
    /// <summary>What is wanted.</summary>
    public required GroupRecord Group { get; init; }

    /// <summary>All its instances.</summary>
    public required IReadOnlyList<GroupInstanceRecord> Instances { get; init; }

    /// <summary>The refresh that goes on; null when none does.</summary>
    public RefreshRecord? Refresh { get; init; }

    /// <summary>What is launched at the moment; null where it is not known.</summary>
    public LaunchSource? Source { get; init; }

    /// <summary>When to launch again after a failure; null for now.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>The time.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Whether an instance has been in service for as long as it takes to count. What a refresh is to replace
    /// counts already.</summary>
    public bool IsWarm(GroupInstanceRecord instance) =>
        instance is { State: Lifecycle.InService, InServiceAt: { } since }
        && (
            (Refresh is { } refresh && instance.CreatedAt < RefreshRules.Since(refresh))
            || Now >= since.AddSeconds(Refresh?.Preferences.InstanceWarmup ?? Group.DefaultWarmup ?? 0)
        );
}
