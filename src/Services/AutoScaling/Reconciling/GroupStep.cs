using Estiba.AutoScaling.Activities;
using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Instances;
using Estiba.AutoScaling.Launching;
using Estiba.AutoScaling.Refreshes;
using Estiba.Contracts.AutoScaling;
using Estiba.State;

namespace Estiba.AutoScaling.Reconciling;

/// <summary>One step of a group: what was seen and what is decided on it, as one transaction.</summary>
internal sealed class GroupStep(ActivityLog activities, GroupRemoval removal, UniqueIds ids)
{
    /// <summary>Takes it. Nothing is written where nothing changes.</summary>
    internal void Take(Transaction transaction, string key, Observation seen, DateTimeOffset now)
    {
        if (transaction.Find(AutoScalingTables.Groups, key) is not { } group)
            return;
        foreach (var instance in InstancesOf(transaction, group))
            Continue(transaction, group, instance, seen, now);
        var refresh = RefreshOf(transaction, group);
        var state = StateOf(transaction, group, refresh, seen, now);
        if (refresh is not null)
        {
            refresh = Continue(transaction, refresh, state, now);
            state = state with { Refresh = refresh };
        }

        var progress = transaction.Find(AutoScalingTables.Progress, key);
        var step = CapacityPlan.Next(state with { RetryAt = progress?.RetryAt });
        foreach (var end in step.Ends)
            End(transaction, group, end.Instance, end.Cause, now);
        if (seen.Source?.IsOf(group, refresh?.Desired) == true)
            Launch(transaction, group, step.Launches, seen.Source, now);
        Settle(transaction, group, seen);
    }

    /// <summary>The refresh of a group that goes on; null when none does.</summary>
    internal static RefreshRecord? RefreshOf(View view, GroupRecord group) =>
        view.Range(AutoScalingTables.Refreshes, group.Prefix).FirstOrDefault(refresh => refresh.IsActive);

    /// <summary>The instances of a group.</summary>
    internal static IReadOnlyList<GroupInstanceRecord> InstancesOf(View view, GroupRecord group) =>
        [.. view.Range(AutoScalingTables.Instances, group.Prefix)];

    /// <summary>An instance is to end.</summary>
    internal ActivityRecord End(
        Transaction transaction,
        GroupRecord group,
        GroupInstanceRecord instance,
        string cause,
        DateTimeOffset now
    )
    {
        ActivityLog.Fail(
            transaction,
            instance.ActivityKey,
            "Instance became unhealthy while waiting for instance to be in InService state.",
            now,
            ScalingActivityStatusCode.Cancelled
        );
        var activity = activities.Begin(
            transaction,
            group,
            instance,
            $"{ActivityRecord.Terminating}: {instance.Name}",
            cause,
            now
        );
        transaction.Put(
            AutoScalingTables.Instances,
            instance with
            {
                State = Lifecycle.Terminating,
                IsExtra = false,
                Actions = [],
                ActivityKey = activity.Key,
            }
        );
        return activity;
    }

    private void Continue(
        Transaction transaction,
        GroupRecord group,
        GroupInstanceRecord instance,
        Observation seen,
        DateTimeOffset now
    )
    {
        var hooks = transaction.Range(AutoScalingTables.Hooks, group.Prefix).ToList();
        var step = InstanceSteps.Next(instance, group, hooks, seen, ids.Next, now);
        if (step.Failure is { } failure)
        {
            if (step.IsLaunchFailure)
                FailLaunch(transaction, group, instance.ActivityKey, failure, now);
            else
                ActivityLog.Fail(transaction, instance.ActivityKey, failure, now);
            End(
                transaction,
                group,
                instance,
                $"At {Moments.Text(now)} an instance was taken out of service in response to a failed launch.",
                now
            );
            return;
        }

        if (step.Status is { } status)
            ActivityLog.Continue(transaction, instance.ActivityKey, status, step.Progress);
        if (step.IsDone)
            ActivityLog.Succeed(transaction, instance.ActivityKey, now);
        if (step.After is not { } after)
        {
            transaction.Delete(AutoScalingTables.Instances, instance.Key);
            return;
        }

        if (step.IsDone)
            after = after with { ActivityKey = null };
        if (after.InstanceType is null && seen.Find(after.InstanceId) is { } described)
            after = after with { InstanceType = described.InstanceType, ImageId = described.ImageId };
        if (after != instance)
            transaction.Put(AutoScalingTables.Instances, after);
        if (step.IsDone && after.State == Lifecycle.InService)
            Forget(transaction, group);
    }

    // A launch that has worked ends the waiting after those that have not.
    private static void Forget(Transaction transaction, GroupRecord group)
    {
        if (transaction.Find(AutoScalingTables.Progress, group.Key) is { Failures: > 0 } progress)
            transaction.Put(AutoScalingTables.Progress, progress with { Failures = 0, RetryAt = null });
    }

