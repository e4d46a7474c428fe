namespace Estiba.AutoScaling.Groups;

/// <summary>What the reconciler of a group has to remember of it.</summary>
internal sealed record GroupProgressRecord
{
    /// <summary>The account and region.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The group's name.</summary>
    public required string Group { get; init; }

    /// <summary>How many launches have failed, one after another.</summary>
    public int Failures { get; init; }

    /// <summary>When to launch again; null for now.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>The policies that track a target and wanted to scale in, and when they have said so last.</summary>
    public IReadOnlyList<ScaleInWish> ScaleIns { get; init; } = [];

    /// <summary>Its key, the group's.</summary>
    public string Key => Scope.Key(Group);

    /// <summary>After a launch that failed: the next is tried later each time.</summary>
    public GroupProgressRecord Failed(DateTimeOffset now) =>
        this with
        {
            Failures = Failures + 1,
            RetryAt = now + TimeSpan.FromSeconds(Math.Min(300, 10 * Math.Pow(2, Math.Min(Failures, 10)))),
        };
}

/// <summary>A policy wanted to scale in.</summary>
/// <param name="Policy">Its name.</param>
/// <param name="At">When.</param>
internal sealed record ScaleInWish(string Policy, DateTimeOffset At)
{
    /// <summary>How long it counts: an alarm speaks each minute while it lasts, and one may come late.</summary>
    internal static readonly TimeSpan Life = TimeSpan.FromSeconds(150);
}
