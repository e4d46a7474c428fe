using Estiba.ApplicationAutoScaling.Capacity;
using Estiba.Contracts;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.State;

namespace Estiba.ApplicationAutoScaling.Activities;

/// <summary>Writes activities, in AWS's words ("Scaling activities for Application Auto Scaling", user
/// guide).</summary>
/// <param name="ids">Makes their ids.</param>
internal sealed class ActivityLog(UniqueIds ids)
{
    /// <summary>A number of tasks is to be set.</summary>
    internal ActivityRecord Begin(
        Transaction transaction,
        Scope scope,
        string resourceId,
        int count,
        string cause,
        DateTimeOffset now
    )
    {
        var activity = Of(scope, resourceId, $"Setting desired count to {count}.", cause, now) with
        {
            Status = ScalingActivityStatusCode.Pending,
        };
        transaction.Put(ApplicationAutoScalingTables.Activities, activity);
        return activity;
    }

    /// <summary>A scheduled action has set the bounds of a target, or could not.</summary>
    /// <param name="transaction">Where it is written.</param>
    /// <param name="scope">The account and region.</param>
    /// <param name="resourceId">The service.</param>
    /// <param name="bounds">The bounds in words: <c>min capacity to 5 and max capacity to 10</c>.</param>
    /// <param name="action">The scheduled action's name.</param>
    /// <param name="refusal">Why it could not; null when it has.</param>
    /// <param name="now">The time.</param>
    internal void Bounds(
        Transaction transaction,
        Scope scope,
        string resourceId,
        string bounds,
        string action,
        string? refusal,
        DateTimeOffset now
    ) =>
        transaction.Put(
            ApplicationAutoScalingTables.Activities,
            Of(scope, resourceId, "Setting " + bounds, $"scheduled action name {action} was triggered", now) with
            {
                Status = refusal is null ? ScalingActivityStatusCode.Successful : ScalingActivityStatusCode.Failed,
                Message = refusal is null ? "Successfully set " + bounds : $"Failed to set {bounds}. Reason: {refusal}",
            }
        );

    /// <summary>An alarm asked for something that was not done. As on AWS it is written once, and not again before
    /// something else happens, however often the alarm asks.</summary>
    internal void NotScaled(
        Transaction transaction,
        Scope scope,
        string resourceId,
        NotScaled reason,
        string cause,
        DateTimeOffset now
    )
    {
        var newest = transaction
            .Where(
                ApplicationAutoScalingTables.Activities,
                ApplicationAutoScalingTables.ActivitiesByTarget,
                scope.Key("ecs/" + resourceId)
            )
            .FirstOrDefault();
        if (newest?.NotScaled?.Code == reason.Code)
            return;
        transaction.Put(
            ApplicationAutoScalingTables.Activities,
            Of(scope, resourceId, "Attempting to scale due to alarm triggered", cause, now) with
            {
                Status =
                    reason.Code == NotScaledCode.AlreadyAtDesiredCapacity
                        ? ScalingActivityStatusCode.Successful
                        : ScalingActivityStatusCode.Failed,
                NotScaled = reason,
            }
        );
    }

    /// <summary>An activity goes on, or ends.</summary>
    /// <param name="transaction">Where it is written.</param>
    /// <param name="key">The activity's key; one that is gone, since it was too old, stays so.</param>
    /// <param name="status">How far it is.</param>
    /// <param name="message">The same in words.</param>
    /// <param name="endedAt">When it ended; null when it goes on.</param>
    internal static void Continue(
        Transaction transaction,
        string key,
        string status,
        string message,
        DateTimeOffset? endedAt
    )
    {
        if (transaction.Find(ApplicationAutoScalingTables.Activities, key) is { } activity)
            transaction.Put(
                ApplicationAutoScalingTables.Activities,
                activity with
                {
                    Status = status,
                    Message = message,
                    EndedAt = endedAt,
                }
            );
    }

    private ActivityRecord Of(Scope scope, string resourceId, string description, string cause, DateTimeOffset now) =>
        new()
        {
            Scope = scope,
            ResourceId = resourceId,
            Id = ids.Next(),
            Description = description,
            Cause = cause,
            StartedAt = now,
            Status = ScalingActivityStatusCode.Successful,
        };
}
