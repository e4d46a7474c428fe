namespace Estiba.ApplicationAutoScaling.Capacity;

/// <summary>What is known of a service when a policy is asked to scale it.</summary>
internal sealed record ScalingState
{
    /// <summary>When it is asked.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>How many tasks are wanted: what ECS was told, or is about to be.</summary>
    public required int Desired { get; init; }

    /// <summary>How many tasks run, those of older deployments among them.</summary>
    public required int Running { get; init; }

    /// <summary>The least that policies may want.</summary>
    public required int Min { get; init; }

    /// <summary>The most that policies may want.</summary>
    public required int Max { get; init; }

    /// <summary>Whether a deployment is on its way.</summary>
    public bool IsDeploying { get; init; }

    /// <summary>Whether somebody has suspended that policies scale out.</summary>
    public bool IsOutSuspended { get; init; }

    /// <summary>Whether somebody has suspended that policies scale in.</summary>
    public bool IsInSuspended { get; init; }

    /// <summary>How it was scaled out last; null when it never was, or was scaled in since.</summary>
    public CapacityChange? LastOut { get; init; }

    /// <summary>How it was scaled in last; null when it never was, or was scaled out since.</summary>
    public CapacityChange? LastIn { get; init; }

    /// <summary>The most that other policies want at the moment; null when none says.</summary>
    public int? WantedByOthers { get; init; }

    /// <summary>Whether all other policies that track a target and may scale in want to do so too.</summary>
    public bool OthersScaleIn { get; init; } = true;

    /// <summary>
    /// The tasks that a policy starts from: those that run, not those that are wanted, so that nothing runs away where
    /// there is no room for more; and no more than wanted, since a deployment runs the old beside the new
    /// ("Automatically scale your Amazon ECS service", developer guide).
    /// </summary>
    public int Working => Math.Min(Running, Desired);
}

/// <summary>A change of capacity that was decided.</summary>
/// <param name="At">When.</param>
/// <param name="From">The tasks that there were; those before the first one, where a larger change followed within its
/// cooldown.</param>
/// <param name="To">The tasks that were wanted.</param>
internal sealed record CapacityChange(DateTimeOffset At, int From, int To)
{
    /// <summary>Since when they have been there, or nobody waits for them any more; null as long as they are on their
    /// way.</summary>
    public DateTimeOffset? SettledAt { get; init; }

    /// <summary>The ARN of the alarm that asked for it; null when none did.</summary>
    public string? Alarm { get; init; }

    /// <summary>The time of the alarm's change.</summary>
    public DateTimeOffset? AlarmTime { get; init; }

    /// <summary>Whether less than a time has passed since it took effect.</summary>
    public bool IsWithin(TimeSpan time, DateTimeOffset now) => SettledAt is not { } settled || now < settled + time;
}
