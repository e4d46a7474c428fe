using Estiba.Ecs.Services;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.LoadBalancers;

/// <summary>Writes down what has become of a service's tasks in their target groups, and tells the service.</summary>
internal static class TargetChanges
{
    /// <summary>The tasks of which something is to be written.</summary>
    internal static IReadOnlyList<IGrouping<string, TaskMembership>> Of(IEnumerable<TaskMembership> members) =>
        [
            .. members
                .GroupBy(member => member.Task.Key, StringComparer.Ordinal)
                .Where(its => its.Any(member => member.HasChanged) || IsDeactivated(its)),
        ];

    /// <summary>Writes a task.</summary>
    internal static void Write(Transaction transaction, IGrouping<string, TaskMembership> members)
    {
        if (transaction.Find(EcsTables.Tasks, members.Key) is not { Targets: { } targets } current)
            return;
        var after = targets.ToList();
        foreach (var member in members)
            after[member.Index] = member.Target;
        transaction.Put(EcsTables.Tasks, TaskTransitions.Deactivated(current with { Targets = after }));
    }

    /// <summary>Adds the events of a service.</summary>
    internal static void Tell(ServiceEdit edit, IReadOnlyList<TaskMembership> members)
    {
        var gone = members.Where(member => member.WasDeregistered).ToList();
        foreach (var group in members.Where(member => member.WasRegistered).GroupBy(GroupOf, StringComparer.Ordinal))
            edit.AddEvent(ServiceEvents.Registered(group.Count(), group.Key));
        foreach (var group in gone.GroupBy(GroupOf, StringComparer.Ordinal))
            edit.AddEvent(ServiceEvents.Deregistered(group.Count(), group.Key));
        var draining = gone.Where(member => !member.Task.IsStopped).DistinctBy(member => member.Task.Key).Count();
        if (draining > 0)
            edit.AddEvent(ServiceEvents.Draining(draining));
        foreach (var refused in members.Where(member => member.IsNewlyRefused).DistinctBy(GroupOf))
            edit.AddEvent(ServiceEvents.FailedToRegister(refused.TargetGroup, refused.Refusal!.Message));
        Obstruct(edit, members);
    }

    // Beyond ECS, which waits for ever, a deployment whose target group is gone has failed.
    private static void Obstruct(ServiceEdit edit, IReadOnlyList<TaskMembership> members)
    {
        if (edit.Rollout.Deployments is not [{ IsInProgress: true, Obstacle: null } primary, ..])
            return;
        var lost = members.FirstOrDefault(member =>
            member.Task.StartedBy == primary.Id && member.Refusal is { Code: "TargetGroupNotFound" }
        );
        if (lost is not null)
            edit.Change(primary.Id, deployment =>
                deployment with
                {
                    Obstacle = $"The target group {lost.TargetGroup} does not exist any more.",
                }
            );
    }

    private static bool IsDeactivated(IGrouping<string, TaskMembership> members) =>
        members.First().Task is { LastStatus: TaskStatus.Deactivating, HasLeft: true }
        && members.All(member => IsGone(member.Target));

    private static bool IsGone(TaskTarget target) => target.State == TaskTargetState.Gone;

    private static string GroupOf(TaskMembership member) => member.TargetGroup;
}
