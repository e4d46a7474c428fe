using Estiba.Contracts;
using Estiba.Contracts.ApplicationAutoScaling;

namespace Estiba.ApplicationAutoScaling.ScheduledActions;

/// <summary>New bounds for a scalable target at a time, once or again and again.</summary>
internal sealed record ScheduledActionRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The service: <c>service/cluster/name</c>.</summary>
    public required string ResourceId { get; init; }

    /// <summary>The scalable target's id.</summary>
    public required string TargetId { get; init; }

    /// <summary>Its name, unique among the actions of its target.</summary>
    public required string Name { get; init; }

    /// <summary>When it runs, as it was written.</summary>
    public required string Schedule { get; init; }

    /// <summary>The time zone of the schedule; null for UTC.</summary>
    public string? Timezone { get; init; }

    /// <summary>When it runs at the earliest; null for at once.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>When it runs at the latest; null for ever.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>The new bounds.</summary>
    public required ScalableTargetAction Action { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was put last: what rates are counted from.</summary>
    public required DateTimeOffset PutAt { get; init; }

    /// <summary>When it runs next; null when it does not any more.</summary>
    public DateTimeOffset? NextRun { get; init; }

    /// <summary>Its key.</summary>
    public string Key => KeyOf(Scope, ResourceId, Name);

    /// <summary>Its scalable target's key.</summary>
    public string TargetKey => Scope.Key("ecs/" + ResourceId);

    /// <summary>Its ARN.</summary>
    public string Arn =>
        new Arn(
            "autoscaling",
            Scope.Region,
            Scope.AccountId,
            $"scheduledAction:{TargetId}:resource/ecs/{ResourceId}:scheduledActionName/{Name}"
        ).ToString();

    /// <summary>The bounds in words: <c>min capacity to 5 and max capacity to 10</c>.</summary>
    public string Bounds =>
        string.Join(
            " and ",
            new[]
            {
                Action.MinCapacity is { } min ? $"min capacity to {min}" : null,
                Action.MaxCapacity is { } max ? $"max capacity to {max}" : null,
            }.OfType<string>()
        );

    /// <summary>The key of an action.</summary>
    public static string KeyOf(Scope scope, string resourceId, string name) => scope.Key($"ecs/{resourceId}/{name}");
}
