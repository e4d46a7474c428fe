using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Policies;
using Estiba.State;

namespace Estiba.AutoScaling.Reconciling;

/// <summary>Takes a group away with all that belongs to it; its activities are shown on where they are asked
/// for.</summary>
internal sealed class GroupRemoval(UniqueIds ids)
{
    /// <summary>Takes it away. It has no instances any more.</summary>
    internal void Remove(Transaction transaction, GroupRecord group)
    {
        foreach (var policy in transaction.Range(AutoScalingTables.Policies, group.Prefix).ToList())
            Remove(transaction, policy);
        foreach (var hook in transaction.Range(AutoScalingTables.Hooks, group.Prefix).ToList())
            transaction.Delete(AutoScalingTables.Hooks, hook.Key);
        foreach (var action in transaction.Range(AutoScalingTables.ScheduledActions, group.Prefix).ToList())
            transaction.Delete(AutoScalingTables.ScheduledActions, action.Key);
        foreach (var topic in transaction.Range(AutoScalingTables.Notifications, group.Prefix).ToList())
            transaction.Delete(AutoScalingTables.Notifications, topic.Key);
        foreach (var refresh in transaction.Range(AutoScalingTables.Refreshes, group.Prefix).ToList())
            transaction.Delete(AutoScalingTables.Refreshes, refresh.Key);
        var activities = transaction.Where(
            AutoScalingTables.Activities,
            AutoScalingTables.ActivitiesByGroup,
            group.Key
        );
        foreach (var activity in activities.Where(activity => !activity.IsOfDeletedGroup).ToList())
            transaction.Put(AutoScalingTables.Activities, activity with { IsOfDeletedGroup = true });
        transaction.Delete(AutoScalingTables.Progress, group.Key);
        transaction.Delete(AutoScalingTables.Groups, group.Key);
    }

    /// <summary>Takes a policy away; its alarms are left to be deleted.</summary>
    internal void Remove(Transaction transaction, PolicyRecord policy)
    {
        transaction.Delete(AutoScalingTables.Policies, policy.Key);
        Leave(transaction, policy.Scope, policy.Alarms);
    }

    /// <summary>Alarms are left to be deleted.</summary>
    internal void Leave(Transaction transaction, Scope scope, IReadOnlyList<string> alarms)
    {
        if (alarms.Count > 0)
            transaction.Put(AutoScalingTables.LeftAlarms, new LeftAlarms(scope, ids.Next(), alarms));
    }
}
