using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Instances;
using Estiba.AutoScaling.LifecycleHooks;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling.Reconciling;

/// <summary>Decides how an instance goes on in its life ("Amazon EC2 Auto Scaling instance lifecycle", user guide).
/// Pure.</summary>
internal static class InstanceSteps
{
    private const string NotRunning =
        "an instance was taken out of service in response to an EC2 health check indicating it has been terminated or "
        + "stopped.";

    private const string Balancer =
        "an instance was taken out of service in response to an ELB system health check failure.";

    /// <summary>The next step of an instance.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="group">Its group.</param>
    /// <param name="hooks">The group's lifecycle hooks.</param>
    /// <param name="seen">What the others say.</param>
    /// <param name="token">Makes tokens of lifecycle actions.</param>
    /// <param name="now">The time.</param>
    internal static InstanceStep Next(
        GroupInstanceRecord instance,
        GroupRecord group,
        IReadOnlyList<HookRecord> hooks,
        Observation seen,
        Func<string> token,
        DateTimeOffset now
    )
    {
        // What is not launched yet, or was after the others were asked, can only wait.
        if (instance.InstanceId is null || !seen.Asked.Contains(instance.InstanceId))
            return InstanceStep.Stay(instance);
        if (Lifecycle.IsComing(instance.State) && seen.Find(instance.InstanceId)?.LaunchFailure is { } failure)
            return InstanceStep.NotLaunched(
                instance,
                "Instance became unhealthy while waiting for instance to be in InService state. Termination Reason: "
                    + failure
            );
        instance = instance with { Unhealthy = Health(instance, group, seen, now) };
        return instance.State switch
        {
            Lifecycle.Pending => Pending(instance, Of(HookRecord.Launching), seen, token, now),
            Lifecycle.PendingWait => PendingWait(instance, now),
            Lifecycle.PendingProceed => PendingProceed(instance, group, seen, now),
            Lifecycle.Terminating => Terminating(
                instance,
                group.IsDeleting ? [] : Of(HookRecord.Terminating),
                seen,
                token,
                now
            ),
            Lifecycle.TerminatingWait => TerminatingWait(instance, group, seen, now),
            Lifecycle.TerminatingProceed => seen.Find(instance.InstanceId) is null or { State: "terminated" }
                ? InstanceStep.Gone
                : InstanceStep.Stay(instance),
            Lifecycle.Detaching => seen.IsTarget(instance.InstanceId)
            || seen.Find(instance.InstanceId)?.Group == group.Name
                ? InstanceStep.Stay(instance)
                : InstanceStep.Gone,
            Lifecycle.EnteringStandby => seen.IsTarget(instance.InstanceId)
                ? InstanceStep.Stay(instance)
                : InstanceStep.Done(instance with { State = Lifecycle.Standby }),
            _ => InstanceStep.Stay(instance),
        };

        IReadOnlyList<HookRecord> Of(string transition) => [.. hooks.Where(hook => hook.Transition == transition)];
    }

    // What EC2 says counts at once, what target groups say after the grace period ("Health checks for instances in an
    // Auto Scaling group", user guide).
    private static string? Health(GroupInstanceRecord instance, GroupRecord group, Observation seen, DateTimeOffset now)
    {
        if (instance.Unhealthy is not null || !group.Runs(ScalingProcess.HealthCheck))
            return instance.Unhealthy;
        var ec2 = seen.Find(instance.InstanceId);
        if (Lifecycle.Counts(instance.State) && ec2 is not { IsAlive: true })
            return NotRunning;
        if (instance.State == Lifecycle.Standby)
            return ec2 is null or { IsGone: true } ? NotRunning : null;
        if (
            !group.HealthCheckType.Contains(HealthChecks.Elb, StringComparison.Ordinal)
            || instance is not { State: Lifecycle.InService, InServiceAt: { } since }
            || now < since.AddSeconds(group.GracePeriod)
        )
            return null;
        return group.TargetGroups.Any(link => seen.TargetOf(link.Arn, instance.InstanceId) == "unhealthy")
            ? Balancer
            : null;
    }

    private static InstanceStep Pending(
        GroupInstanceRecord instance,
        IReadOnlyList<HookRecord> hooks,
        Observation seen,
        Func<string> token,
        DateTimeOffset now
    )
    {
        if (seen.Find(instance.InstanceId)?.State != SeenInstance.Running)
            return InstanceStep.Stay(instance);
        return instance.IsReturning || hooks.Count == 0
            ? InstanceStep.Stay(instance with { State = Lifecycle.PendingProceed })
            : Wait(instance, Lifecycle.PendingWait, hooks, token, now);
    }

