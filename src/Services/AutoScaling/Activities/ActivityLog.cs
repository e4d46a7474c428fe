using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Instances;
using Estiba.AutoScaling.Notifications;
using Estiba.Contracts.AutoScaling;
using Estiba.State;

namespace Estiba.AutoScaling.Activities;

/// <summary>Writes activities, in AWS's words ("Verify a scaling activity for an Auto Scaling group", user
/// guide).</summary>
/// <param name="ids">Makes their ids.</param>
internal sealed class ActivityLog(UniqueIds ids)
{
    private const int LongestCause = 1023;

    /// <summary>An activity begins: after all others of its group, so that the newest is shown first.</summary>
    internal ActivityRecord Begin(
        Transaction transaction,
        GroupRecord group,
        GroupInstanceRecord instance,
        string description,
        string cause,
        DateTimeOffset now
    )
    {
        var newest = transaction
            .Where(AutoScalingTables.Activities, AutoScalingTables.ActivitiesByGroup, group.Key)
            .FirstOrDefault();
        var activity = new ActivityRecord
        {
            Scope = group.Scope,
            Group = group.Name,
            GroupArn = group.Arn,
            Id = ids.Next(),
            Description = description,
            Cause = cause.Length <= LongestCause ? cause : cause[..LongestCause],
            StartedAt = newest is not null && newest.StartedAt >= now ? newest.StartedAt.AddTicks(1) : now,
            Status = ScalingActivityStatusCode.InProgress,
            SubnetId = instance.SubnetId,
            Zone = instance.Zone,
        };
        transaction.Put(AutoScalingTables.Activities, activity);
        return activity;
    }

    /// <summary>An activity goes on.</summary>
    /// <param name="transaction">Where it is written.</param>
    /// <param name="key">The activity's key; null, or one that is gone, is passed over.</param>
    /// <param name="change">What is new of it.</param>
    internal static void Change(Transaction transaction, string? key, Func<ActivityRecord, ActivityRecord> change)
    {
        if (key is null || transaction.Find(AutoScalingTables.Activities, key) is not { EndedAt: null } before)
            return;
        var after = change(before);
        if (after == before)
            return;
        transaction.Put(AutoScalingTables.Activities, after);
        if (after.EndedAt is not null)
            Notices.Write(transaction, after);
    }

    /// <summary>An activity has another status.</summary>
    internal static void Continue(Transaction transaction, string? key, string status, int progress) =>
        Change(transaction, key, activity => activity with { Status = status, Progress = progress });

    /// <summary>An activity has done what it was to do.</summary>
    internal static void Succeed(Transaction transaction, string? key, DateTimeOffset now) =>
        Change(transaction, key, activity =>
            activity with
            {
                Status = ScalingActivityStatusCode.Successful,
                Progress = 100,
                EndedAt = now,
            }
        );

    /// <summary>An activity has failed, or was given up.</summary>
    internal static void Fail(
        Transaction transaction,
        string? key,
        string message,
        DateTimeOffset now,
        string status = ScalingActivityStatusCode.Failed
    ) =>
        Change(transaction, key, activity =>
            activity with
            {
                Description = $"{activity.Description}.  Status Reason: {message}",
                Status = status,
                Message = message.Length <= 255 ? message : message[..255],
                Progress = 100,
                EndedAt = now,
            }
        );
}
