using Estiba.ApplicationAutoScaling.Capacity;
using Estiba.ApplicationAutoScaling.Policies;
using Estiba.ApplicationAutoScaling.ScalableTargets;
using Estiba.ApplicationAutoScaling.StepScaling;
using Estiba.ApplicationAutoScaling.TargetTracking;
using Estiba.Hosting.Alarms;

namespace Estiba.ApplicationAutoScaling.Scaling;

/// <summary>Decides what a policy does about a change of an alarm, among the other policies of its target.
/// Pure.</summary>
internal static class PolicyDecision
{
    /// <summary>Decides.</summary>
    /// <param name="policy">The policy that the alarm asks.</param>
    /// <param name="change">The alarm's change, or that it lasts.</param>
    /// <param name="state">The service.</param>
    internal static Verdict Of(PolicyRecord policy, AlarmStateChange change, ScalingState state) =>
        (policy, change) switch
        {
            ({ Tracking: { } tracking }, { NewState: "ALARM", Value: { } value }) => TrackingDecision.Decide(
                tracking,
                value,
                state
            ),
            ({ Steps: { } steps }, { Value: { } value, Threshold: { } threshold }) => StepDecision.Decide(
                steps,
                value - threshold,
                state
            ),
            // An alarm of which no value is known says nothing about how many tasks there should be.
            _ => Verdict.Nothing,
        };

    /// <summary>The service as a policy is to see it.</summary>
    /// <param name="target">The bounds.</param>
    /// <param name="service">What ECS says.</param>
    /// <param name="capacity">What was decided before; null for nothing.</param>
    /// <param name="policy">The policy that is asked.</param>
    /// <param name="policies">All policies of the target.</param>
    /// <param name="now">The time.</param>
    internal static ScalingState StateFor(
        ScalableTargetRecord target,
        ServiceState service,
        CapacityRecord? capacity,
        PolicyRecord policy,
        IReadOnlyList<PolicyRecord> policies,
        DateTimeOffset now
    )
    {
        var others = policies.Where(other => other.Name != policy.Name).ToList();
        var heard = (capacity?.Signals ?? [])
            .Where(signal => signal.At + PolicySignal.Life > now && others.Exists(other => other.Name == signal.Policy))
            .ToList();
        // What steps ask for less has been done, or not, when it was asked: only what tracks a target keeps wanting it.
        var wanted = heard.Where(signal => !signal.ScalesIn || Tracks(signal.Policy)).Select(signal => signal.Wanted);
        return new ScalingState
        {
            Now = now,
            Desired = capacity?.Wish?.Count ?? service.Desired,
            Running = service.Running,
            Min = target.MinCapacity,
            Max = target.MaxCapacity,
            IsDeploying = service.IsDeploying,
            IsInSuspended = target.Suspended.DynamicScalingIn,
            IsOutSuspended = target.Suspended.DynamicScalingOut,
            LastOut = capacity?.LastOut,
            LastIn = capacity?.LastIn,
            WantedByOthers = wanted.Select(count => (int?)count).Max(),
            OthersScaleIn = others
                .Where(other => other.Tracking is { DisableScaleIn: not true })
                .All(other => heard.Exists(signal => signal.Policy == other.Name && signal.ScalesIn)),
        };

        bool Tracks(string name) => others.Exists(other => other.Name == name && other.Tracking is not null);
    }
}