    private static InstanceStep PendingWait(GroupInstanceRecord instance, DateTimeOffset now)
    {
        if (instance.Actions.FirstOrDefault(action => action.ResultAt(now) == LifecycleAction.Abandon) is { } abandoned)
        {
            var how = abandoned.Result is null
                ? "was abandoned: Heartbeat Timeout"
                : "was abandoned: Lifecycle Action Completed with ABANDON Result";
            return InstanceStep.End(
                instance,
                $"Instance failed to complete user's Lifecycle Action: Lifecycle Action with token {abandoned.Token} "
                    + how
            );
        }

        return instance.Actions.All(action => action.ResultAt(now) is not null)
            ? InstanceStep.Stay(instance with { State = Lifecycle.PendingProceed, Actions = [] })
            : InstanceStep.Stay(instance);
    }

    private static InstanceStep PendingProceed(
        GroupInstanceRecord instance,
        GroupRecord group,
        Observation seen,
        DateTimeOffset now
    )
    {
        var isRegistered =
            !group.Runs(ScalingProcess.AddToLoadBalancer)
            || group.TargetGroups.All(link =>
                !link.IsWanted
                || !seen.Targets.ContainsKey(link.Arn)
                || seen.TargetOf(link.Arn, instance.InstanceId) is not (null or Observation.Draining)
            );
        return isRegistered
            ? InstanceStep.Done(
                instance with
                {
                    State = Lifecycle.InService,
                    InServiceAt = now,
                    IsReturning = false,
                    Actions = [],
                }
            )
            : InstanceStep.Stay(instance);
    }

    private static InstanceStep Terminating(
        GroupInstanceRecord instance,
        IReadOnlyList<HookRecord> hooks,
        Observation seen,
        Func<string> token,
        DateTimeOffset now
    )
    {
        if (seen.Find(instance.InstanceId) is not { IsGone: false })
            return InstanceStep.Stay(instance with { State = Lifecycle.TerminatingProceed });
        if (seen.IsTarget(instance.InstanceId))
            return InstanceStep.Stay(instance) with
            {
                Status = ScalingActivityStatusCode.WaitingForELBConnectionDraining,
                Progress = 50,
            };
        return hooks.Count == 0
            ? InstanceStep.Stay(instance with { State = Lifecycle.TerminatingProceed })
            : Wait(instance, Lifecycle.TerminatingWait, hooks, token, now);
    }

    // Whatever the result: it terminates. ABANDON ends the other actions, too.
    private static InstanceStep TerminatingWait(
        GroupInstanceRecord instance,
        GroupRecord group,
        Observation seen,
        DateTimeOffset now
    )
    {
        var results = instance.Actions.Select(action => action.ResultAt(now)).ToList();
        var isOver =
            group.IsDeleting
            || results.TrueForAll(result => result is not null)
            || results.Contains(LifecycleAction.Abandon)
            || seen.Find(instance.InstanceId) is not { IsGone: false };
        return isOver
            ? InstanceStep.Stay(instance with { State = Lifecycle.TerminatingProceed, Actions = [] }) with
            {
                Status = ScalingActivityStatusCode.InProgress,
                Progress = 75,
            }
            : InstanceStep.Stay(instance);
    }

    private static InstanceStep Wait(
        GroupInstanceRecord instance,
        string state,
        IReadOnlyList<HookRecord> hooks,
        Func<string> token,
        DateTimeOffset now
    ) =>
        InstanceStep.Stay(
            instance with
            {
                State = state,
                Actions = [.. hooks.Select(hook => hook.Begin(token(), now))],
            }
        ) with
        {
            Status = ScalingActivityStatusCode.MidLifecycleAction,
            Progress = 40,
        };
}

/// <summary>The next step of an instance.</summary>
/// <param name="After">The instance after it; null when it is gone.</param>
/// <param name="IsDone">Whether its activity has done what it was to do.</param>
/// <param name="Failure">Why its launch was given up, so that it ends; null when it goes on.</param>
internal sealed record InstanceStep(GroupInstanceRecord? After, bool IsDone, string? Failure)
{
    /// <summary>Whether EC2 could not launch it, so that the next launch is tried later.</summary>
    public bool IsLaunchFailure { get; init; }

    /// <summary>The activity's status; null to leave it.</summary>
    public string? Status { get; init; }

    /// <summary>The activity's progress in percent.</summary>
    public int Progress { get; init; }

    /// <summary>It goes on.</summary>
    internal static InstanceStep Stay(GroupInstanceRecord after) => new(after, IsDone: false, Failure: null);

    /// <summary>It is where it was to come.</summary>
    internal static InstanceStep Done(GroupInstanceRecord after) => new(after, IsDone: true, Failure: null);

    /// <summary>EC2 could not launch it.</summary>
    internal static InstanceStep NotLaunched(GroupInstanceRecord after, string failure) =>
        End(after, failure) with
        {
            IsLaunchFailure = true,
        };

    /// <summary>It is gone.</summary>
    internal static readonly InstanceStep Gone = new(null, IsDone: true, Failure: null);

    /// <summary>Its launch has failed.</summary>
    internal static InstanceStep End(GroupInstanceRecord after, string failure) => new(after, IsDone: false, failure);
}
