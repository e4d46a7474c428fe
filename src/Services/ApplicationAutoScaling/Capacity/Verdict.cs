namespace Estiba.ApplicationAutoScaling.Capacity;

/// <summary>What a policy decides: a number of tasks, or why there is none; neither when it has nothing to
/// say.</summary>
/// <param name="Count">How many tasks are to run; null when nothing changes.</param>
/// <param name="NotScaled">Why nothing changes.</param>
internal sealed record Verdict(int? Count, NotScaled? NotScaled)
{
    /// <summary>Nothing to say.</summary>
    internal static readonly Verdict Nothing = new(null, null);

    /// <summary>How many tasks the policy would have by its metric alone; null when it has nothing to say.</summary>
    public int? Wanted { get; init; }

    /// <summary>The tasks that a scale-out started from; null where those that work.</summary>
    public int? From { get; init; }

    /// <summary>Whether its metric asks for less.</summary>
    public bool ScalesIn { get; init; }

    /// <summary>Some tasks are to run.</summary>
    internal static Verdict To(int count) => new(count, null);

    /// <summary>Nothing changes.</summary>
    internal static Verdict Not(string code, ScalingState state) =>
        new(
            null,
            new NotScaled(
                code,
                Current: code == NotScaledCode.AlreadyAtDesiredCapacity ? state.Desired : null,
                Min: code == NotScaledCode.AlreadyAtMinCapacity ? state.Min : null,
                Max: code == NotScaledCode.AlreadyAtMaxCapacity ? state.Max : null
            )
        );
}

/// <summary>Why nothing was scaled, for programs to read.</summary>
/// <param name="Code">One of <see cref="NotScaledCode"/>.</param>
/// <param name="Current">The current capacity, where it is about that.</param>
/// <param name="Min">The minimum capacity, where it is about that.</param>
/// <param name="Max">The maximum capacity, where it is about that.</param>
internal sealed record NotScaled(string Code, int? Current = null, int? Min = null, int? Max = null);

/// <summary>The reasons for not scaling (<c>NotScaledReason</c>, API reference).</summary>
internal static class NotScaledCode
{
    /// <summary>It would have to go back soon: a cooldown, tasks that are on their way, or a metric that would be
    /// beyond its target.</summary>
    internal const string AnticipatedFlapping = "AutoScalingAnticipatedFlapping";

    /// <summary>ECS is deploying, and nothing is scaled in meanwhile.</summary>
    internal const string Unscalable = "TargetServicePutResourceAsUnscalable";

    /// <summary>It has its maximum.</summary>
    internal const string AlreadyAtMaxCapacity = "AlreadyAtMaxCapacity";

    /// <summary>It has its minimum.</summary>
    internal const string AlreadyAtMinCapacity = "AlreadyAtMinCapacity";

    /// <summary>It has what the policy wants.</summary>
    internal const string AlreadyAtDesiredCapacity = "AlreadyAtDesiredCapacity";

    /// <summary>Somebody has suspended it. AWS has no code for that, and records nothing.</summary>
    internal const string Suspended = "ScalingSuspended";
}
