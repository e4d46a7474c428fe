using Estiba.Hosting.Controllers;
using Estiba.State;

namespace Estiba.ApplicationAutoScaling.TargetTracking;

/// <summary>Makes the alarms of a policy anew when somebody has deleted them; by the policy's key.</summary>
internal sealed class AlarmReconciler(Store store, AlarmKeeper alarms) : IReconciler<string>
{
    /// <summary>How often to look after them: nothing tells that an alarm is gone.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    public async Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
    {
        if (store.Current.Find(ApplicationAutoScalingTables.Policies, key) is not { Tracking: not null } policy)
            return null;
        if (!await alarms.HasAllAsync(policy, cancellation))
            await alarms.PutAsync(policy, cancellation);
        return Interval;
    }
}

/// <summary>Deletes alarms that were left; by the key of what is left.</summary>
internal sealed class LeftAlarmReconciler(AlarmKeeper alarms) : IReconciler<string>
{
    public Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation) =>
        alarms.DeleteAsync(key, cancellation);
}
