using Estiba.ApplicationAutoScaling.Activities;
using Estiba.ApplicationAutoScaling.Capacity;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.Hosting.Alarms;
using Estiba.State;

namespace Estiba.ApplicationAutoScaling.Scaling;

/// <summary>Writes down how many tasks are to be, in the place of what was on its way.</summary>
internal static class CapacityRequests
{
    /// <summary>The decision in the capacity's record, and its activity.</summary>
    /// <param name="transaction">Where it is written.</param>
    /// <param name="capacity">What was decided before.</param>
    /// <param name="state">The service.</param>
    /// <param name="verdict">How many tasks are to be.</param>
    /// <param name="cause">Who or what asks for it.</param>
    /// <param name="activities">Writes the activity.</param>
    /// <param name="change">The alarm's change that asks for it; null when none does.</param>
    internal static CapacityRecord Replace(
        Transaction transaction,
        CapacityRecord capacity,
        ScalingState state,
        Verdict verdict,
        string cause,
        ActivityLog activities,
        AlarmStateChange? change = null
    )
    {
        var (now, count) = (state.Now, verdict.Count!.Value);
        if (capacity.Wish is { } overtaken)
            ActivityLog.Continue(
                transaction,
                overtaken.ActivityKey,
                ScalingActivityStatusCode.Overridden,
                $"Successfully set desired count to {overtaken.Count}. Found it was later changed to {count}.",
                now
            );
        var activity = activities.Begin(transaction, capacity.Scope, capacity.ResourceId, count, cause, now);
        var next = new CapacityChange(now, state.Working, count) { Alarm = change?.AlarmArn, AlarmTime = change?.Time };
        var settled = capacity.Settled(now) with
        {
            Wish = new RequestedCapacity(count, activity.Key, now, IsTold: false),
        };
        // Either ends what the other has begun: after a scale-in nothing that was added counts any more, and a
        // scale-out ends the cooldown of a scale-in.
        if (count <= state.Desired)
            return settled with { LastIn = next, LastOut = null };
        return settled with { LastOut = next with { From = verdict.From ?? next.From }, LastIn = null };
    }
}
