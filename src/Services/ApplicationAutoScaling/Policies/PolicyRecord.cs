using Estiba.Contracts;
using Estiba.Contracts.ApplicationAutoScaling;

namespace Estiba.ApplicationAutoScaling.Policies;

/// <summary>A scaling policy of a scalable target.</summary>
internal sealed record PolicyRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The service: <c>service/cluster/name</c>.</summary>
    public required string ResourceId { get; init; }

    /// <summary>The scalable target's id.</summary>
    public required string TargetId { get; init; }

    /// <summary>Its name, unique among the policies of its target.</summary>
    public required string Name { get; init; }

    /// <summary><c>TargetTrackingScaling</c> or <c>StepScaling</c>.</summary>
    public required string Type { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What is added to its ARN in the alarms that it makes itself: a UUID.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>The steps; null when it tracks a target.</summary>
    public StepScalingPolicyConfiguration? Steps { get; init; }

    /// <summary>The target that it tracks; null when it has steps.</summary>
    public TargetTrackingScalingPolicyConfiguration? Tracking { get; init; }

    /// <summary>The names of the alarms that it has made.</summary>
    public IReadOnlyList<string> Alarms { get; init; } = [];

    /// <summary>Its key.</summary>
    public string Key => KeyOf(Scope, ResourceId, Name);

    /// <summary>Its scalable target's key.</summary>
    public string TargetKey => Scope.Key("ecs/" + ResourceId);

    /// <summary>Its ARN, which alarms name in their actions.</summary>
    public string Arn => PolicyArn.Of(Scope, TargetId, ResourceId, Name);

    /// <summary>Its ARN as its own alarms have it.</summary>
    public string ActionArn => $"{Arn}{PolicyArn.CreatedBy}{CreatedBy}";

    /// <summary>The key of a policy.</summary>
    public static string KeyOf(Scope scope, string resourceId, string name) => scope.Key($"ecs/{resourceId}/{name}");
}
