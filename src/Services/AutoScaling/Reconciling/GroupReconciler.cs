using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Instances;
using Estiba.Contracts;
using Estiba.Hosting.Controllers;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.AutoScaling.Reconciling;

/// <summary>
/// Keeps a group at its desired capacity; by the group's key. It looks at what there is, decides in one transaction,
/// and does what the instances' states ask for. It holds nothing that is not in the state.
/// </summary>
internal sealed partial class GroupReconciler(
    Store store,
    GroupObserver observer,
    GroupStep step,
    GroupEffects effects,
    TimeProvider time,
    ILogger logger
) : IReconciler<string>
{
    /// <summary>How soon to look again while instances come or go: EC2 tells nobody.</summary>
    internal static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    /// <summary>How often to look at instances that are as they should be.</summary>
    internal static readonly TimeSpan HealthInterval = TimeSpan.FromSeconds(10);

    public async Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
    {
        if (store.Current.Find(AutoScalingTables.Groups, key) is not { } before)
            return null;
        var seen = await observer.ObserveAsync(before, cancellation);
        await store.CommitAsync(it => step.Take(it, key, seen, time.GetUtcNow()), cancellation);
        var view = store.Current;
        if (view.Find(AutoScalingTables.Groups, key) is not { } group)
            return null;
        var instances = GroupStep.InstancesOf(view, group);
        var isRefused = false;
        foreach (var instance in instances)
            isRefused |= !await TryAsync(group, instance, seen, cancellation);
        return isRefused ? HealthInterval : Next(view, group, instances);
    }

    // What is refused for one instance is tried again later, and keeps no other waiting.
    private async Task<bool> TryAsync(
        GroupRecord group,
        GroupInstanceRecord instance,
        Observation seen,
        CancellationToken cancellation
    )
    {
        try
        {
            await effects.RunAsync(group, instance, seen, cancellation);
            return true;
        }
        catch (AwsException refused) when (refused.StatusCode < 500)
        {
            Log.Refused(logger, instance.Name, instance.State, group.Arn, refused);
            return false;
        }
    }

    private static TimeSpan Next(View view, GroupRecord group, IReadOnlyList<GroupInstanceRecord> instances)
    {
        var isMoving =
            group.IsDeleting
            || instances.Any(each => each.State is not (Lifecycle.InService or Lifecycle.Standby) || each.IsExtra)
            || group.TargetGroups.Any(link => !link.IsWanted)
            || GroupStep.RefreshOf(view, group) is not null;
        return isMoving ? Soon : HealthInterval;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "What {Instance} in state {State} of {Group} needs was refused")]
        internal static partial void Refused(
            ILogger logger,
            string instance,
            string state,
            string group,
            Exception refused
        );
    }
}
