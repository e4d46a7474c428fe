using Estiba.ApplicationAutoScaling.Activities;
using Estiba.ApplicationAutoScaling.ScalableTargets;
using Estiba.ApplicationAutoScaling.TargetTracking;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.State;

namespace Estiba.ApplicationAutoScaling.Scaling;

/// <summary>Takes a scalable target away with all that belongs to it; its activities are shown on.</summary>
internal static class Deregistration
{
    /// <summary>Takes it away.</summary>
    /// <returns>The alarms of its policies, which are to be deleted.</returns>
    internal static IReadOnlyList<LeftAlarms> Of(
        Transaction transaction,
        ScalableTargetRecord target,
        UniqueIds ids,
        DateTimeOffset now
    )
    {
        var alarms = new List<string>();
        foreach (var policy in transaction.Range(ApplicationAutoScalingTables.Policies, target.Prefix))
        {
            alarms.AddRange(policy.Alarms);
            transaction.Delete(ApplicationAutoScalingTables.Policies, policy.Key);
        }

        foreach (var action in transaction.Range(ApplicationAutoScalingTables.ScheduledActions, target.Prefix))
            transaction.Delete(ApplicationAutoScalingTables.ScheduledActions, action.Key);
        if (transaction.Find(ApplicationAutoScalingTables.Capacities, target.Key) is { Wish: { } wish })
            ActivityLog.Continue(
                transaction,
                wish.ActivityKey,
                ScalingActivityStatusCode.Unfulfilled,
                $"The scalable target was deregistered before the desired count was {wish.Count}.",
                now
            );
        transaction.Delete(ApplicationAutoScalingTables.Capacities, target.Key);
        transaction.Delete(ApplicationAutoScalingTables.Targets, target.Key);
        if (alarms.Count == 0)
            return [];
        var left = new LeftAlarms(target.Scope, ids.Next(), alarms, NotBefore: default);
        transaction.Put(ApplicationAutoScalingTables.LeftAlarms, left);
        return [left];
    }
}
