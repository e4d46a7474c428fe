using Estiba.ApplicationAutoScaling.Activities;
using Estiba.ApplicationAutoScaling.ScalableTargets;
using Estiba.State;

namespace Estiba.ApplicationAutoScaling.ScheduledActions;

/// <summary>Runs a scheduled action when it is time; by its key. Each run is one transaction, with the next one's
/// time in it: one that the platform was off for runs when it is back, once.</summary>
internal sealed class ScheduleReconciler(ActivityLog activities, TimeProvider time)
{
    /// <summary>The longest to wait for without looking: a clock may be set.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    internal TimeSpan? Step(Transaction transaction, string key)
    {
        if (
            transaction.Find(ApplicationAutoScalingTables.ScheduledActions, key) is not { NextRun: { } due } action
            || transaction.Find(ApplicationAutoScalingTables.Targets, action.TargetKey) is not { } target
        )
            return null;
        var now = time.GetUtcNow();
        if (due > now)
            return due - now < Longest ? due - now : Longest;
        if (!target.Suspended.Scheduled)
            Run(transaction, action, target, now);
        var after = action with { NextRun = ScheduledRuns.After(action, now) };
        transaction.Put(ApplicationAutoScalingTables.ScheduledActions, after);
        return after.NextRun is { } next ? (next - now < Longest ? next - now : Longest) : null;
    }

    private void Run(
        Transaction transaction,
        ScheduledActionRecord action,
        ScalableTargetRecord target,
        DateTimeOffset now
    )
    {
        var min = action.Action.MinCapacity ?? target.MinCapacity;
        var max = action.Action.MaxCapacity ?? target.MaxCapacity;
        var refusal = min > max ? "Minimum capacity cannot be greater than maximum capacity" : null;
        activities.Bounds(transaction, action.Scope, action.ResourceId, action.Bounds, action.Name, refusal, now);
        if (refusal is null)
            transaction.Put(
                ApplicationAutoScalingTables.Targets,
                target with
                {
                    MinCapacity = min,
                    MaxCapacity = max,
                    HasNewBounds = true,
                }
            );
    }
}
