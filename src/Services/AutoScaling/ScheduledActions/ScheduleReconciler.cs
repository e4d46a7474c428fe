using Estiba.AutoScaling.Groups;
using Estiba.State;

namespace Estiba.AutoScaling.ScheduledActions;

/// <summary>Runs a scheduled action when it is time; by its key. Each run is one transaction, with the next one's time
/// in it: one that the platform was off for runs when it is back, once.</summary>
internal sealed class ScheduleReconciler(TimeProvider time)
{
    /// <summary>The longest to wait for without looking: a clock may be set.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    internal TimeSpan? Step(Transaction transaction, string key)
    {
        if (
            transaction.Find(AutoScalingTables.ScheduledActions, key) is not { NextRun: { } due } action
            || transaction.Find(AutoScalingTables.Groups, action.GroupKey) is not { IsDeleting: false } group
        )
            return null;
        var now = time.GetUtcNow();
        if (due > now)
            return due - now < Longest ? due - now : Longest;
        if (group.Runs(ScalingProcess.ScheduledActions))
            transaction.Put(AutoScalingTables.Groups, Run(action, group, now));
        // What has run for the last time is gone, as on AWS.
        if (Schedule.After(action, now) is not { } next)
        {
            transaction.Delete(AutoScalingTables.ScheduledActions, key);
            return null;
        }

        transaction.Put(AutoScalingTables.ScheduledActions, action with { NextRun = next });
        return next - now < Longest ? next - now : Longest;
    }

    // Where bounds cross each other, the action's own win.
    internal static GroupRecord Run(ScheduledActionRecord action, GroupRecord group, DateTimeOffset now)
    {
        var min = action.Min ?? Math.Min(group.Min, action.Max ?? group.Min);
        var max = Math.Max(min, action.Max ?? group.Max);
        var desired = Math.Clamp(action.Desired ?? group.Desired, min, max);
        var by =
            $"a scheduled action update of AutoScalingGroup constraints to min: {min}, max: {max}, desired: {desired}";
        return group.Wanting(desired, by, now) with { Min = min, Max = max };
    }
}