    private static GroupState StateOf(
        Transaction transaction,
        GroupRecord group,
        RefreshRecord? refresh,
        Observation seen,
        DateTimeOffset now
    )
    {
        var state = new GroupState
        {
            Group = group,
            Instances = InstancesOf(transaction, group),
            Refresh = refresh,
            Source = seen.Source,
            Now = now,
        };
        // One that was launched beside another counts from when it is in service and warm.
        var ready = state.Instances.Where(each => each.IsExtra && state.IsWarm(each)).ToList();
        if (ready.Count == 0)
            return state;
        foreach (var extra in ready)
            transaction.Put(AutoScalingTables.Instances, extra with { IsExtra = false });
        return state with { Instances = InstancesOf(transaction, group) };
    }

    private static RefreshRecord? Continue(
        Transaction transaction,
        RefreshRecord before,
        GroupState state,
        DateTimeOffset now
    )
    {
        if (!state.Group.Runs(ScalingProcess.InstanceRefresh))
            return before;
        var after = RefreshRules.Next(before, state.Instances, state.Source, state.Group.Desired, state.IsWarm, now);
        if (after == before)
            return after;
        transaction.Put(AutoScalingTables.Refreshes, after);
        if (after.IsActive)
            return after;
        // What was rolled out is what the group has from now on.
        if (
            after is { Status: InstanceRefreshStatus.Successful, Desired: { } desired }
            && transaction.Find(AutoScalingTables.Groups, state.Group.Key) is { } group
        )
            transaction.Put(
                AutoScalingTables.Groups,
                group with
                {
                    LaunchTemplate = desired,
                    LaunchConfiguration = null,
                }
            );
        return null;
    }

    private void Launch(
        Transaction transaction,
        GroupRecord group,
        IReadOnlyList<PlannedLaunch> launches,
        LaunchSource source,
        DateTimeOffset now
    )
    {
        foreach (var launch in launches)
        {
            var instance = NewInstance(group, launch, source, now);
            var activity = activities.Begin(transaction, group, instance, ActivityRecord.Launching, launch.Cause, now);
            if (source.Request is null)
            {
                FailLaunch(transaction, group, activity.Key, source.Error ?? "There is nothing to launch.", now);
                return;
            }

            transaction.Put(
                AutoScalingTables.Instances,
                instance with
                {
                    Launch = source.RequestFor(group, launch.Subnet, instance.Id),
                    ActivityKey = activity.Key,
                }
            );
        }
    }

    /// <summary>A launch has failed.</summary>
    internal static void FailLaunch(
        Transaction transaction,
        GroupRecord group,
        string? activity,
        string message,
        DateTimeOffset now
    )
    {
        ActivityLog.Fail(transaction, activity, $"{message} Launching EC2 instance failed.", now);
        var progress = transaction.Find(AutoScalingTables.Progress, group.Key)
            ?? new GroupProgressRecord { Scope = group.Scope, Group = group.Name };
        transaction.Put(AutoScalingTables.Progress, progress.Failed(now));
    }

    private GroupInstanceRecord NewInstance(
        GroupRecord group,
        PlannedLaunch launch,
        LaunchSource source,
        DateTimeOffset now
    ) =>
        new()
        {
            Scope = group.Scope,
            Group = group.Name,
            Id = ids.Next(),
            Zone = launch.Subnet.Zone,
            ZoneId = launch.Subnet.ZoneId,
            SubnetId = launch.Subnet.Id,
            InstanceType = source.InstanceType,
            ImageId = source.ImageId,
            LaunchTemplate = source.Template,
            LaunchConfiguration = source.Configuration,
            CreatedAt = now,
            IsProtected = group.ProtectsNew,
            IsExtra = launch.IsExtra,
        };

    // What follows from the instances as they are now.
    private void Settle(Transaction transaction, GroupRecord group, Observation seen)
    {
        var instances = InstancesOf(transaction, group);
        if (group.IsDeleting)
        {
            if (instances.Count == 0)
                removal.Remove(transaction, group);
            return;
        }

        var now = transaction.Find(AutoScalingTables.Groups, group.Key)!;
        var after = now with { TargetGroups = LinksOf(now, instances, seen) };
        if (now.Cause is not null && instances.Count(each => each.Counts) == now.Desired)
            after = after with { Cause = null };
        if (after.Cause != now.Cause || !after.TargetGroups.SequenceEqual(now.TargetGroups))
            transaction.Put(AutoScalingTables.Groups, after);
    }

    private static IReadOnlyList<TargetGroupLink> LinksOf(
        GroupRecord group,
        IReadOnlyList<GroupInstanceRecord> instances,
        Observation seen
    )
    {
        var serving = instances.Where(each => each.State == Lifecycle.InService).ToList();
        return
        [
            .. group
                .TargetGroups.Where(link => link.IsWanted || instances.Any(each => Seen(link, each) is not null))
                .Select(link => link.IsWanted ? link with { State = StateOf(link) } : link),
        ];

        string StateOf(TargetGroupLink link)
        {
            if (!seen.Targets.ContainsKey(link.Arn))
                return link.State;
            if (serving.Any(each => Seen(link, each) is null))
                return TargetGroupLink.Adding;
            return serving.Any(each => Seen(link, each) == "healthy")
                ? TargetGroupLink.InService
                : TargetGroupLink.Added;
        }

        string? Seen(TargetGroupLink link, GroupInstanceRecord each) => seen.TargetOf(link.Arn, each.InstanceId);
    }
}
