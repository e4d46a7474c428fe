using Estiba.Contracts;

namespace Estiba.ApplicationAutoScaling.Capacity;

/// <summary>
/// What was decided for a scalable target: the wish that ECS is to hear of, and what later decisions need to know of
/// earlier ones. Written by decisions and by their reconciler alone.
/// </summary>
internal sealed record CapacityRecord
{
    /// <summary>The account and region.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The service: <c>service/cluster/name</c>.</summary>
    public required string ResourceId { get; init; }

    /// <summary>What is on its way; null when nothing is.</summary>
    public RequestedCapacity? Wish { get; init; }

    /// <summary>How it was scaled out last; null when it was scaled in since.</summary>
    public CapacityChange? LastOut { get; init; }

    /// <summary>How it was scaled in last; null when it was scaled out since.</summary>
    public CapacityChange? LastIn { get; init; }

    /// <summary>What each policy has wanted last, where there are several.</summary>
    public IReadOnlyList<PolicySignal> Signals { get; init; } = [];

    /// <summary>Its key, the scalable target's.</summary>
    public string Key => Scope.Key("ecs/" + ResourceId);

    /// <summary>What is on its way has taken effect, or nobody waits for it any more.</summary>
    public CapacityRecord Settled(DateTimeOffset now) =>
        this with
        {
            Wish = null,
            LastOut = LastOut is { SettledAt: null } @out ? @out with { SettledAt = now } : LastOut,
            LastIn = LastIn is { SettledAt: null } @in ? @in with { SettledAt = now } : LastIn,
        };
}

/// <summary>A number of tasks that was decided.</summary>
/// <param name="Count">How many.</param>
/// <param name="ActivityKey">The activity that tells of it.</param>
/// <param name="At">When.</param>
/// <param name="IsTold">Whether ECS has heard of it.</param>
internal sealed record RequestedCapacity(int Count, string ActivityKey, DateTimeOffset At, bool IsTold);

/// <summary>What a policy wanted when its alarm spoke last.</summary>
/// <param name="Policy">The policy's name.</param>
/// <param name="At">When.</param>
/// <param name="Wanted">How many tasks, by its metric alone.</param>
/// <param name="ScalesIn">Whether that was less than there were.</param>
internal sealed record PolicySignal(string Policy, DateTimeOffset At, int Wanted, bool ScalesIn)
{
    /// <summary>How long it counts: an alarm speaks each minute while it lasts, and one may come late.</summary>
    internal static readonly TimeSpan Life = TimeSpan.FromSeconds(150);
}
