using System.Globalization;
using Estiba.ApplicationAutoScaling.Capacity;
using Estiba.Contracts;

namespace Estiba.ApplicationAutoScaling.Activities;

/// <summary>Something that was scaled, or why it was not.</summary>
internal sealed record ActivityRecord
{
    /// <summary>How long they are shown (<c>DescribeScalingActivities</c>, API reference).</summary>
    internal static readonly TimeSpan Life = TimeSpan.FromDays(42);

    /// <summary>The account and region.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The service: <c>service/cluster/name</c>.</summary>
    public required string ResourceId { get; init; }

    /// <summary>A UUID.</summary>
    public required string Id { get; init; }

    /// <summary>What it is to do.</summary>
    public required string Description { get; init; }

    /// <summary>Who or what asked for it.</summary>
    public required string Cause { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended; null as long as it is on its way, and for what has no duration.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How far it is (<c>ScalingActivityStatusCode</c>).</summary>
    public required string Status { get; init; }

    /// <summary>How far it is, in words.</summary>
    public string? Message { get; init; }

    /// <summary>Why nothing was scaled; null where something was.</summary>
    public NotScaled? NotScaled { get; init; }

    /// <summary>Its key: the newest of an account and region comes first.</summary>
    public string Key => Scope.Key(string.Create(CultureInfo.InvariantCulture, $"{Newness:D19}-{Id}"));

    /// <summary>The scalable target's key.</summary>
    public string TargetKey => Scope.Key("ecs/" + ResourceId);

    private long Newness => DateTimeOffset.MaxValue.UtcTicks - StartedAt.UtcTicks;
}
